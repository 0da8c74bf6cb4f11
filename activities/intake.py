"""The first turns of a loop: acknowledge, classify, decide. After them an item has type, priority and process."""

from dataclasses import asdict, dataclass, replace

from temporalio import activity

from voxloop.activities import clocks, facts, linked_items, notices, stations, turn
from voxloop.activities.scene import Means, Scene
from voxloop.analysis.classify import classify
from voxloop.domain.decision import Decision
from voxloop.domain.feedback import FeedbackType, Outcome
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.process import ClockName
from voxloop.rules.vocabulary import FACTS
from voxloop.store import decisions, documents
from voxloop.store.events import Event

RULE_SET = "intake"
HELD = "hold_for_review"


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
        """Guess type, sentiment and urgency."""

        async def part(scene: Scene) -> None:
            item = scene.item
            guess = classify(item["text"], item["scenario"], item["rating"])
            scene.happened = Event("classified", detail={"evidence": len(guess.evidence)})
            scene.set(
                type=guess.type,
                type_confidence=guess.confidence,
                sentiment=guess.sentiment,
                urgency=guess.urgency,
            )

        return await turn.take(self.means, turn_, part)

    @activity.defn(name="decide")
    async def decide(self, turn_: Turn) -> Plan:
        """Let the published rules decide, and do what they say."""

        async def part(scene: Scene) -> None:
            version = await documents.published_version(scene.session, "rule_set", RULE_SET)
            if version is None:
                raise LookupError("no published rule set for intake")
            rules = await self.means.rule_set(scene.session, version)
            known = await facts.known(scene, FACTS)
            decision = self.means.decider.decide(str(version), rules, known)
            scene.happened = Event("decided", f"rule:{RULE_SET}", {"fired": decision.explanation.fired})
            scene.set(rule_set=version)
            await _keep(scene, decision)
            await _follow(scene, decision)

        return await turn.take(self.means, turn_, part)


async def _follow(scene: Scene, decision: Decision) -> None:
    type_ = FeedbackType(decision.type or scene.item["type"])
    process = await documents.process_for(scene.session, decision.route.process, type_)
    scene.set(
        type=type_,
        priority=decision.priority or scene.priority,
        tags=[*decision.tags, HELD] if decision.hold else list(decision.tags),
        process=process["id"],
    )
    await clocks.start(scene, ClockName.FIRST_RESPONSE, scene.item["received_at"])
    await clocks.start(scene, ClockName.RESOLUTION, scene.item["received_at"])
    await linked_items.open_items(scene, decision.opens)
    await notices.tell(scene, decision.tells, "notice_rule")
    if decision.spam:
        scene.close_as(Outcome.SPAM)
    else:
        pinned = await scene.means.process(scene.session, process["id"])
        scene.goto = pinned.first.key


async def route_again(scene: Scene) -> None:
    """Send an item whose type a person corrected where the rules send that type; of all they say, only that is done.

    It begins anew at the first step there, unless that is the process it is in already.
    """
    version = scene.item["rule_set"]
    rules = await scene.means.rule_set(scene.session, version)
    standing = await documents.pinned(scene.session, scene.item["process"])
    decision = scene.means.decider.decide(str(version), rules, await facts.known(scene, FACTS))
    process = await documents.process_for(scene.session, decision.route.process, FeedbackType(scene.item["type"]))
    if process["key"] == standing["key"]:
        return
    await _keep(scene, replace(decision, type=None, priority=None, tags=(), tells=(), opens=(), hold=False, spam=False))
    await stations.end_run(scene, None)
    scene.happened.detail["process"] = process["key"]
    scene.set(process=process["id"], step=None)
    scene.goto = (await scene.means.process(scene.session, process["id"])).first.key


async def _keep(scene: Scene, decision: Decision) -> None:
    values = {"item": scene.id, "version": scene.turn.version, "rule_set": scene.item["rule_set"], "at": scene.now}
    await decisions.keep(scene.session, body=asdict(decision), **values)
