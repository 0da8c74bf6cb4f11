"""What becomes of drafts on the worker: they are checked where they can do no harm, and published when it is time."""

from dataclasses import asdict, dataclass
from datetime import datetime

from temporalio import activity

from voxloop.activities.beating import beating
from voxloop.activities.scene import Means
from voxloop.domain.documents import EDITABLE, State
from voxloop.domain.errands import DONE, GO_ON, Rest
from voxloop.domain.problems import Problem, is_sound
from voxloop.domain.studies import ShadowState
from voxloop.store import drafts, references, shadows
from voxloop.store.sessions import Row, Session


@dataclass
class Documents:
    """The activities behind the errands of a draft."""

    means: Means

    @activity.defn(name="check_document")
    async def check(self, key: str, now: datetime) -> Rest:
        """Check a draft as it stands, and again if it was edited meanwhile."""
        async with self.means.sessions.begin() as session:
            row = await drafts.get(session, int(key))
        if row is None or row["state"] not in EDITABLE or row["checked_revision"] == row["revision"]:
            return DONE
        async with beating():
            problems = await self._problems(row)
        async with self.means.sessions.begin() as session:
            told = [asdict(problem) for problem in problems]
            noted = await drafts.note_check(session, row["id"], row["revision"], told, is_sound(problems))
        return GO_ON if noted is None else DONE

    @activity.defn(name="publish_document")
    async def publish(self, key: str, now: datetime) -> Rest:
        """Publish a scheduled draft once its instant has come; one that does not hold any more is a draft again."""
        async with self.means.sessions.begin() as session:
            row = await drafts.get(session, int(key))
        if row is None or row["state"] != State.SCHEDULED:
            return DONE
        if row["effective_at"] > now:
            return Rest(False, row["effective_at"])
        async with beating():
            problems = await self._problems(row)
        async with self.means.sessions.begin() as session:
            standing = await drafts.get(session, row["id"], lock=True)
            if standing is None or standing["state"] != State.SCHEDULED:
                return DONE
            if any(standing[name] != row[name] for name in ("revision", "effective_at")):
                return GO_ON  # it was taken back meanwhile, and scheduled otherwise
            if not is_sound(problems) or await drafts.release(session, standing) is None:
                await self._hand_back(session, row, problems)
        return DONE

    async def _problems(self, row: Row) -> list[Problem]:
        async with self.means.sessions.begin() as session:
            known = await references.known(session)
        async with self.means.make_judge() as judge:
            return await judge.check(row["kind"], row["key"], row["body"], known)

    async def _hand_back(self, session: Session, row: Row, problems: list[Problem]) -> None:
        told = [asdict(problem) for problem in problems]
        if is_sound(problems):
            told.append(asdict(Problem("", "document.conflict")))
        back = {"problems": told, "checked_revision": row["revision"], "effective_at": None}
        await drafts.move(session, row["id"], State.SCHEDULED, State.DRAFT, **back)
        await shadows.end(session, row["id"], ShadowState.DROPPED)
