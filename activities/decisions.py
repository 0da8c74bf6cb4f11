"""What rule sets decide about an item, and how that takes effect.

One set decides when the item comes in, and once more when its type is corrected; of the others, each decides on an
occasion of its own. What a decision does outside of the item is done here, whatever led to it.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, replace

from temporalio import activity

from voxloop.activities import facts, linked_items, notices
from voxloop.activities.scene import Scene
from voxloop.domain.decision import Decision, Route, read_decision
from voxloop.domain.errands import ErrandKind
from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.process import HOLD
from voxloop.domain.rules import Occasion
from voxloop.domain.templates import NOTICE
from voxloop.store import decisions, outbox, rewards, shadows, steps


async def decide(scene: Scene, key: str, accepted: bool = False) -> tuple[int, Decision]:
    """The published version of a rule set, and what it says; drafts that decide beside it look at it then.

    ``accepted``: a member has taken the item on.
    """
    version, beside = await shadows.active(scene.session, key)
    if version is None:
        raise LookupError(f"no published rule set {key}")
    asked = frozenset[str]().union(*(row["asked"] for row in beside))
    decision = await decided(scene, version, accepted, asked)
    for row in beside:
        await outbox.put(scene.session, "run_errand", f"{ErrandKind.SHADOW}/{row['shadow']}")
    return version, decision


async def decided(scene: Scene, version: int, accepted: bool = False, also: Collection[str] = frozenset()) -> Decision:
    """What a version of a rule set says of the item as it is now, of which it keeps what is ``also`` asked."""
    rules = await scene.means.rule_set(scene.session, version)
    known = await facts.known(scene, rules.facts_asked | set(also), accepted)
    decision = await scene.means.judge.decide(str(version), rules, known)
    _count(decision)
    return decision


def _count(decision: Decision) -> None:
    """Say at the worker's metrics which engine decided: the reference stands in for a judge that was lost."""
    if activity.in_activity():
        told = activity.metric_meter().create_counter("voxloop_decisions", "Decisions of rule sets about items")
        told.add(1, {"engine": decision.explanation.engine})


async def keep(scene: Scene, version: int, decision: Decision) -> None:
    """Keep what that version of a rule set decided in this turn."""
    values = {"item": scene.id, "version": scene.turn.version, "rule_set": version, "at": scene.now}
    await decisions.keep(scene.session, body=asdict(decision), **values)


async def carry_out(scene: Scene, decision: Decision) -> None:
    """Open, tell and give what the decision says."""
    if decision.opens:
        await linked_items.open_unopened(scene, decision.opens)
    await notices.tell(scene, decision.tells, NOTICE)
    if decision.rewards:
        await _reward(scene, decision)


async def release(scene: Scene) -> None:
    """A person lets a held item go on: what was decided about it is carried out now."""
    row = await decisions.of_rule_set(scene.session, scene.id, scene.item["rule_set"])
    if row is None:
        raise LookupError(f"{scene.id} is held by no decision")
    await carry_out(scene, replace(read_decision(row["body"]), spam=False))


async def on(scene: Scene, occasion: Occasion) -> None:
    """Let the rule set of this occasion decide, if one is published, and do what makes sense by now.

    As long as a person has not looked at a held item, nothing else happens to it.
    """
    if HOLD in (scene.item["step"], scene.goto):
        return
    rule_set = await decisions.rule_set_on(scene.session, occasion)
    if rule_set is None:
        return
    accepted = await steps.accepted_in(scene.session, scene.id, scene.item["round"])
    version, decision = await decide(scene, rule_set["key"], accepted)
    await keep(scene, version, decision)
    scene.happened.detail |= {"rule_set": rule_set["key"], "fired": decision.explanation.fired}
    scene.set(
        type=decision.type or scene.item["type"],
        priority=decision.priority or scene.item["priority"],
        tags=list(dict.fromkeys((*scene.item["tags"], *decision.tags))),
    )
    await carry_out(scene, decision)
    begun = scene.stage is Stage.CLOSED or await steps.worked_on(scene.session, scene.id)
    if decision.spam and not begun:
        scene.close_as(Outcome.SPAM)
    ignored = list(_ignored(decision, begun))
    if ignored:
        scene.happened.detail["ignored"] = ignored


def _ignored(decision: Decision, begun: bool) -> Iterator[str]:
    """What makes no sense any more."""
    if decision.route != Route():
        yield "route"
    if decision.hold:
        yield "hold_for_review"
    if decision.spam and begun:
        yield "mark_spam"


async def _reward(scene: Scene, decision: Decision) -> None:
    customer = await scene.customer()
    if customer is None or decision.spam:
        scene.happened.detail["unrewarded"] = "spam" if decision.spam else "anonymous"
        return
    given = {row["rule"] for row in await rewards.of_items(scene.session, [scene.id])}
    for rule, reward in decision.rewards:
        if rule in given:
            continue
        given.add(rule)
        place = {"key": scene.next_key(), "item": scene.id, "version": scene.turn.version, "at": scene.now}
        await rewards.give(scene.session, **place, customer=customer["id"], points=reward.points, rule=rule)
        scene.happened.detail.setdefault("rewarded", []).append({"rule": rule, "points": reward.points})
        if reward.template is not None:
            await notices.to_customer(scene, reward.template, points=str(reward.points))
