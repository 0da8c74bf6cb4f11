"""Changes: every row that is written is heard of, and a row at hand is judged as PostgreSQL judges it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from voxloop.domain.feedback import Channel, FeedbackType, Priority, Stage
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import branches, changes, listing, steps
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Comparison, Where
from voxloop.store.sessions import Row, Session, Sessions, open_sessions
from voxloop.store.tables import customer
from voxloop.store.visibility import sees, visible
from voxloop.tests.items import hand_in
from voxloop.tests.stock import stock
from voxloop.tests.workflows.house import until

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
TEAMS, MEMBERS = ("rd_bugfix", "quality", "customer_service"), ("zhou_ming", "sun_yi", "li_na")
VIEWERS = (
    Viewer("t", "admin", Role.ADMIN),
    Viewer("t", "manager", Role.MANAGER, "li_na", ("quality",)),
    Viewer("t", "web", Role.INTAKE),
    Viewer("t", "zhou", Role.HANDLER, "zhou_ming", ("rd_bugfix",)),
    Viewer("t", "sun", Role.HANDLER, "sun_yi", ("quality", "rd_bugfix")),
    Viewer("t", "li", Role.HANDLER, "li_na"),
)


@pytest.fixture(scope="module")
async def live(new_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Sessions]:
    sessions = open_sessions(await new_database("changes"))
    async with sessions.begin() as session:
        await stock(session)
    yield sessions
    await sessions.dispose()


class Ear:
    """A listener and what it heard."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.heard = sessions, list[UUID]()
        self.listener = changes.Listener(sessions, self.heard.extend)

    async def hears(self, *items: UUID) -> None:
        async def heard() -> bool:
            return set(items) <= set(self.heard)

        await until(heard, "heard")

    async def cut_off(self) -> None:
        async with self.sessions.begin() as session:
            mine = "pid <> pg_backend_pid() AND datname = current_database() AND application_name = :name"
            await session.execute(
                text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"), {"name": changes.LISTENER}
            )


@pytest.fixture
async def ear(live: Sessions) -> AsyncIterator[Ear]:
    ear = Ear(live)
    running = asyncio.create_task(ear.listener.run())
    await ear.listener.began.wait()
    yield ear
    running.cancel()
    await asyncio.wait([running])


async def accept(sessions: Sessions, **columns: Any) -> UUID:
    async with sessions.begin() as session:
        return await hand_in(session, BEGAN, **columns)


async def test_whoever_writes_is_heard(live: Sessions, ear: Ear) -> None:
    item = await accept(live)
    await ear.hears(item)
    ear.heard.clear()
    async with live.begin() as session:
        await session.execute(update(feedback).where(feedback.c.id == item).values(region="straight"))
    await ear.hears(item)


async def test_what_is_undone_is_not_heard(live: Sessions, ear: Ear) -> None:
    async with live.connect() as session:
        undone = await hand_in(session, BEGAN)
        await session.rollback()
    await ear.hears(await accept(live))
    assert undone not in ear.heard


async def test_nothing_is_lost_while_the_connection_is_away(live: Sessions, ear: Ear) -> None:
    items = [await accept(live) for _ in range(20)]
    ear.heard.clear()
    for number, item in enumerate(items):
        if number % 5 == 0:
            await ear.cut_off()
        async with live.begin() as session:
            await session.execute(update(feedback).where(feedback.c.id == item).values(region="away"))
    await ear.hears(*items)


async def test_a_transaction_that_began_before_and_ends_after_is_not_lost(live: Sessions, ear: Ear) -> None:
    async with live.connect() as slow:
        item = await hand_in(slow, BEGAN)
        for _ in range(3):
            await ear.cut_off()
            await ear.hears(await accept(live))
        await ear.cut_off()
        await slow.commit()
    await ear.hears(item)


@pytest.fixture(scope="module")
async def rows(live: Sessions) -> list[Row]:
    """300 items of all sorts."""
    dice = random.Random(4)
    async with live.begin() as session:
        people = (await session.execute(select(customer.c.id))).scalars().all()
        items = [await _random_item(session, dice, people) for _ in range(300)]
    async with live.connect() as session:
        return list(await changes.newest(session, items))


