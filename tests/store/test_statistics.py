"""Statistics over random items equal what plain Python computes of the same items, to the last digit."""

import math
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text

from voxloop.domain.feedback import Channel, FeedbackType, Outcome, Priority, Stage
from voxloop.domain.first_contact import Said, at_first_contact
from voxloop.domain.statistics import Answer, Dimension, Metric, Period, bucket
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import clocks, messages, statistics
from voxloop.store.item_tables import event
from voxloop.store.listing import Comparison, Wanted, Where
from voxloop.store.sessions import Session, Sessions, open_sessions
from voxloop.store.statistics import Question, TooManyGroups, TooSlow, measure
from voxloop.tests.items import hand_in
from voxloop.tests.stock import stock

ZONE = "Asia/Shanghai"
BEGIN = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight of 2 March in Shanghai
SAID = {
    "replied": {"direction": "out", "visibility": "public", "purpose": "reply", "author": "member:li_na"},
    "carried_out": {"direction": "out", "visibility": "public", "purpose": "thanks", "author": "system"},
    "noted": {"direction": "internal", "visibility": "internal", "purpose": "reply", "author": "member:li_na"},
    "customer_replied": {"direction": "in", "visibility": "public", "purpose": "reply", "author": "customer:web"},
    "confirmed": {"direction": "in", "visibility": "public", "purpose": "reply", "author": "customer:web"},
}
ALL = Viewer("t", "manager", Role.MANAGER)
TEAMS = ["quality", "rd_bugfix", "customer_service", None]
STARTED = {"stage": "working", "first_responded_at": None, "closed_at": None, "outcome": None}


@dataclass
class Item:
    """What a test knows of an item: its columns, whether its clocks had targets (None) and were missed, and words."""

    columns: dict[str, Any]
    missed: bool | None
    said: Sequence[str] = ()

    def seconds(self, column: str) -> float | None:
        until = self.columns[column]
        return None if until is None else (until - self.columns["received_at"]).total_seconds()

    def at_first_contact(self) -> bool | None:
        said = [Said(each != "replied") for each in self.said if each in ("replied", "customer_replied")]
        return at_first_contact(self.columns["outcome"], self.columns["round"], said)

    def value(self, dimension: Dimension, moved: timedelta = timedelta()) -> Any:
        if not dimension.is_time:
            return self.columns["product_version" if dimension is Dimension.VERSION else dimension.value]
        day: date = (self.columns["received_at"] + moved).astimezone(ZoneInfo(ZONE)).date()
        return bucket(dimension, day)


def drawn(chance: random.Random, products: Sequence[tuple[str, str]]) -> Item:
    received = BEGIN + timedelta(microseconds=chance.randrange(60 * 86_400 * 10**6))
    product, line = chance.choice([*products, (None, None)])
    columns = STARTED | {
        "received_at": received,
        "channel": chance.choice([Channel.WEB, Channel.APP, Channel.EMAIL]).value,
        "type": chance.choice([*(each.value for each in FeedbackType), None]),
        "priority": chance.choice(list(Priority)).value,
        "team": chance.choice(TEAMS),
        "product": product,
        "product_line": line,
        "product_version": chance.choice(["1.0", "2.0", None]),
        "region": chance.choice(["华东", "华南", None]),
        "rating": chance.choice([None, 1, 2, 3, 4, 5]),
        "nps": chance.choice([None, *range(11)]),
    }
    if chance.random() < 0.7:
        columns["first_responded_at"] = received + timedelta(microseconds=chance.randrange(10**11))
    if chance.random() < 0.6:
        closed = received + timedelta(microseconds=chance.randrange(10**12))
        columns |= {"stage": "closed", "closed_at": closed, "outcome": chance.choice(list(Outcome)).value}
    columns["round"] = chance.choice([1, 1, 1, 2])
    said = chance.choices(list(SAID), k=chance.choice([0, 1, 1, 2, 2, 3]))
    return Item(columns, chance.choice([None, True, False]), said)


