"""What a person did: each act is one turn. The loop has checked under its lock that it is possible now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from temporalio import activity

from voxloop.activities import (
    branches,
    clocks,
    corrections,
    decisions,
    intake,
    links,
    merging,
    migrations,
    notices,
    owners,
    snoozes,
    stations,
    surveys,
    turn,
)
from voxloop.activities.scene import Means, Scene
from voxloop.domain.assignment import Ground
from voxloop.domain.decision import Correctable, Tell
from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Act, Plan, Turn, Verb
from voxloop.domain.process import HOLD, RELEASED, StepKind
from voxloop.domain.rules import Occasion
from voxloop.store import contents, events, mentions, steps
from voxloop.store.events import Event

Words = dict[str, Any]


@dataclass
class Acts:
    """The activity behind every update of a loop."""

    means: Means

    @activity.defn(name="perform")
    async def perform(self, turn_: Turn, act: Act) -> Plan:
        """Carry out an act and write what it changed."""

        async def part(scene: Scene) -> None:
            words: Words = {}
            if act.content is not None:
                words = await contents.take_up(scene.session, UUID(act.content), turn_.version)
            scene.happened = Event(_KINDS[act.verb], act.actor)
            with scene.at(await branches.meant_by(scene, act)):
                await _PARTS[act.verb](scene, act, words)

        return await turn.take(self.means, turn_, part)

    @activity.defn(name="recall")
    async def recall(self, turn_: Turn) -> Plan:
        """The plan of a turn that stands written: of an act that its loop does not know."""
        async with self.means.sessions.begin() as session:
            return cast(Plan, await events.plan_at(session, UUID(turn_.item), turn_.version))


async def _accept(scene: Scene, act: Act, words: Words) -> None:
    run = await scene.run()
    if run is None:
        raise LookupError("no step to accept")
    member = act.member
    if member is not None and [member] != await scene.owners():
        await owners.hand(scene, run, run["team"] or scene.item["team"], member, {"strategy": "claimed"})
    await scene.change_run(accepted_at=scene.now)
    await clocks.end(scene, ClockName.RESPOND, fulfilled=True, seq=run["seq"])


async def _complete(scene: Scene, act: Act, words: Words) -> None:
    if scene.item["step"] == HOLD and act.outcome == RELEASED:
        await decisions.release(scene)
    await stations.leave(scene, act.outcome or "", act.content, act.reason)


async def _say(scene: Scene, act: Act, words: Words) -> None:
    """Words to the customer: she has an answer now. Her first response is the first one by a person."""
    await notices.answer_customer(scene, words["text"], author=act.actor)
    await clocks.end(scene, ClockName.NEXT_REPLY, fulfilled=True)
    if act.actor.startswith("member:"):
        await clocks.end(scene, ClockName.FIRST_RESPONSE, fulfilled=True)
        scene.set(first_responded_at=scene.item["first_responded_at"] or scene.now)


async def _reply(scene: Scene, act: Act, words: Words) -> None:
    await _say(scene, act, words)
    step = await scene.step()
    if step is not None and step.kind is StepKind.REPLY:
        scene.set(answered_at=scene.now)
        await stations.leave(scene, "sent", act.content, act.reason)


async def _note(scene: Scene, act: Act, words: Words) -> None:
    note = await notices.keep(scene, words["text"], act.actor, "internal", "internal")
    if words.get("mentions"):
        await mentions.add(scene.session, note, scene.id, words["mentions"], scene.now)
        others = [key for key in words["mentions"] if act.actor != f"member:{key}"]
        await notices.tell(scene, [Tell({"member": key}) for key in others], "notice_mentioned")


async def _reassign(scene: Scene, act: Act, words: Words) -> None:
    run, step = await scene.run(), await scene.step()
    if run is None or step is None:
        raise LookupError("no step to reassign")
    if words:
        await _note(scene, act, words)
    await scene.change_run(accepted_at=None)
    if act.reason == Ground.HANDED_OVER and act.member is not None:
        await owners.hand_on(scene, step, run, act.member)
        return
    team = act.team or run["team"]
    if team != run["team"] and run["step"] != HOLD:  # who looks at a held item is nothing to put right
        await corrections.keep(scene, Correctable.TEAM, team, act.actor)
    scene.happened.detail |= {"team": team, "member": act.member}
    await owners.hand(scene, run, team, act.member, {"strategy": "reassigned", "by": act.actor})
    await scene.change_run(team=team)


async def _confirm(scene: Scene, act: Act, words: Words) -> None:
    await _comment(scene, act, words)
    await stations.leave(scene, "confirmed")


async def _reject(scene: Scene, act: Act, words: Words) -> None:
    await _comment(scene, act, words)
    scene.set(round=scene.item["round"] + 1)
    await stations.leave(scene, "rejected")
    if words.get("text"):
        await _wait_for_reply(scene)


async def _customer_reply(scene: Scene, act: Act, words: Words) -> None:
    await _comment(scene, act, words)
    step = await scene.step()
    if step is not None and step.kind is StepKind.CUSTOMER and not step.confirmation:
        await stations.leave(scene, "answered")
    else:
        await stations.resume(scene)
    await _wait_for_reply(scene)
    await merging.pass_on(scene)
    await decisions.on(scene, Occasion.CUSTOMER_REPLIED)


async def _comment(scene: Scene, act: Act, words: Words) -> None:
    if words.get("text"):
        await notices.keep(scene, words["text"], act.actor, "in", "public")


async def _wait_for_reply(scene: Scene) -> None:
    """The customer has written. What she writes before she has an answer waits as long as what she wrote first."""
    if scene.stage is not Stage.CLOSED and (ClockName.NEXT_REPLY, 0) not in await scene.clocks():
        await clocks.start(scene, ClockName.NEXT_REPLY, scene.now)


async def _reopen(scene: Scene, act: Act, words: Words) -> None:
    await _comment(scene, act, words)
    process = await scene.process()
    if process is None:
        raise LookupError("no process to reopen")
    scene.set(round=scene.item["round"] + 1, stage=Stage.WORKING, outcome=None, closed_at=None, closing_reason=None)
    await merging.stand_alone(scene)
    await clocks.start(scene, ClockName.RESOLUTION, scene.now)
    if words.get("text") and act.actor.startswith("customer:"):
        await _wait_for_reply(scene)
    scene.goto = HOLD if await steps.held(scene.session, scene.id) else process.reopen_at
    await decisions.on(scene, Occasion.REOPENED)


async def _cancel(scene: Scene, act: Act, words: Words) -> None:
    if words:
        await _note(scene, act, words)
    scene.set(closing_reason=act.reason)
    scene.close_as(Outcome.CANCELLED)


async def _mark_spam(scene: Scene, act: Act, words: Words) -> None:
    if words:
        await _note(scene, act, words)
    scene.close_as(Outcome.SPAM)


async def _wait_for_customer(scene: Scene, act: Act, words: Words) -> None:
    if words:
        await _say(scene, act, words)
    await stations.wait_for_customer(scene)


async def _resume(scene: Scene, act: Act, words: Words) -> None:
    await stations.resume(scene)


async def _change_priority(scene: Scene, act: Act, words: Words) -> None:
    scene.happened.detail |= {"from": scene.item["priority"], "to": act.priority}
    await corrections.keep(scene, Correctable.PRIORITY, act.priority, act.actor)
    scene.set(priority=act.priority)


async def _change_type(scene: Scene, act: Act, words: Words) -> None:
    """The correction is kept as it was made: by whom, from which guess, to what."""
    item, run, step = scene.item, await scene.run(), await scene.step()
    scene.happened.detail |= {"from": item["type"], "to": act.type, "confidence": item["type_confidence"]}
    await corrections.keep(scene, Correctable.TYPE, act.type, act.actor)
    scene.set(type=act.type, type_confidence=1.0)
    fresh = run is not None and run["waiting_since"] is None and step is not None and step.stage is Stage.WORKING
    if item["step"] == HOLD or (fresh and not await steps.worked_on(scene.session, scene.id)):
        await intake.route_again(scene)


async def _add_tag(scene: Scene, act: Act, words: Words) -> None:
    scene.happened.detail |= words
    scene.set(tags=list(dict.fromkeys((*scene.item["tags"], words["tag"]))))


async def _remove_tag(scene: Scene, act: Act, words: Words) -> None:
    scene.happened.detail |= words
    scene.set(tags=[tag for tag in scene.item["tags"] if tag != words["tag"]])


async def _set_due(scene: Scene, act: Act, words: Words) -> None:
    clock = await clocks.of_name(scene, act.clock or "")
    if clock is None:
        raise LookupError(f"no clock {act.clock} runs")
    before = clock["due_at"]
    await clocks.set_due(scene, clock, act.at)
    told = {"clock": act.clock, "branch": act.step, "from": before, "to": clock["due_at"]}
    scene.happened.detail |= told | {"manual": act.at is not None}


_Part = Callable[[Scene, Act, Words], Awaitable[None]]
_PARTS: dict[Verb, _Part] = {
    Verb.ACCEPT: _accept,
    Verb.COMPLETE: _complete,
    Verb.REPLY: _reply,
    Verb.NOTE: _note,
    Verb.REASSIGN: _reassign,
    Verb.CONFIRM: _confirm,
    Verb.REJECT: _reject,
    Verb.CUSTOMER_REPLY: _customer_reply,
    Verb.REOPEN: _reopen,
    Verb.CANCEL: _cancel,
    Verb.MARK_SPAM: _mark_spam,
    Verb.WAIT_FOR_CUSTOMER: _wait_for_customer,
    Verb.RESUME: _resume,
    Verb.CHANGE_PRIORITY: _change_priority,
    Verb.CHANGE_TYPE: _change_type,
    Verb.ADD_TAG: _add_tag,
    Verb.REMOVE_TAG: _remove_tag,
    Verb.MIGRATE: migrations.migrate,
    Verb.SET_DUE: _set_due,
    Verb.ANSWER_SURVEY: surveys.answer,
    Verb.LINK: links.link,
    Verb.UNLINK: links.unlink,
    Verb.MERGE: merging.merge,
    Verb.UNMERGE: merging.unmerge,
    Verb.SNOOZE: snoozes.snooze,
}
_KINDS = {
    Verb.ACCEPT: "accepted",
    Verb.COMPLETE: "completed",
    Verb.REPLY: "replied",
    Verb.NOTE: "noted",
    Verb.REASSIGN: "reassigned",
    Verb.CONFIRM: "confirmed",
    Verb.REJECT: "rejected",
    Verb.CUSTOMER_REPLY: "customer_replied",
    Verb.REOPEN: "reopened",
    Verb.CANCEL: "cancelled",
    Verb.MARK_SPAM: "marked_spam",
    Verb.WAIT_FOR_CUSTOMER: "waiting",
    Verb.RESUME: "resumed",
    Verb.CHANGE_PRIORITY: "priority_changed",
    Verb.CHANGE_TYPE: "type_changed",
    Verb.ADD_TAG: "tagged",
    Verb.REMOVE_TAG: "untagged",
    Verb.MIGRATE: "migrated",
    Verb.SET_DUE: "due_set",
    Verb.ANSWER_SURVEY: "survey_answered",
    Verb.LINK: "linked",
    Verb.UNLINK: "unlinked",
    Verb.MERGE: "merged",
    Verb.UNMERGE: "unmerged",
    Verb.SNOOZE: "snoozed",
}
