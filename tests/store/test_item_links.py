"""Links between items: one of each kind between the same two, whichever of them was linked to the other one."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from voxloop.store import item_links
from voxloop.store.sessions import Session, Sessions
from voxloop.tests.items import hand_in

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


async def link(session: Session, item: UUID, other: UUID, kind: str = "related") -> bool:
    return await item_links.link(session, item=item, other=other, kind=kind, actor="member:li_na", at=NOW)


async def test_who_links_from_the_other_side_meanwhile_finds_it_done(stocked: Sessions) -> None:
    async def back() -> bool:
        async with stocked.begin() as session:
            return await link(session, second, first)

    async with stocked.begin() as session:
        first, second = await hand_in(session, NOW), await hand_in(session, NOW)
    async with stocked.begin() as session:
        assert await link(session, first, second)
        meanwhile = asyncio.create_task(back())
    assert not await meanwhile


async def test_kinds_are_links_of_their_own_and_a_removed_one_can_be_made_again(session: Session) -> None:
    first, second = await hand_in(session, NOW), await hand_in(session, NOW)
    assert await link(session, first, second)
    assert await link(session, second, first, "caused_by")
    assert await item_links.unlink(session, second, first, "related")
    assert not await item_links.unlink(session, first, second, "related")
    assert await link(session, second, first)
