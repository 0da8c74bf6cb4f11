"""Counts of what recurs: which items a window holds, where counting ends, and one answer for one item and for many."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from voxloop.domain.rules import MOST_COUNTED
from voxloop.store import facts
from voxloop.store.sessions import Session
from voxloop.tests.items import hand_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BLINK = timedelta(microseconds=1)
AIR_FRYER = {"product_line": "kitchen", "product": "air_fryer_p3"}
FIRMWARE = {**AIR_FRYER, "module": "wifi", "product_version": "3.1.0"}
ABOUT: Mapping[str, dict[str, Any]] = {
    "customer_count_7d": {},
    "customer_count_30d": {},
    "batch_count_30d": {"batch": "B1"},
    "part_count_30d": {"part": "P1"},
    "version_count_7d": FIRMWARE,
    "region_count_7d": {**AIR_FRYER, "region": "east"},
}
OTHERWISE = {
    "customer_count_7d": {"customer_ref": "C0011"},
    "customer_count_30d": {"customer_ref": "C0011"},
    "batch_count_30d": {"batch": "B2"},
    "part_count_30d": {"part": "P2"},
    "version_count_7d": {**FIRMWARE, "product_version": "3.0.2"},
    "region_count_7d": {**AIR_FRYER, "region": "west"},
}


async def row(session: Session, id_: UUID) -> dict[str, Any]:
    return dict((await session.execute(text("SELECT * FROM feedback WHERE id = :id"), {"id": id_})).mappings().one())


async def given(session: Session, received_at: datetime = NOW, **columns: Any) -> dict[str, Any]:
    """An item's row."""
    return await row(session, await hand_in(session, received_at, **columns))


def window(name: str) -> timedelta:
    return timedelta(days=int(name.rpartition("_")[2].removesuffix("d")))


@pytest.mark.parametrize("name", ABOUT)
async def test_a_window_ends_with_the_item_and_has_both_its_ends(session: Session, name: str) -> None:
    about = ABOUT[name]
    item = await given(session, **about)
    assert await facts.counts(session, [item], [name]) == [{name: 1}]
    for at in (NOW, NOW - window(name), NOW + BLINK, NOW - window(name) - BLINK):
        await given(session, at, **about)
    await given(session, NOW - BLINK, **OTHERWISE[name])
    assert await facts.counts(session, [item], [name]) == [{name: 3}]


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("customer_count_7d", "customer"),
        ("customer_count_30d", "customer"),
        ("batch_count_30d", "batch"),
        ("part_count_30d", "part"),
        *(("version_count_7d", column) for column in ("product", "module", "product_version")),
        *(("region_count_7d", column) for column in ("product", "region")),
    ],
)
async def test_without_its_column_a_count_is_absent(session: Session, name: str, lacking: str) -> None:
    item = await given(session, **ABOUT[name])
    assert await facts.counts(session, [item | {lacking: None}], [name]) == [{}]


async def test_only_what_is_asked_is_counted(session: Session) -> None:
    item = await given(session, batch="B1", part="P1")
    assert await facts.counts(session, [item], ["text", "part_count_30d", "rating"]) == [{"part_count_30d": 1}]
    assert await facts.counts(session, [item], ["text"]) == [{}]
    assert await facts.counts(session, [], ["part_count_30d"]) == []


async def test_counting_ends_at_the_most(session: Session) -> None:
    item = await given(session, batch="B1")
    await session.execute(
        text("""INSERT INTO feedback (id, source, idempotency_key, argument_hash, text, language, channel, batch,
            received_at, search_keys, version) SELECT gen_random_uuid(), 'test', 'n' || n, '-', '坏了', 'zh-CN', 'app',
            'B1', :at, '{}', 1 FROM generate_series(1, :number) n"""),
        {"at": NOW - BLINK, "number": MOST_COUNTED - 2},
    )
    assert await facts.counts(session, [item], ["batch_count_30d"]) == [{"batch_count_30d": MOST_COUNTED - 1}]
    for _ in range(2):
        await given(session, batch="B1")
        assert await facts.counts(session, [item], ["batch_count_30d"]) == [{"batch_count_30d": MOST_COUNTED}]


async def test_many_at_once_are_counted_as_one_by_one(session: Session) -> None:
    dice = random.Random(5)
    items = []
    for number in range(120):
        about = dict(dice.choice(list(ABOUT.values()))) | {"region": dice.choice(("east", None))}
        about |= {"batch": dice.choice(("B1", "B'\"\\2 批", None)), "customer_ref": dice.choice(("C0010", "C0011"))}
        items.append(await given(session, NOW + timedelta(hours=9 * number), **about))
    dice.shuffle(items)
    together = await facts.counts(session, items, ABOUT)
    assert together == [(await facts.counts(session, [item], ABOUT))[0] for item in items]
    assert {name: max(found.get(name, 0) for found in together) > 2 for name in ABOUT} == dict.fromkeys(ABOUT, True)
    assert any("batch_count_30d" not in found for found in together)
