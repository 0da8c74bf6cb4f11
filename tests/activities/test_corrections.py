"""What a person puts right stands beside what had been decided by itself, with the rule that had decided so."""

from typing import Any

from sqlalchemy import literal_column, update

from voxloop.activities.acts import Acts
from voxloop.activities.moments import Moments
from voxloop.domain.loop import Act, Verb
from voxloop.store import corrections
from voxloop.store.work_tables import decision
from voxloop.tests.activities.hand import Hand, begin
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

DECIDED = 4


async def kept(hand: Hand) -> list[tuple[Any, ...]]:
    """The corrections, the rule set left out."""
    async with hand.parts.means.sessions.begin() as session:
        rows = await corrections.of_items(session, [hand.item])
    names = ("field", "automatic", "corrected", "rule", "decision")
    return [tuple(row[name] for name in names) for row in rows]


async def test_a_type_that_the_analysis_found(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("nothing", {"add_tag": "a"})) as version:
        hand = await begin(parts, "complaint")
    await hand.act(Verb.CHANGE_TYPE, type="question")
    assert await kept(hand) == [("type", "complaint", "question", None, None)]
    async with parts.means.sessions.begin() as session:
        [row] = await corrections.of_items(session, [hand.item])
    assert (row["rule_set"], row["actor"], row["at"]) == (version, "member:li_na", hand.now)


async def test_a_type_and_a_priority_that_rules_set(parts: Parts) -> None:
    """Also where they set what stood there already."""
    rules = [rule("is_one", {"set_type": "complaint"}), rule("usual", {"set_priority": "normal"})]
    async with published(parts.means.sessions, *rules) as version:
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CHANGE_TYPE, type="question")
        await hand.act(Verb.CHANGE_PRIORITY, priority="high")
    assert await kept(hand) == [
        ("type", "complaint", "question", "is_one", DECIDED),
        ("priority", "normal", "high", "usual", DECIDED),
    ]
    async with parts.means.sessions.begin() as session:
        assert {row["rule_set"] for row in await corrections.of_items(session, [hand.item])} == {version}


async def test_a_priority_that_nobody_had_decided(parts: Parts) -> None:
    hand = await begin(parts, "complaint")
    await hand.act(Verb.CHANGE_PRIORITY, priority="high")
    assert await kept(hand) == [("priority", "normal", "high", None, None)]


async def test_a_priority_that_an_escalation_raised_is_no_rules_any_more(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("low", {"set_priority": "normal"})):
        hand = await begin(parts, "complaint")
    while (await hand.row())["priority"] == "normal":
        moment = hand.plan.moments[0]
        hand.now = moment.at
        await hand.turn(Moments(parts.means).fire, moment)
    await hand.act(Verb.CHANGE_PRIORITY, priority="low")
    assert await kept(hand) == [("priority", "high", "low", None, None)]


async def test_a_later_decision_is_what_is_put_right(parts: Parts) -> None:
    sessions = parts.means.sessions
    async with (
        published(sessions, rule("first", {"set_priority": "high"})),
        published(sessions, rule("again", {"set_priority": "urgent"}), key="replies", on="customer_replied") as later,
    ):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还没好"})
        await hand.act(Verb.CHANGE_PRIORITY, priority="normal")
    assert await kept(hand) == [("priority", "urgent", "normal", "again", hand.plan.version - 1)]
    async with sessions.begin() as session:
        [row] = await corrections.of_items(session, [hand.item])
    assert row["rule_set"] == later


async def test_what_is_put_right_again_is_held_against_the_first_value(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("high", {"set_priority": "high"})):
        hand = await begin(parts, "complaint")
    for priority in ("low", "urgent", "high"):
        await hand.act(Verb.CHANGE_PRIORITY, priority=priority)
    assert [(automatic, corrected, rule) for _, automatic, corrected, rule, _ in await kept(hand)] == [
        *(("high", "low", "high"), ("high", "urgent", "high"), ("high", "high", "high")),
    ]


async def test_a_team_that_a_rule_routed_to(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("to_quality", {"route": {"team": "quality"}})):
        hand = await begin(parts, "complaint")
        for team in ("sales", "product", "quality"):
            await hand.act(Verb.REASSIGN, team=team)
    assert await kept(hand) == [
        ("team", "quality", team, "to_quality", DECIDED) for team in ("sales", "product", "quality")
    ]


async def test_a_team_of_the_process(parts: Parts) -> None:
    """The first step's, and one of a later step, though a rule had sent the item to the same team before."""
    async with published(parts.means.sessions, rule("route", {"route": {"team": "customer_service"}})):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.COMPLETE, outcome="settled")
        await hand.act(Verb.REASSIGN, team="sales")
    async with published(parts.means.sessions, rule("nothing", {"add_tag": "a"})):
        other = await begin(parts, "complaint")
        await other.act(Verb.REASSIGN, team="sales")
    assert await kept(hand) == await kept(other) == [("team", "customer_service", "sales", None, None)]


async def test_another_member_is_nothing_put_right(parts: Parts) -> None:
    hand = await begin(parts, "complaint")
    await hand.act(Verb.REASSIGN, member="wang_fang")
    await hand.act(Verb.REASSIGN, team="customer_service", member="zhao_lei")
    assert await kept(hand) == []


async def test_who_looks_at_a_held_item_is_nothing_put_right(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("odd", {"hold_for_review": True}, {"route": {"team": "quality"}})):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.REASSIGN, team="sales")
        assert await kept(hand) == []
        await hand.act(Verb.COMPLETE, outcome="released")
        await hand.act(Verb.REASSIGN, team="sales")
    assert await kept(hand) == [("team", "quality", "sales", "odd", DECIDED)]


async def test_a_team_of_the_route_by_which_a_corrected_type_went(parts: Parts) -> None:
    to_sales = rule("defects", {"route": {"team": "sales"}}, when={"fact": "type", "is": "equals", "value": "defect"})
    async with published(parts.means.sessions, to_sales):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CHANGE_TYPE, type="defect")
        assert (await hand.row())["team"] == "sales"
        await hand.act(Verb.REASSIGN, team="rd_bugfix")
    assert [row[1:4] for row in await kept(hand)] == [("complaint", "defect", None), ("sales", "rd_bugfix", "defects")]


async def test_a_repeated_act_is_kept_once(parts: Parts) -> None:
    hand = await begin(parts, "complaint")
    plan = await hand.once(Acts(parts.means).perform, Act(Verb.CHANGE_PRIORITY, "member:li_na", "k", priority="urgent"))
    assert await hand.again() == plan
    assert len(await kept(hand)) == 1


async def test_a_decision_of_before_rules_were_named_blames_none(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("high", {"set_priority": "high"}, {"route": {"team": "quality"}})):
        hand = await begin(parts, "complaint")
    async with parts.means.sessions.begin() as session:
        without = decision.c.body.op("#-")(literal_column("'{explanation,because}'"))
        await session.execute(update(decision).where(decision.c.item == hand.item).values(body=without))
    await hand.act(Verb.CHANGE_PRIORITY, priority="low")
    await hand.act(Verb.REASSIGN, team="sales")
    assert [(row[1], row[3]) for row in await kept(hand)] == [("high", None), ("quality", None)]