@pytest.fixture(scope="module")
async def filled(new_database: Callable[[str], Any]) -> AsyncIterator[tuple[Sessions, list[Item]]]:
    """A database that holds nothing but these items."""
    sessions = open_sessions(await new_database("statistics"))
    chance = random.Random(20261122)
    async with sessions.begin() as session:
        await stock(session)
        products = [tuple(row) for row in await session.execute(text("SELECT key, line FROM product"))][:3]
        items = [drawn(chance, products) for _ in range(240)]
        for item in items:
            await _enter(session, item, chance)
    yield sessions, items
    await sessions.dispose()


async def _enter(session: Session, item: Item, chance: random.Random) -> None:
    received = item.columns["received_at"]
    id_ = await hand_in(session, **item.columns)
    begun = {"item": id_, "seq": 0, "started_at": received}
    await clocks.write(session, [clocks.fresh(**begun, name="next_reply")], [])
    for number, said in enumerate(item.said, start=2):
        await _say(session, id_, number, said)
    if item.missed is None:
        return
    names = chance.choice([["resolution"], ["first_response", "resolution"]])
    for number, name in enumerate(names):
        missed = item.missed and number == 0
        timed = {"name": name, "target_seconds": 60.0, "due_at": received + timedelta(minutes=1)}
        timed = clocks.fresh(**begun, **timed, breached_at=received if missed else None)
        await clocks.write(session, [timed], [])


async def _say(session: Session, item: UUID, version: int, said: str) -> None:
    values = {"item": item, "version": version, "at": BEGIN, "text": "-", **SAID[said]}
    kind = {"item": item, "version": version, "at": BEGIN, "actor_kind": "member", "round": 1, "changes": {}}
    await session.execute(insert(event).values(**kind, kind=said))
    await messages.add(session, **values)


