"""The first turns of a loop: acknowledge, classify, decide. After them an item has type, priority and process."""

from dataclasses import dataclass, replace

from temporalio import activity

from voxloop.activities import clocks, decisions, notices, stations, turn
from voxloop.activities.scene import Means, Scene
from voxloop.analysis.classify import classify
from voxloop.analysis.similarity import similar_keys
from voxloop.domain.decision import Decision
from voxloop.domain.feedback import FeedbackType, Outcome
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.process import HOLD
from voxloop.domain.rules import INTAKE
from voxloop.store import documents, similarity
from voxloop.store.events import Event


@dataclass
class Intake:
    """The activities between acceptance and the first step."""

    means: Means

    @activity.defn(name="acknowledge")
    async def acknowledge(self, turn_: Turn) -> Plan:
        """Tell the customer that the feedback has arrived, under which code."""

        async def part(scene: Scene) -> None:
            scene.happened = Event("acknowledged")
            scene.set(acknowledged_at=scene.now)
            await notices.to_customer(scene, "acknowledge")

        return await turn.take(self.means, turn_, part)

    @activity.defn(name="classify")
    async def classify(self, turn_: Turn) -> Plan:
        """Guess type, sentiment and urgency, and note by what others will know the text again."""

        async def part(scene: Scene) -> None:
            item = scene.item
            guess, keys = classify(item["text"], item["scenario"], item["rating"]), similar_keys(item["text"])
            scene.happened = Event("classified", detail={"evidence": len(guess.evidence)})
            scene.set(
                type=guess.type,
                type_confidence=guess.confidence,
                sentiment=guess.sentiment,
                urgency=guess.urgency,
                similar_keys=None if keys is None else similarity.dated(keys, item["received_at"]),
            )

        return await turn.take(self.means, turn_, part)

    @activity.defn(name="decide")
    async def decide(self, turn_: Turn) -> Plan:
        """Let the published rules decide, and do what they say."""

        async def part(scene: Scene) -> None:
            version, decision = await decisions.decide(scene, INTAKE)
            scene.happened = Event("decided", f"rule:{INTAKE}", {"fired": decision.explanation.fired})
            scene.set(rule_set=version)
            await decisions.keep(scene, version, decision)
            await _follow(scene, decision)

        return await turn.take(self.means, turn_, part)


async def _follow(scene: Scene, decision: Decision) -> None:
    type_ = FeedbackType(decision.type or scene.item["type"])
    process = await documents.process_for(scene.session, decision.route.process, type_)
    scene.set(
        type=type_,
        priority=decision.priority or scene.priority,
        tags=list(decision.tags),
        process=process["id"],
    )
    for clock in (ClockName.FIRST_RESPONSE, ClockName.RESOLUTION, ClockName.TOTAL_RESOLUTION):
        await clocks.start(scene, clock, scene.item["received_at"])
    if decision.hold:
        scene.goto = HOLD
        return
    await decisions.carry_out(scene, decision)
    if decision.spam:
        scene.close_as(Outcome.SPAM)
    else:
        pinned = await scene.means.process(scene.session, process["id"])
        scene.goto = pinned.first.key


async def route_again(scene: Scene) -> None:
    """Send an item whose type a person corrected where the rules send that type; of all they say, only that is done.

    It begins anew at the first step there, unless that is the process it is in already. One that is held stays where it
    is: on release it goes there, and then all that the rules say by now is done.
    """
    held, version = scene.item["step"] == HOLD, scene.item["rule_set"]
    standing = await documents.pinned(scene.session, scene.item["process"])
    decision = await decisions.decided(scene, version)
    process = await documents.process_for(scene.session, decision.route.process, FeedbackType(scene.item["type"]))
    if process["key"] == standing["key"] and not held:
        return
    decision = replace(_only_routing(decision), hold=held)
    scene.happened.detail["process"] = process["key"]
    if not held:
        decision = replace(decision, tells=(), opens=(), rewards=())
        await stations.end_run(scene, None)
        scene.set(step=None)
        scene.goto = (await scene.means.process(scene.session, process["id"])).first.key
    scene.set(process=process["id"])
    await decisions.keep(scene, version, decision)


def _only_routing(decision: Decision) -> Decision:
    """Without what it would set on the item, which a person has set by now."""
    because = {action: rule for action, rule in decision.explanation.because.items() if action.startswith("route.")}
    explanation = replace(decision.explanation, because=because)
    return replace(decision, type=None, priority=None, tags=(), spam=False, explanation=explanation)
