"""Followers: lists and what is pushed agree on who follows, and nobody hears of her own acts."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from voxloop.domain.viewer import Role, Viewer
from voxloop.store import changes, following, listing, saved_filters
from voxloop.store.item_tables import event
from voxloop.store.listing import FOLLOWERS, Comparison, Where
from voxloop.store.sessions import Session
from voxloop.tests.items import hand_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADMIN = Viewer("1", "root", Role.ADMIN)
HERS = Where((Comparison(FOLLOWERS, "has", "li_na"),))


async def test_a_list_and_its_twin_know_the_followers(session: Session) -> None:
    followed, other = await hand_in(session, NOW), await hand_in(session, NOW)
    for member in ("li_na", "li_na", "zhou_ming"):
        await following.follow(session, followed, member)
    await following.follow(session, other, "zhou_ming")
    for where in (HERS, saved_filters.read(saved_filters.written(HERS))):
        assert await listing.ids(session, ADMIN, where, 10) == [followed]
        rows = await changes.newest(session, [followed, other])
        assert [row["id"] for row in rows if listing.lets_through(where, row)] == [followed]
    await following.unfollow(session, followed, "li_na")
    assert await listing.ids(session, ADMIN, HERS, 10) == []


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ([("member", "li_na", "repair")], ["zhou_ming"]),
        ([("member", "li_na", "choice"), ("system", None, "repair")], ["zhou_ming"]),
        ([("member", "li_na", None)], ["li_na", "zhou_ming"]),
        ([("member", "li_na", None), ("system", None, "close/solved")], ["li_na", "zhou_ming"]),
        ([("customer", "li_na", "close/solved")], ["li_na", "zhou_ming"]),
        ([], ["li_na", "zhou_ming"]),
    ],
)
async def test_whose_act_led_here_is_not_told(session: Session, chain: list[Any], told: list[str]) -> None:
    item = await hand_in(session, NOW)
    for member in ("li_na", "zhou_ming"):
        await following.follow(session, item, member)
    for version, (kind, actor, goto) in enumerate(chain, start=2):
        who = {"item": item, "version": version, "at": NOW, "actor_kind": kind, "actor": actor, "round": 1}
        await session.execute(insert(event).values(**who, kind="completed", changes={}, plan={"goto": goto}))
    assert await following.to_tell(session, item) == told