async def _random_item(session: Session, dice: random.Random, people: Any) -> UUID:
    item = await hand_in(
        session,
        BEGAN + timedelta(hours=dice.randrange(48)),
        source=dice.choice(("web", "shop")),
        channel=dice.choice([*Channel]),
        rating=dice.choice((None, 1, 3, 5)),
        region=dice.choice((None, "random", "Random", "north ")),
        batch=dice.choice((None, "B1")),
    )
    values = {
        "stage": dice.choice([stage for stage in Stage if stage is not Stage.CLOSED]),
        "type": dice.choice((None, *FeedbackType)),
        "priority": dice.choice([*Priority]),
        "team": dice.choice((None, *TEAMS)),
        "owner": dice.choice((None, *MEMBERS)),
        "due_at": dice.choice((None, BEGAN + timedelta(hours=dice.randrange(48), microseconds=1))),
        "overdue": dice.random() < 0.3,
        "customer": dice.choice(people),
    }
    await session.execute(update(feedback).where(feedback.c.id == item).values(**values))
    title = {"zh-CN": "缺陷处理", "en": "Repair"}
    kind = dice.choice(("task", "parallel"))
    run = await steps.begin(session, item, step="repair", kind=kind, title=title, round=1, entered_at=BEGAN)
    for member in dice.sample((None, *MEMBERS), dice.randrange(3)):
        await steps.assign(session, run, team=None, member=member, reason={}, began_at=BEGAN)
    for branch in dice.sample(("quality", "design", "supplier"), dice.choice((0, 0, 1, 3))):
        await _random_branch(session, dice, run, branch)
    return item


async def _random_branch(session: Session, dice: random.Random, parent: Row, step: str) -> None:
    kind, team = ("linked", None) if step == "supplier" else ("task", dice.choice(TEAMS))
    values = {"step": step, "kind": kind, "title": {}, "round": 1, "entered_at": BEGAN, "team": team}
    run = await steps.begin(session, parent["item"], parent=parent["seq"], **values)
    for member in dice.sample((None, *MEMBERS), dice.randrange(3) if team else 0):
        await steps.assign(session, run, team=team, member=member, reason={}, began_at=BEGAN)
    if dice.random() < 0.3:
        await steps.change(session, run, ended_at=BEGAN)
        await steps.release(session, run, BEGAN)


COLUMNS = (
    "stage", "type", "priority", "channel", "team", "owner", "region", "batch", "customer", "overdue", "rating",
    "received_at", "due_at", *branches.COLUMNS,
)  # fmt: skip


def random_where(dice: random.Random, rows: list[Row], depth: int = 3) -> Where:
    tests = tuple(random_test(dice, rows) for _ in range(dice.randrange(3)))
    if depth == 0:
        return Where(tests)
    every = tuple(random_where(dice, rows, depth - 1) for _ in range(dice.randrange(2)))
    some = tuple(random_where(dice, rows, depth - 1) for _ in range(dice.randrange(4)))
    return Where(tests, every, some if dice.random() < 0.5 else None)


def random_test(dice: random.Random, rows: list[Row]) -> Comparison:
    column = dice.choice(COLUMNS)
    many = column in branches.COLUMNS
    known = sorted({value for row in rows for value in (row[column] if many else [row[column]])} - {None})
    ordered = [name for name in listing.TESTS if name != "has"]  # of followers, not of columns
    operators = ordered if column in ("rating", "received_at", "due_at") else ["eq", "in", "is_null"]
    operator = dice.choice(operators)
    if operator == "is_null":
        return Comparison(column, operator, dice.random() < 0.5)
    if operator == "in":
        return Comparison(column, operator, tuple(dice.sample(known, dice.randrange(len(known) + 1))))
    return Comparison(column, operator, dice.choice(known))


async def test_a_row_at_hand_is_filtered_as_in_sql(live: Sessions, rows: list[Row]) -> None:
    dice, sizes = random.Random(5), set()
    ours = feedback.c.id.in_([row["id"] for row in rows])
    async with live.connect() as session:
        for _ in range(400):
            where = random_where(dice, rows)
            wanted = select(feedback.c.id).where(ours, listing.condition(listing.Wanted(where)))
            found = set((await session.execute(wanted)).scalars())
            assert {row["id"] for row in rows if listing.lets_through(where, row)} == found, where
            sizes.add(len(found))
    assert {0, len(rows)} < sizes
    assert listing.TESTS.keys() == listing.OPERATORS.keys()


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
async def test_a_row_at_hand_is_seen_as_in_sql(live: Sessions, rows: list[Row], viewer: Viewer) -> None:
    async with live.connect() as session:
        wanted = select(feedback.c.id).where(visible(viewer), feedback.c.id.in_([row["id"] for row in rows]))
        found = set((await session.execute(wanted)).scalars())
    assert {row["id"] for row in rows if sees(viewer, row)} == found
    assert 0 < len(found) <= len(rows)


async def test_the_point_is_behind_every_row(live: Sessions) -> None:
    item = await accept(live)
    async with live.connect() as session:
        [written] = (await session.execute(select(feedback.c.xid).where(feedback.c.id == item))).scalars()
        assert written < (await session.execute(changes.POINT)).scalar_one()
        assert (await session.execute(select(func.count()).where(feedback.c.xid.is_(None)))).scalar_one() == 0
