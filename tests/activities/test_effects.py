"""What a decision does beyond the item: who is told, who gets a copy, what is opened, what the customer is given."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from voxloop.activities.intake import Intake
from voxloop.domain.loop import Verb
from voxloop.store import linked_items, rewards
from voxloop.store.effect_tables import message
from voxloop.store.sessions import Row
from voxloop.tests.activities.hand import START, Hand, begin
from voxloop.tests.items import hand_in
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

MANAGER = {"role": "service_manager"}


async def messages(hand: Hand, purpose: str) -> Sequence[Row]:
    async with hand.parts.means.sessions.begin() as session:
        wanted = select(message).where(message.c.item == hand.item, message.c.purpose == purpose)
        return (await session.execute(wanted.order_by(message.c.id))).mappings().all()


async def given(hand: Hand) -> list[tuple[str, int]]:
    async with hand.parts.means.sessions.begin() as session:
        return [(row["rule"], row["points"]) for row in await rewards.of_items(session, [hand.item])]


async def happened(hand: Hand, kind: str) -> Row:
    """The last event of that kind."""
    return [event for event in await hand.events() if event["kind"] == kind][-1]


async def test_a_copy_says_so_and_is_told_apart(parts: Parts) -> None:
    told = {"tell": {"to": MANAGER}}, {"cc": {"to": {"role": "director"}, "via": ["email"]}}
    async with published(parts.means.sessions, rule("inform", *told)):
        hand = await begin(parts, "complaint")
    assert [row["member"] for row in await messages(hand, "notice_rule")] == ["chen_jing"]
    copies = await messages(hand, "notice_copy")
    assert [row["member"] for row in copies] == ["jiang_wen", "liang_bo"]
    assert "无需您处理" in copies[0]["text"]
    detail = (await happened(hand, "decided"))["detail"]
    assert (detail["told"], detail["copied"]) == (["chen_jing"], ["jiang_wen", "liang_bo"])


async def test_a_reward_is_given_and_the_customer_is_told(parts: Parts) -> None:
    reward = {"reward": {"points": 50, "template": "thanks_reward"}}
    async with published(parts.means.sessions, rule("idea", reward), rule("photo", {"reward": {"points": 20}})):
        hand = await begin(parts, "suggestion")
    assert await given(hand) == [("idea", 50), ("photo", 20)]
    [thanks] = await messages(hand, "thanks_reward")
    assert "50 积分" in thanks["subject"]
    assert "50 积分" in thanks["text"]
    rewarded = (await happened(hand, "decided"))["detail"]["rewarded"]
    assert rewarded == [{"rule": "idea", "points": 50}, {"rule": "photo", "points": 20}]


async def test_an_anonymous_writer_gets_nothing(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("idea", {"reward": {"points": 50}})):
        hand = await begin(parts, "suggestion", customer=None)
    assert await given(hand) == []
    assert (await happened(hand, "decided"))["detail"]["unrewarded"] == "anonymous"


async def test_spam_earns_nothing(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("idea", {"reward": {"points": 50}}, {"mark_spam": True})):
        hand = await begin(parts, "suggestion")
    assert (await hand.row())["outcome"] == "spam"
    assert await given(hand) == []
    assert (await happened(hand, "decided"))["detail"]["unrewarded"] == "spam"


async def test_a_rule_rewards_an_item_once(parts: Parts) -> None:
    thanks = rule("idea", {"reward": {"points": 50, "template": "thanks_reward"}})
    sessions = parts.means.sessions
    async with published(sessions, thanks), published(sessions, thanks, key="later", on="customer_replied"):
        hand = await begin(parts, "suggestion")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还有一个想法"})
    assert await given(hand) == [("idea", 50)]
    assert len(await messages(hand, "thanks_reward")) == 1
    assert "rewarded" not in (await happened(hand, "customer_replied"))["detail"]


async def test_what_is_open_is_not_opened_again_by_a_rule(parts: Parts) -> None:
    opens = [{"open": {"system": "qms", "template": template}} for template in ("quality_case", "supplier_case")]
    sessions = parts.means.sessions
    async with (
        published(sessions, rule("batch", opens[0])),
        published(sessions, rule("batch", *opens), key="later", on="customer_replied"),
    ):
        hand = await begin(parts, "complaint")
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "又一台"})
    async with sessions.begin() as session:
        links = await linked_items.of_items(session, [hand.item])
        assert [link["template"] for link in links] == ["quality_case", "supplier_case"]
        await linked_items.change(session, links[0]["key"], state="done", external_id="Q-1")
    async with published(sessions, rule("batch", *opens), key="later", on="customer_replied"):
        await hand.act(Verb.CUSTOMER_REPLY, {"text": "还是这样"})
    async with sessions.begin() as session:
        links = await linked_items.of_items(session, [hand.item])
    assert [link["template"] for link in links] == ["quality_case", "supplier_case", "quality_case"]


async def test_a_repeated_decision_does_nothing_twice(parts: Parts) -> None:
    everything: list[dict[str, Any]] = [
        *({"tell": {"to": MANAGER}}, {"cc": {"to": {"role": "director"}}}),
        *({"open": {"system": "qms", "template": "quality_case"}}, {"reward": {"points": 5}}),
    ]
    async with published(parts.means.sessions, rule("all", *everything)):
        async with parts.means.sessions.begin() as session:
            hand = Hand(parts, await hand_in(session, START, scenario="complaint"))
        intake = Intake(parts.means)
        for activity in (intake.acknowledge, intake.classify, intake.decide):
            await hand.once(activity)
        assert await hand.again() == hand.plan
    assert await given(hand) == [("all", 5)]
    assert len(await messages(hand, "notice_rule")) == 1
    assert len(await messages(hand, "notice_copy")) == 2
    async with parts.means.sessions.begin() as session:
        assert len(await linked_items.of_items(session, [hand.item])) == 1
