"""Duplicates: another item stands for one, which waits, closed, until that one is closed, and answers its customer.

Each turn writes its own item alone; what the other one is to know is a signal to its loop, which looks how things
stand. So it matters not which news come first, late or twice. Into a merged item nothing is merged: items that stand
for each other never make a circle. What was merged into an item that is now merged itself, goes along.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio import activity

from voxloop.activities import clocks, links, news, notices, steps, turn
from voxloop.activities.scene import Means, Scene
from voxloop.domain.decision import Tell
from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Act, Plan, Turn
from voxloop.domain.process import HOLD
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.relations import News, OtherChanged
from voxloop.domain.texts import label
from voxloop.store import duplicates
from voxloop.store.events import Event
from voxloop.store.sessions import Row

_OWNER = [Tell("assignee")]
# The total resolution only stands still meanwhile.
_BEGUN_ANEW = (ClockName.FIRST_RESPONSE, ClockName.NEXT_REPLY, ClockName.RESOLUTION)


async def merge(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Let another item stand for this one. What it stood at is kept in the event, for the case that it returns."""
    await duplicates.alone(scene.session)
    canonical = await _demand_canonical(scene, UUID(act.other))
    running = [name for name in _BEGUN_ANEW if (name, 0) in await scene.clocks()]
    scene.happened.detail |= {"other": canonical["code"], "at": scene.item["step"], "clocks": running}
    await steps.end(scene, Outcome.MERGED)
    scene.set(merged_into=canonical["id"])
    await news.tell(scene, canonical["id"], News.MERGED_IN)
    await _go_with(scene, canonical)


async def _demand_canonical(scene: Scene, other: UUID) -> Row:
    if other == scene.id:
        raise links.refusal(RefusalCode.ITSELF)
    found = await duplicates.standing(scene.session, other)
    if found["merged_into"] is not None:
        last = await duplicates.canonical(scene.session, other)
        raise links.refusal(RefusalCode.OTHER_MERGED, other=last["code"])
    if found["finished_at"] is not None:
        raise links.refusal(RefusalCode.OTHER_FINISHED, other=found["code"])
    return found


async def unmerge(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Go on at the step that it left, with whoever had it. Its clocks begin anew, as after reopening; levels rise on.

    What its customer wrote meanwhile, and nobody has answered, waits for a reply.
    """
    canonical = await duplicates.standing(scene.session, scene.item["merged_into"])
    left = await duplicates.last_merge(scene.session, scene.id)
    scene.happened.detail |= {"other": canonical["code"]}
    scene.set(merged_into=None, settled_at=None, stage=Stage.WORKING, outcome=None, closed_at=None)
    wrote = [ClockName.NEXT_REPLY] if await duplicates.unanswered(scene.session, scene.id) else []
    for name in dict.fromkeys([*left["clocks"], *wrote]):
        await clocks.start(scene, ClockName(name), scene.now)
    await news.tell(scene, canonical["id"], News.MERGED_OUT)
    scene.goto = await _back_to(scene, left["at"])


async def _back_to(scene: Scene, key: str) -> str:
    """That step again; where the process has it no longer, the one at which reopened items begin."""
    process = await scene.process()
    if process is None:
        raise LookupError(f"{scene.id} has no process")
    known = key == HOLD or any(step.key == key for step in process.steps)
    return f"{key}/{steps.AGAIN}" if known else process.reopen_at


async def stand_alone(scene: Scene) -> None:
    """Stand for itself from now on, without going back to where it was: it is reopened."""
    if scene.item["merged_into"] is not None:
        await news.tell(scene, scene.item["merged_into"], News.MERGED_OUT)
        scene.set(merged_into=None, settled_at=None)


async def pass_on(scene: Scene) -> None:
    """Whoever works on the item that stands for this one hears that its customer wrote: nobody else does."""
    if scene.item["merged_into"] is not None and scene.item["settled_at"] is None:
        await news.tell(scene, scene.item["merged_into"], News.MERGED_WROTE)


async def _go_with(scene: Scene, canonical: Row) -> None:
    """Wait as long as the canonical item is open; when it is closed, tell the customer, and let the own window run."""
    if canonical["stage"] != Stage.CLOSED:
        scene.set(settled_at=None)
    elif scene.item["settled_at"] is None:
        scene.set(settled_at=scene.now)
        if canonical["outcome"] != Outcome.SPAM:  # whoever sends spam hears nothing of it
            outcome = label(await notices.language(scene), "progress_outcome", canonical["outcome"])
            await notices.to_customer(scene, "merged_closed", outcome=str(outcome))
            scene.set(answered_at=scene.now)


@dataclass
class Others:
    """The activity by which a loop takes notice of another item."""

    means: Means

    @activity.defn(name="note_other")
    async def note(self, turn_: Turn, changed: OtherChanged) -> Plan:
        """Look how that item stands, and do what follows for this one."""

        async def part(scene: Scene) -> None:
            other = await duplicates.standing(scene.session, UUID(changed.other))
            scene.happened = Event(changed.news, "system", {"other": other["code"]})
            if changed.news == News.MERGED_IN:
                await _take_in(scene, other)
            elif changed.news == News.MERGED_WROTE:
                await _hear(scene, changed)
            elif changed.news == News.CANONICAL:
                await _look(scene)

        return await turn.take(self.means, turn_, part)


async def _take_in(scene: Scene, other: Row) -> None:
    """Whoever has this item hears of it. Had it moved on before it knew of the other one, that one looks again."""
    if other["merged_into"] != scene.id:
        scene.happened.kind = "news_passed"
        return
    await notices.tell(scene, _OWNER, "notice_merged_in")
    closed = scene.stage is Stage.CLOSED
    if scene.item["merged_into"] is not None or closed != (other["settled_at"] is not None):
        await news.tell(scene, other["id"], News.CANONICAL)


async def _hear(scene: Scene, changed: OtherChanged) -> None:
    """Whoever works on this hears that a customer wrote: where it is merged itself by now, who works on the other."""
    if scene.item["merged_into"] is None:
        await notices.tell(scene, _OWNER, "notice_merged_wrote")
    else:
        scene.happened.kind = "news_passed"
        await news.send(scene.session, scene.item["merged_into"], changed)


async def _look(scene: Scene) -> None:
    before = {name: scene.item[name] for name in ("merged_into", "settled_at")}
    if before["merged_into"] is not None:
        canonical = await duplicates.canonical(scene.session, before["merged_into"])
        scene.happened.detail["other"] = canonical["code"]
        if canonical["id"] != before["merged_into"]:
            scene.set(merged_into=canonical["id"])
            await news.tell(scene, canonical["id"], News.MERGED_IN)
        await _go_with(scene, canonical)
    scene.happened.kind = _what_followed(scene)


def _what_followed(scene: Scene) -> str:
    if "settled_at" in scene.changes:
        return "canonical_closed" if scene.item["settled_at"] is not None else "canonical_reopened"
    return "canonical_moved" if "merged_into" in scene.changes else "news_passed"
