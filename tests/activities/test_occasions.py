"""Rule sets for occasions: they decide with the item as it is by then, and do what makes sense then."""

from collections.abc import Sequence
from typing import Any

import pytest

from voxloop.activities.acts import Acts
from voxloop.activities.moments import Moments
from voxloop.domain.loop import Act, Verb
from voxloop.store import decisions
from voxloop.store.sessions import Row
from voxloop.tests.activities.hand import Hand, begin
from voxloop.tests.activities.test_effects import happened, messages
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

TELL = {"tell": {"to": {"role": "service_manager"}}}
IS_COMPLAINT = {"fact": "type", "is": "equals", "value": "complaint"}
NOBODY_HAS_IT = {"fact": "accepted", "is": "equals", "value": False}


async def kept(hand: Hand) -> Sequence[Row]:
    async with hand.parts.means.sessions.begin() as session:
        return await decisions.of_items(session, [hand.item])


async def breach(hand: Hand) -> None:
    """Let time pass until a limit is reached."""
    while True:
        moment = hand.plan.moments[0]
        hand.now = moment.at
        await hand.turn(Moments(hand.parts.means).fire, moment)
        if moment.name.endswith(".breach"):
            return


async def test_a_reply_of_the_customer_is_decided_and_changes_the_item(parts: Parts) -> None:
    actions: list[dict[str, Any]] = [{"set_priority": "urgent"}, {"set_type": "defect"}, {"add_tag": "again"}, TELL]
    async with published(parts.means.sessions, rule("again", *actions), key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.ADD_TAG, {"tag": "mine"})
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还没好"})
    row = await hand.row()
    assert (row["priority"], row["type"], row["tags"]) == ("urgent", "defect", ["mine", "again"])
    assert row["step"] == "handle"  # another type alone routes nothing
    assert [message["member"] for message in await messages(hand, "notice_rule")] == ["chen_jing"]
    detail = (await happened(hand, "customer_replied"))["detail"]
    assert (detail["rule_set"], detail["fired"], detail["told"]) == ("replies", ["again"], ["chen_jing"])
    first, later = await kept(hand)
    assert (first["rule_set_key"], first["lasting"]) == ("intake", True)
    assert (later["rule_set_key"], later["lasting"], later["version"]) == ("replies", False, row["version"])


async def test_what_is_known_then_counts(parts: Parts) -> None:
    rules = [rule("complaints", {"add_tag": "complaint"}, when=IS_COMPLAINT)]
    async with published(parts.means.sessions, *rules, key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "一"})
        await hand.act(Verb.REMOVE_TAG, {"tag": "complaint"})
        await hand.act(Verb.ACCEPT)
        await hand.act(Verb.CHANGE_TYPE, type="question")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "二"})
    assert (await hand.row())["tags"] == []
    assert [row["body"]["explanation"]["fired"] for row in await kept(hand)] == [[], ["complaints"], []]


async def test_a_repeated_reply_is_decided_once(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("again", TELL), key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        plan = await hand.once(Acts(parts.means).perform, Act(Verb.CUSTOMER_REPLY, "customer:C0010", "k"))
        assert await hand.again() == plan
    assert len(await messages(hand, "notice_rule")) == 1
    assert len(await kept(hand)) == 2


async def test_of_several_sets_the_first_by_key_decides(parts: Parts) -> None:
    sessions = parts.means.sessions
    async with (
        published(sessions, rule("b", {"add_tag": "b"}), key="replies_b", on="customer_replied"),
        published(sessions, rule("a", {"add_tag": "a"}), key="replies_a", on="customer_replied"),
    ):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还没好"})
    assert (await hand.row())["tags"] == ["a"]


async def test_without_a_set_nothing_is_decided(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("again", TELL), key="reopenings", on="reopened"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还没好"})
    assert len(await kept(hand)) == 1
    assert (await happened(hand, "customer_replied"))["detail"] == {}


async def test_a_reopened_item_is_decided_in_its_new_round(parts: Parts) -> None:
    reopened = {"fact": "is_reopen", "is": "equals", "value": True}
    rules = [rule("back", {"set_priority": "high"}, TELL, when={"all": [reopened, NOBODY_HAS_IT]})]
    async with published(parts.means.sessions, *rules, key="reopenings", on="reopened"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.ACCEPT)
        await hand.act(Verb.CANCEL)
        await hand.act(Verb.REOPEN)
    row = await hand.row()
    assert (row["priority"], row["step"], row["round"]) == ("high", "handle", 2)
    assert len(await messages(hand, "notice_rule")) == 1


@pytest.mark.parametrize(("accepted", "told"), [(False, 1), (True, 0)])
async def test_an_overdue_item_is_decided_when_its_limit_is_reached(parts: Parts, accepted: bool, told: int) -> None:
    rules = [rule("nobody", TELL, {"set_priority": "urgent"}, when=NOBODY_HAS_IT)]
    async with published(parts.means.sessions, *rules, key="late", on="overdue"):
        hand = await begin(parts, "question")
        if accepted:
            await hand.act(Verb.ACCEPT)
        await breach(hand)
    assert len(await messages(hand, "notice_rule")) == told
    assert ((await hand.row())["priority"] == "urgent") is not accepted
    detail = (await happened(hand, "breached"))["detail"]
    assert detail["fired"] == ([] if accepted else ["nobody"])


async def test_a_route_or_a_hold_comes_too_late_and_is_noted(parts: Parts) -> None:
    late = rule("late", {"route": {"process": "question", "team": "sales"}}, {"hold_for_review": True})
    async with published(parts.means.sessions, late, key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还没好"})
    row = await hand.row()
    assert (row["step"], row["team"]) == ("handle", "customer_service")
    assert (await happened(hand, "customer_replied"))["detail"]["ignored"] == ["route", "hold_for_review"]


async def test_spam_is_closed_before_anybody_has_worked_on_it(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("ads", {"mark_spam": True}), key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "加微信"})
    row = await hand.row()
    assert (row["stage"], row["outcome"]) == ("closed", "spam")


async def test_once_work_has_begun_no_rule_calls_it_spam(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("ads", {"mark_spam": True}), key="replies", on="customer_replied"):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.ACCEPT)
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "加微信"})
        assert (await hand.row())["step"] == "handle"
        await hand.act(Verb.CANCEL)
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "加微信"})
    assert (await hand.row())["outcome"] == "cancelled"
    assert (await happened(hand, "customer_replied"))["detail"]["ignored"] == ["mark_spam"]


async def test_the_route_of_the_intake_outlasts_a_later_decision(parts: Parts) -> None:
    """The first task comes after the first step: whoever writes meanwhile does not lose the item its team."""
    sessions = parts.means.sessions
    route = rule("route", {"route": {"process": "product_defect", "team": "quality"}})
    async with (
        published(sessions, route),
        published(sessions, rule("again", TELL), key="replies", on="customer_replied"),
    ):
        hand = await begin(parts, "defect")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "补充"})
        row = await hand.row()
        async with sessions.begin() as session:
            routed = await decisions.of_rule_set(session, hand.item, row["rule_set"])
        assert routed is not None
        assert routed["body"]["route"]["team"] == "quality"
        await hand.act(Verb.COMPLETE, outcome="need_information")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "批次在这里"})
    row = await hand.row()
    assert (row["step"], row["team"]) == ("repair", "quality")