def percentile(share: float, values: list[float]) -> float | None:
    """By linear interpolation between the two nearest, as SQL's percentile_cont is defined."""
    if not values:
        return None
    ranked, place = sorted(values), share * (len(values) - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return low + (place - math.floor(place)) * (high - low)


def computed(items: list[Item]) -> dict[Metric, float | None]:
    ratings = [item.columns["rating"] for item in items if item.columns["rating"] is not None]
    answers = [item.columns["nps"] for item in items if item.columns["nps"] is not None]
    first = [seconds for item in items if (seconds := item.seconds("first_responded_at")) is not None]
    whole = [seconds for item in items if (seconds := item.seconds("closed_at")) is not None]
    timed = [item.missed for item in items if item.missed is not None]
    first_contacts = [found for item in items if (found := item.at_first_contact()) is not None]
    balance = sum(answer >= 9 for answer in answers) - sum(answer <= 6 for answer in answers)
    return {
        Metric.COUNT: len(items),
        Metric.RATINGS: len(ratings),
        Metric.AVERAGE_RATING: sum(ratings) / len(ratings) if ratings else None,
        Metric.NPS_ANSWERS: len(answers),
        Metric.NPS: 100 * balance / len(answers) if answers else None,
        Metric.FIRST_RESPONSE_P50: percentile(0.5, first),
        Metric.FIRST_RESPONSE_P90: percentile(0.9, first),
        Metric.RESOLUTION_P50: percentile(0.5, whole),
        Metric.RESOLUTION_P90: percentile(0.9, whole),
        Metric.BREACH_SHARE: sum(timed) / len(timed) if timed else None,
        Metric.FIRST_CONTACT_SHARE: sum(first_contacts) / len(first_contacts) if first_contacts else None,
    }


def grouped(items: list[Item], by: tuple[Dimension, ...], moved: timedelta = timedelta()) -> dict[Any, Any]:
    groups: dict[Any, list[Item]] = {}
    for item in items:
        groups.setdefault(tuple(item.value(dimension, moved) for dimension in by), []).append(item)
    return {values: computed(members) for values, members in groups.items()}


def question(*by: Dimension, where: Where | None = None, **more: Any) -> Question:
    return Question(Wanted(where or Where()), by, list(Metric), ZONE, **more)


def by_values(answer: Answer) -> dict[Any, Any]:
    return {group.values: group.numbers for group in answer.groups}


@pytest.mark.parametrize("by", [(dimension,) for dimension in Dimension])
async def test_every_metric_by_every_dimension(filled: tuple[Sessions, list[Item]], by: tuple[Dimension, ...]) -> None:
    sessions, items = filled
    async with sessions.connect() as session:
        answer = await measure(session, ALL, question(*by))
    assert by_values(answer) == grouped(items, by)
    assert answer.totals == computed(items)


@pytest.mark.parametrize("seed", range(20))
async def test_random_questions(filled: tuple[Sessions, list[Item]], seed: int) -> None:
    sessions, items = filled
    chance = random.Random(seed)
    by = tuple(chance.sample(list(Dimension), chance.choice([0, 1, 2, 3])))
    begin = BEGIN + timedelta(days=chance.randrange(30))
    period = chance.choice([None, Period.between(begin, begin + timedelta(days=20))])
    stage, channel = chance.choice(list(Stage)).value, chance.choice(["web", "app"])
    some = (Where((Comparison("stage", "eq", stage),)), Where((Comparison("rating", "lte", 3),)))
    where = Where((Comparison("channel", "eq", channel),), some=some)
    chosen = [
        item
        for item in items
        if (period is None or period.begin <= item.columns["received_at"] < period.end)
        and item.columns["channel"] == channel
        and (item.columns["stage"] == stage or (item.columns["rating"] or 9) <= 3)
    ]
    async with sessions.connect() as session:
        answer = await measure(session, ALL, question(*by, where=where, period=period))
    assert by_values(answer) == (grouped(chosen, by) if by else {})
    assert answer.totals == computed(chosen)


async def test_an_earlier_period_lies_upon_the_buckets_of_the_later(filled: tuple[Sessions, list[Item]]) -> None:
    sessions, items = filled
    period = Period.between(BEGIN + timedelta(days=30), BEGIN + timedelta(days=60))
    before = [item for item in items if period.before.begin <= item.columns["received_at"] < period.before.end]
    async with sessions.connect() as session:
        answer = await measure(session, ALL, question(Dimension.WEEK, period=period.before, moved=period.step))
    assert by_values(answer) == grouped(before, (Dimension.WEEK,), period.step)


async def test_only_what_the_viewer_may_see_is_counted(filled: tuple[Sessions, list[Item]]) -> None:
    sessions, items = filled
    handler = Viewer("t", "sun_yi", Role.HANDLER, "sun_yi", ("quality",))
    async with sessions.connect() as session:
        answer = await measure(session, handler, question(Dimension.TEAM))
    seen = [item for item in items if item.columns["team"] == "quality"]
    assert by_values(answer) == grouped(seen, (Dimension.TEAM,))


async def test_what_takes_too_long_is_stopped(
    filled: tuple[Sessions, list[Item]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, _ = filled
    monkeypatch.setattr(statistics, "_LIMIT_MS", 1)
    async with sessions.connect() as session, session.begin():
        await session.execute(text("ALTER TABLE feedback RENAME TO fast"))
        await session.execute(text("CREATE VIEW feedback AS SELECT fast.* FROM fast, pg_sleep(0.05)"))
        with pytest.raises(TooSlow):
            await measure(session, ALL, question(Dimension.TEAM))
        await session.rollback()


async def test_too_many_groups_are_refused(
    filled: tuple[Sessions, list[Item]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, items = filled
    by = (Dimension.DAY, Dimension.TYPE)
    monkeypatch.setattr(statistics, "MOST_GROUPS", len(grouped(items, by)) - 1)
    async with sessions.connect() as session:
        with pytest.raises(TooManyGroups):
            await measure(session, ALL, question(*by))
    monkeypatch.setattr(statistics, "MOST_GROUPS", len(grouped(items, by)))
    async with sessions.connect() as session:
        assert len((await measure(session, ALL, question(*by))).groups) == len(grouped(items, by))
