"""Taking files over: what each says is compared with what is published and with what it was made from.

What only the file has changed becomes a draft; what only the database has changed stays; what both have changed
differently is a conflict that people settle, and nothing of it is overwritten. Publishing is all or none, so that a
process and the rule that leads to it come together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter

from voxloop.bundles.bundle import Bundle, Name, Standing, standing_of, text_of
from voxloop.bundles.reader import Written
from voxloop.domain.documents import EDITABLE, READY, State
from voxloop.domain.identity import digest
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.editing import moved
from voxloop.publishing import demand_publishable, schedule
from voxloop.store import documents, drafts
from voxloop.store.sessions import Row, Session

BROUGHT = (Standing.NEW, Standing.CHANGED)


@dataclass(frozen=True)
class Incoming:
    """A file's document; ``published``: its version of now; ``base``: the version that the file was made from, if it is
    there."""

    name: Name
    written: Written
    standing: Standing
    published: Row | None
    base: Row | None

    @cached_property
    def digest(self) -> str:
        return digest(self.written.body)


async def compare(session: Session, bundle: Bundle, seen: Mapping[str, int]) -> list[Incoming]:
    """All documents of a bundle, in its order.

    ``seen``: by path, versions that its author has taken into account, whatever the bundle says.

    Raises:
        Refused: one of these is no version.
    """
    return [await _compared(session, bundle, name, seen.get(name.path)) for name in bundle.documents]


async def _compared(session: Session, bundle: Bundle, name: Name, seen: int | None) -> Incoming:
    written, noted = bundle.documents[name], bundle.bases.get(name.path)
    published = await documents.published(session, name.kind, name.key)
    number = seen if seen is not None else noted.version if noted else None
    base = None if number is None else await documents.version(session, name.kind, name.key, number)
    if seen is not None and base is None:
        raise Refused(RefusalCode.NOT_FOUND, [name.path])
    if seen is None and noted is not None and base is not None and base["digest"] != noted.digest:
        base = None  # the folder comes from another installation
    base_digest = base["digest"] if base is not None else noted.digest if noted else None
    theirs = published["digest"] if published is not None else None
    standing = standing_of(digest(written.body), base_digest, theirs)
    if standing is Standing.SAME and published is not None and written.text != text_of(published):
        standing = Standing.REWORDED
    return Incoming(name, written, standing, published, base)


async def keep(session: Session, incoming: Iterable[tuple[Incoming, Sequence[object]]], author: str) -> list[Row]:
    """A checked draft of each, with what the check has told: one that says the same already, else one that the author
    brought and nobody else has worked on, else a new one."""
    return [await _kept(session, each, problems, author) for each, problems in incoming]


async def _kept(session: Session, incoming: Incoming, problems: Sequence[object], author: str) -> Row:
    name, base = incoming.name, incoming.published["id"] if incoming.published is not None else None
    body, text = incoming.written.body, incoming.written.text
    row = await drafts.alike(session, *name, incoming.digest, base)
    if row is None:
        mine = await drafts.brought(session, *name, author, base)
        if mine is None:
            row = await drafts.create(session, *name, body, author=author, base=base, source=text)
        else:
            row = await drafts.save(session, mine["id"], mine["revision"], body, editor=author, base=base, source=text)
    assert row is not None  # it is locked
    if row["state"] not in EDITABLE or (row["state"] in READY and row["checked_revision"] == row["revision"]):
        return row
    noted = await drafts.note_check(session, row["id"], row["revision"], problems, sound=True)
    assert noted is not None
    return noted


async def publish(session: Session, rows: Sequence[Row], at: datetime | None = None) -> list[Row]:
    """Publish all of these checked drafts as they were seen, or have them published ``at`` an instant.

    Raises:
        RefusedTogether: not all of them can be, and none is.
    """
    named = sorted(((Name(row["kind"], row["key"]), row) for row in rows), key=itemgetter(0))
    for _, row in named:
        await drafts.lock_key(session, row)
    refused = [(name, await _problem(session, row)) for name, row in named]
    demand(*(Refused(why.code, [name.path], **why.params) for name, why in refused if why is not None))
    return [await _published(session, row, at) for _, row in named]


async def _problem(session: Session, row: Row) -> Refused | None:
    standing = await drafts.get(session, row["id"], lock=True)
    if standing is not None and standing["state"] == State.SCHEDULED:
        return Refused(RefusalCode.NOT_EDITABLE, state=State.SCHEDULED)
    if standing is None or standing["revision"] != row["revision"] or standing["state"] not in READY:
        return Refused(RefusalCode.NOT_CHECKED)
    try:
        await demand_publishable(session, standing)
    except Refused as refused:
        return refused
    return None


async def _published(session: Session, row: Row, at: datetime | None) -> Row:
    if at is not None:
        return await schedule(session, row, at)
    scheduled = await moved(session, row, State.SCHEDULED, effective_at=datetime.now(UTC))
    released = await drafts.release(session, scheduled)
    assert released is not None  # its key is locked
    return released
