"""Candidates for near-duplicates: those of the window that share a key, the newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from voxloop.domain.rules import MOST_COUNTED
from voxloop.store import similarity
from voxloop.store.sessions import Session
from voxloop.tests.store.test_facts import given

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BLINK = timedelta(microseconds=1)
WEEK, DAY = timedelta(days=7), timedelta(hours=24)
KEYS = [2**32 - 1, 0, 77, 2**31]


async def known(session: Session, received_at: datetime, keys: list[int] = KEYS, **columns: Any) -> dict[str, Any]:
    """An item whose text has those keys."""
    return await given(session, received_at, similar_keys=similarity.dated(keys, received_at), **columns)


async def instants(session: Session, item: dict[str, Any], window: timedelta = WEEK) -> list[datetime]:
    [found] = await similarity.candidates(session, [item], window, 100)
    return [each["received_at"] for each in found]


@pytest.mark.parametrize("at", [NOW, datetime(1970, 1, 1, tzinfo=UTC) + 3000 * WEEK, datetime(2000, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("window", [WEEK, DAY])
async def test_a_window_ends_with_the_item_and_has_both_its_ends(
    session: Session, at: datetime, window: timedelta
) -> None:
    item = await known(session, at)
    for other in (at - window, at - window / 2, at - window - BLINK, at + BLINK):
        await known(session, other)
    assert await instants(session, item, window) == [at, at - window / 2, at - window]


async def test_one_key_in_common_is_enough(session: Session) -> None:
    item = await known(session, NOW)
    await known(session, NOW - DAY, [5, 6, 77])
    await known(session, NOW - DAY * 2, [5, 6, 7])
    await given(session, NOW - DAY * 3)
    assert await instants(session, item) == [NOW, NOW - DAY]


async def test_keys_of_another_time_are_no_candidates(session: Session) -> None:
    """256 weeks before the same numbers were used; they are in no window."""
    item = await known(session, NOW)
    await known(session, NOW - 256 * WEEK)
    await known(session, NOW - 3 * WEEK)
    assert await instants(session, item) == [NOW]


async def test_stored_keys_are_integers_of_postgresql() -> None:
    for weeks in range(256):
        assert all(-(2**31) <= key < 2**31 for key in similarity.dated(KEYS, NOW + weeks * WEEK))
    assert len({key for weeks in range(256) for key in similarity.dated([1, 2], NOW + weeks * WEEK)}) == 512


async def test_of_too_many_the_newest_are_taken(session: Session) -> None:
    item = await known(session, NOW)
    copies = text("""INSERT INTO feedback (id, source, idempotency_key, argument_hash, text, language, channel,
        received_at, search_keys, version, similar_keys) SELECT gen_random_uuid(), 'test', 'n' || n, '-', text,
        language, channel, received_at - n * interval '1 second', '{}', 1, similar_keys
        FROM feedback, generate_series(1, :number) n WHERE id = :id""")
    await session.execute(copies, {"number": MOST_COUNTED + 50, "id": item["id"]})
    found = await instants(session, item)
    assert found == [NOW - timedelta(seconds=number) for number in range(MOST_COUNTED)]


async def test_each_of_many_has_its_own(session: Session) -> None:
    items = [await known(session, NOW + number * DAY, [number % 3, 100 + number]) for number in range(12)]
    together = await similarity.candidates(session, items, WEEK, 100)
    assert [[each["received_at"] for each in found] for found in together] == [
        await instants(session, item) for item in items
    ]
    assert [len(found) for found in together] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]


async def test_as_much_text_is_given_as_is_asked_for(session: Session) -> None:
    item = await known(session, NOW, text="水箱漏水，很严重")
    [[found]] = await similarity.candidates(session, [item], WEEK, 4)
    assert found["text"] == "水箱漏水"
