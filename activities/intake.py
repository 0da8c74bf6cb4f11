"""The first turns of a loop: acknowledge, classify, decide. After them an item has type, priority and process."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity

from voxloop.activities import clocks, linked_items, notices, turn
from voxloop.activities.scene import Means, Scene
from voxloop.analysis.classify import classify
from voxloop.domain.decision import Decision
from voxloop.domain.feedback import FeedbackType, Outcome
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.process import ClockName
from voxloop.store import decisions, documents, facts
from voxloop.store.events import Event

RULE_SET = "intake"
HELD = "hold_for_review"
_WINDOW = timedelta(days=30)
_LEANING = 0.2


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
            row = await documents.published(scene.session, "rule_set", RULE_SET)
            if row is None:
                raise LookupError("no published rule set for intake")
            known = await _facts(scene)
            decision = self.means.decider.decide(str(row["id"]), self.means.rule_set(row), known)
            scene.happened = Event("decided", f"rule:{RULE_SET}", {"fired": decision.explanation.fired})
            await decisions.keep(
                scene.session,
                item=scene.id,
                version=turn_.version,
                rule_set=row["id"],
                body=asdict(decision),
                at=scene.now,
            )
            scene.set(rule_set=row["id"])
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


async def _facts(scene: Scene) -> dict[str, Any]:
    item = scene.item
    direct = ("text", "language", "channel", "form", "scenario", "rating", "nps", "product_line", "product", "module")
    known = {
        name: item[name] for name in (*direct, "batch", "region", "type", "type_confidence", "urgency", "priority")
    }
    customer = await scene.customer()
    counts = await facts.recent_counts(scene.session, item, item["received_at"] - _WINDOW)
    known |= counts | {
        "version": item["product_version"],
        "sentiment": _leaning(item["sentiment"]),
        "customer_level": customer["level"] if customer else None,
        "follow_up": item["follow_up_of"] is not None,
        "is_reopen": item["round"] > 1,
        "accepted": False,
    }
    return {name: value for name, value in known.items() if value is not None}


def _leaning(sentiment: float) -> str:
    if abs(sentiment) < _LEANING:
        return "neutral"
    return "positive" if sentiment > 0 else "negative"
