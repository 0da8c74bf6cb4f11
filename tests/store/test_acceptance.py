"""Accepting many at once: each caller gets the answer to its own item, and none stands in another's way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import feedback
from voxloop.store.acceptance import Acceptance
from voxloop.store.item_tables import outbox
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.tests.conftest import NewDatabase

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADMIN = Viewer("1", "root", Role.ADMIN)
_NOT_GIVEN = dict.fromkeys((
    "form", "scenario", "rating", "nps", "product_line", "product", "module", "product_version", "batch", "part",
    "region", "order_ref", "customer", "follow_up_of",
))  # fmt: skip


def item(**columns: Any) -> dict[str, Any]:
    id_ = new_id()
    made: dict[str, Any] = {
        "id": id_,
        "source": "many",
        "idempotency_key": str(id_),
        "argument_hash": "-",
        "text": "好\n用",
    }
    return {
        **_NOT_GIVEN,
        **made,
        "language": "zh-CN",
        "channel": "app",
        "received_at": NOW,
        "search_keys": ["好"],
    } | columns


@pytest.fixture(scope="module")
async def many(new_database: NewDatabase) -> AsyncIterator[Sessions]:
    sessions = open_sessions(await new_database("acceptance"))
    yield sessions
    await sessions.dispose()


@pytest.fixture
def acceptance(many: Sessions) -> Acceptance:
    return Acceptance(many)


async def test_each_caller_gets_its_own_item(acceptance: Acceptance) -> None:
    items = [item(rating=1 + number % 5, search_keys=[f"键{number}", '"quoted"']) for number in range(250)]
    answers = await asyncio.gather(*(acceptance.accept(each, "integration:many") for each in items))
    assert all(answer.created for answer in answers)
    for column in ("id", "text", "rating", "search_keys", "received_at"):
        assert [answer.row[column] for answer in answers] == [each[column] for each in items]


async def test_one_key_given_many_times_at_once_is_one_item(acceptance: Acceptance, many: Sessions) -> None:
    key = str(new_id())
    given = [item(idempotency_key=key) for _ in range(30)]
    answers = await asyncio.gather(*(acceptance.accept(each, "integration:many") for each in given))
    assert len({answer.row["id"] for answer in answers}) == 1
    assert sum(answer.created for answer in answers) == 1
    async with many.connect() as session:
        commands = select(func.count()).where(outbox.c.workflow == f"feedback/{answers[0].row['id']}")
        assert (await session.execute(commands)).scalar_one() == 1


async def test_one_that_cannot_be_written_stops_no_other(acceptance: Acceptance) -> None:
    given = [item(rating=9 if number == 7 else 5) for number in range(20)]
    answers = await asyncio.gather(
        *(acceptance.accept(each, "integration:many") for each in given), return_exceptions=True
    )
    assert isinstance(answers.pop(7), IntegrityError)
    assert all(isinstance(answer, feedback.Accepted) and answer.created for answer in answers)


async def test_a_caller_that_has_gone_leaves_the_others_their_answers(acceptance: Acceptance) -> None:
    given = [item() for _ in range(10)]
    asking = [asyncio.create_task(acceptance.accept(each, "integration:many")) for each in given]
    await asyncio.sleep(0)
    asking[3].cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers.pop(3), asyncio.CancelledError)
    assert all(isinstance(answer, feedback.Accepted) for answer in answers)


async def test_one_that_comes_while_the_last_writer_ends_is_written(acceptance: Acceptance) -> None:
    async def again_and_again() -> None:
        for _ in range(20):
            await acceptance.accept(item(), "integration:many")

    async with asyncio.timeout(60):
        await asyncio.gather(*(again_and_again() for _ in range(3)))
