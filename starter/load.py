"""Loading what a fresh install gets: a bundle of documents, each checked before it is published, and who works there.

Loading again publishes what has changed in the pack. It touches neither what an installation added itself nor what was
published there in the place of the pack's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from voxloop.bundles.bundle import BadBundle, Bundle, FileProblem, Name, Standing, read_bundle, standing_of
from voxloop.bundles.reader import Unreadable, Written, read_document
from voxloop.domain.identity import digest
from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import Known
from voxloop.rules.kinds import check_document
from voxloop.store import documents, organisation
from voxloop.store.sessions import Session

AUTHOR = "starter"
_COMPANY = "company.yaml"


@dataclass(frozen=True)
class Loaded:
    """How many documents of the pack are published, and the paths of those whose place has been taken by others."""

    published: int
    left: list[str]


async def load(session: Session, folder: Traversable | None = None) -> Loaded:
    """Load the starter pack, or another of the same layout.

    Raises:
        BadBundle: a document is wrong; nothing is loaded then.
    """
    root = folder or files("voxloop.starter")
    bundle, company = read_bundle(root), _read_company(root)
    _check(bundle, company)
    await organisation.load(session, company)
    left = [name.path for name, written in bundle.documents.items() if not await _publish(session, name, written)]
    return Loaded(len(bundle.documents) - len(left), left)


async def _publish(session: Session, name: Name, written: Written) -> bool:
    """Whether it is published now: not in the place of a version that somebody else has published since."""
    now, ours = await documents.published(session, *name), await documents.newest_by(session, *name, AUTHOR)
    theirs, base = (row["digest"] if row is not None else None for row in (now, ours))
    if standing_of(digest(written.body), base, theirs) in (Standing.BEHIND, Standing.CONFLICT):
        return False
    version = await documents.publish(session, *name, written.body, AUTHOR)
    await documents.keep_source(session, version, written.text)
    return True


def _read_company(root: Traversable) -> Mapping[str, Any]:
    try:
        return read_document(root.joinpath(_COMPANY).read_bytes()).body
    except Unreadable as wrong:
        raise BadBundle([FileProblem(_COMPANY, wrong.line, wrong.problem)]) from wrong


def _check(bundle: Bundle, company: Mapping[str, Any]) -> None:
    known = bundle.known(
        Known(
            teams=frozenset(team["key"] for team in company["teams"]),
            members=frozenset(member["key"] for member in company["members"]),
            roles=frozenset(role for member in company["members"] for role in member["roles"]),
            systems=frozenset(ItemSystem),
            skills=frozenset(
                f"{team}.{skill}"
                for member in company["members"]
                for team in member["teams"]
                for skill in member.get("skills", ())
            ),
        )
    )
    wrong = [
        FileProblem(name.path, written.line(problem.path), problem)
        for name, written in bundle.documents.items()
        for problem in check_document(*name, written.body, known)
        if not problem.warning
    ]
    if wrong:
        raise BadBundle(wrong)
