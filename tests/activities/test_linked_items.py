"""Opening a linked item: once in its system, and the loops are told what is new."""

from sqlalchemy import delete, select

from voxloop.activities.linked_items import LinkedItems
from voxloop.domain.linked import LinkedItemChanged, LinkedState
from voxloop.domain.loop import Verb
from voxloop.store import linked_items
from voxloop.store.effect_tables import feedback_link, register_item
from voxloop.store.item_tables import outbox
from voxloop.tests.activities.hand import Hand, begin
from voxloop.worker import Parts


async def link_of(hand: Hand) -> str:
    async with hand.parts.means.sessions.begin() as session:
        await session.execute(delete(outbox))
        [link] = await linked_items.of_items(session, [hand.item])
    return str(link["key"])


async def signals(parts: Parts) -> list[dict[str, object]]:
    async with parts.means.sessions.begin() as session:
        told = select(outbox.c.payload).where(outbox.c.command == "signal").order_by(outbox.c.id)
        return [payload["argument"] for payload in (await session.execute(told)).scalars()]


async def test_looking_twice_opens_once_and_is_no_news(parts: Parts) -> None:
    links = LinkedItems(parts.means, parts.systems)
    hand = await begin(parts, "defect")
    key = await link_of(hand)
    assert [await links.ensure(key), await links.ensure(key)] == [False, False]
    async with parts.means.sessions.begin() as session:
        opened = (await session.execute(select(register_item).where(register_item.c.key == key))).mappings().all()
    assert [(row["system"], row["version"]) for row in opened] == [("pms", 1)]
    assert await signals(parts) == []


async def test_a_settled_one_says_so_and_tells_the_loop(parts: Parts) -> None:
    links = LinkedItems(parts.means, parts.systems)
    hand = await begin(parts, "defect")
    key = await link_of(hand)
    await links.ensure(key)
    async with parts.means.sessions.begin() as session:
        await linked_items.register_advance(session, key, "done", "8.2.2")
    assert await links.ensure(key) is True
    assert [told["state"] for told in await signals(parts)] == ["done"]


async def test_old_news_does_not_overwrite_newer(parts: Parts) -> None:
    links = LinkedItems(parts.means, parts.systems)
    hand = await begin(parts, "defect")
    key = await link_of(hand)
    await hand.act(Verb.COMPLETE, outcome="needs_release")
    await hand.turn(links.note, LinkedItemChanged(key, LinkedState.DONE, 3))
    assert hand.plan.step == "reply"
    await hand.turn(links.note, LinkedItemChanged(key, LinkedState.OPEN, 2))
    async with parts.means.sessions.begin() as session:
        wanted = select(feedback_link).where(feedback_link.c.linked_item == key)
        known = (await session.execute(wanted)).mappings().one()
    assert (known["state"], known["peer_version"]) == ("done", 3)
