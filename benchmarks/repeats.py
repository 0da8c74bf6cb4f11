"""``make repeats``: what it costs to count what recurs, near-duplicates among it, in a million items of a year.

The texts are words drawn from an invented vocabulary, 53 signs in the mean, every fiftieth one of two that many people
send (the review that a shop writes by itself, a question after an order). The last week's rows have been written again
since the last vacuum, as loops do. Prints milliseconds as rules wait for them, and how many edited texts are found.
"""

import argparse
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import numpy as np
import uvloop
from sqlalchemy import Select, func, select, text

from voxloop.activities.facts import facts_of
from voxloop.analysis.likeness import ALIKE, LONGEST, shingles, similarity
from voxloop.analysis.similarity import similar_keys
from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import machine
from voxloop.store import facts
from voxloop.store import similarity as near
from voxloop.store.customers import TRAITS
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session

_YEAR, _NOW = timedelta(days=365), datetime(2026, 11, 1, tzinfo=UTC)
_CHUNK, _PAGE = 20_000, 1_000
_CUSTOMERS, _BATCHES, _PARTS = 200_000, 2_000, 5_000
_REGIONS = ("华东", "华南", "华北", "华中", "西南", "西北", "东北")
_PRODUCTS = [("kitchen", f"air_fryer_p{number}", f"module{number % 5}", f"{number % 3}.0") for number in range(60)]
_OFTEN_SENT = ("此用户没有填写评价内容，系统默认好评。", "您好，我的订单{}到现在还没有发货，请尽快处理一下，谢谢。")
_COUNTS = tuple(facts.COUNTED)
_SIMILAR = tuple(near.COUNTED)
_OF_ALL = {
    "source": "bench",
    "argument_hash": "-",
    "language": "zh-CN",
    "channel": "app",
    "search_keys": ["a"],
    "version": 3,
    "stage": "working",
    "type": "defect",
}

Item = dict[str, Any]
Ask = Callable[[Item], Awaitable[object]]


class Writer:
    """Invents texts and items."""

    def __init__(self) -> None:
        self.dice = random.Random(6)
        self.signs = [chr(0x4E00 + 6 * number) for number in range(3_000)]
        self._words = ["".join(self.dice.choices(self.signs, k=2)) for _ in range(20_000)]
        self._often = np.cumsum(1 / np.arange(1, 20_001) ** 0.8).tolist()
        self._customers = [uuid4() for _ in range(_CUSTOMERS)]

    def text(self, number: int) -> str:
        if number % 50 == 0:
            return _OFTEN_SENT[number // 50 % 2].format(100_000 + number)
        length = max(2, round(self.dice.gauss(26.5, 6)))
        return "".join(self.dice.choices(self._words, cum_weights=self._often, k=length))

    def item(self, number: int, received_at: datetime) -> Item:
        chance, text_ = self.dice.random(), self.text(number)
        line, product, module, version = self.dice.choice(_PRODUCTS)
        keys = similar_keys(text_)
        return {
            "id": uuid4(),
            "idempotency_key": str(number),
            "text": text_,
            "product_line": line,
            "product": product,
            "module": module,
            "product_version": version,
            "batch": f"B{self.dice.randrange(_BATCHES)}" if chance < 0.5 else None,
            "part": f"P{self.dice.randrange(_PARTS)}" if chance < 0.25 else None,
            "region": self.dice.choice(_REGIONS),
            "customer": self._customers[0 if number % 50 == 1 else self.dice.randrange(_CUSTOMERS)],  # the first deals
            "received_at": received_at,
            "similar_keys": None if keys is None else near.dated(keys, received_at),
            **_OF_ALL,
        }

    def edited(self, original: str, part: float) -> str:
        """The text after so many edits as are that part of its signs: one replaced, left out or put in."""
        signs = list(original)
        for _ in range(round(part * len(original))):
            place = self.dice.randrange(len(signs))
            old, new = self.dice.choice(((1, 1), (1, 0), (0, 1)))
            signs[place : place + old] = self.dice.choices(self.signs, k=new)
        return "".join(signs)


async def stock(url: str, writer: Writer, number: int) -> None:
    """So many items, evenly over a year; the index of keys is built at the end."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
        key_index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_feedback_similar_keys'"
        definition = await connection.fetchval(key_index)
        await connection.execute("DROP INDEX ix_feedback_similar_keys")
        for start in range(0, number, _CHUNK):
            places = range(start, min(start + _CHUNK, number))
            items = [writer.item(place, _NOW - _YEAR * (1 - place / number)) for place in places]
            records = [tuple(item.values()) for item in items]
            await connection.copy_records_to_table("feedback", records=records, columns=list(items[0]))
        began = perf_counter()
        await connection.execute(definition, timeout=1_000)
        size = await connection.fetchval("SELECT pg_size_pretty(pg_relation_size('ix_feedback_similar_keys'))")
        print(f"index of keys: {size}, built in {perf_counter() - began:.0f} s")
        await connection.execute("VACUUM ANALYZE feedback", timeout=1_000)
        again = "UPDATE feedback SET version = version + 1, due_at = now() WHERE received_at > $1"
        print(f"written again: {await connection.execute(again, _NOW - timedelta(days=7), timeout=1_000)}")
    finally:
        await connection.close()


class Figures:
    """Times of many calls, told in milliseconds."""

    def __init__(self) -> None:
        self._seconds: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time what is done in this context."""
        began = perf_counter()
        yield
        self._seconds.append(perf_counter() - began)

    def tell(self, name: str, per: int = 1) -> None:
        """Print the median and the 95th percentile."""
        half, most = np.percentile(self._seconds, (50, 95)) * 1_000 / per
        print(f"| {name} | {half:.2f} | {most:.2f} |", flush=True)


async def measure(ground: Ground, writer: Writer, samples: int) -> None:
    """All figures; nothing that is written stays."""
    async with ground.sessions.connect() as session:
        recent = await _items(session, _NOW - timedelta(days=90), samples)
        latest = await _items(session, _NOW - timedelta(days=7), samples)
        print("\n| milliseconds | p50 | p95 |\n|---|--:|--:|")
        await _timed("nothing but the way there", recent, lambda item: session.execute(text("SELECT 1")))
        for name in _COUNTS:
            await _timed(name, recent, _counting(session, name))
        await _timed("all six at once", recent, _counting(session, *_COUNTS))
        await _timed("all six, last week's items", latest, _counting(session, *_COUNTS))
        sent = " OR ".join(f"text LIKE '{each[:4]}%'" for each in _OFTEN_SENT)
        often = await _items(session, _NOW - timedelta(days=90), samples, sent)
        dealer = "customer = (SELECT customer FROM feedback GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"
        of_dealer = await _items(session, _NOW - timedelta(days=90), samples, dealer)
        await _timed("customer_count_30d, the dealer", of_dealer, _counting(session, "customer_count_30d"))
        for name, items in (("near-duplicates", recent), ("last week's", latest), ("often sent", often)):
            await _timed(f"{name}, verified", items, lambda item: facts_of(session, [item], _SIMILAR))
        await _pages(session)
        await _inserted(session, writer, samples)
        await _recall(session, writer, [item for item in recent if not _often_sent(item)])


def _counting(session: Session, *asked: str) -> Ask:
    return lambda item: facts.counts(session, [item], asked)


async def _items(session: Session, since: datetime, most: int, where: str = "true") -> list[Item]:
    """Some of those received since then, the same in each run."""
    wanted = select(feedback).where(feedback.c.received_at > since, text(where))
    return await _read(session, wanted.order_by(func.md5(feedback.c.idempotency_key)).limit(most))


async def _read(session: Session, wanted: Select[Any]) -> list[Item]:
    return [{**dict.fromkeys(TRAITS), **row} for row in (await session.execute(wanted)).mappings()]


def _often_sent(item: Item) -> bool:
    return item["text"][:4] in {each[:4] for each in _OFTEN_SENT}


async def _timed(name: str, items: Sequence[Item], ask: Ask) -> None:
    figures = Figures()
    for item in items[:20]:
        await ask(item)
    for item in items:
        with figures.one():
            await ask(item)
    figures.tell(name)


async def _pages(session: Session) -> None:
    """Items one after the other, as a backtest reads them; told for one item."""
    wanted = select(feedback).where(feedback.c.received_at > _NOW - timedelta(days=30))
    items = await _read(session, wanted.order_by(feedback.c.received_at, feedback.c.id).limit(10 * _PAGE))
    for name, asked in (("all six", _COUNTS), ("near-duplicates", _SIMILAR)):
        figures = Figures()
        for start in range(0, len(items), _PAGE):
            with figures.one():
                await facts_of(session, items[start : start + _PAGE], asked)
        figures.tell(f"{name}, an item of a page of {_PAGE:,}", per=min(_PAGE, len(items)))


async def _inserted(session: Session, writer: Writer, samples: int) -> None:
    """Rows with keys and without, in turns; then forgotten."""
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    figures = {"with keys": Figures(), "without": Figures()}
    for number in range(2 * samples):
        name, told = list(figures.items())[number % 2]
        item = writer.item(10**9 + number * 50 + 2, _NOW)
        row = item if name == "with keys" else item | {"similar_keys": None}
        with told.one():
            await session.execute(feedback.insert().inline(), row)
    for name, told in figures.items():
        told.tell(f"a row inserted {name}")
    await session.rollback()


async def _recall(session: Session, writer: Writer, originals: Sequence[Item]) -> None:
    """Of how many texts the original is found by a key, and is alike enough to be counted."""
    print("\n| signs edited | found by a key | counted |\n|---|--:|--:|")
    for part in (0, 0.05, 0.1, 0.2, 0.3):
        found = counted = 0
        for original in originals:
            edited, at = writer.edited(original["text"], part), original["received_at"] + timedelta(minutes=1)
            keys = similar_keys(edited) or []
            probe = {"received_at": at, "similar_keys": near.dated(keys, at)}
            [candidates] = await near.candidates(session, [probe], timedelta(days=7), LONGEST)
            hit = any(each["text"] == original["text"] for each in candidates)
            found += hit
            counted += hit and similarity(shingles(edited), shingles(original["text"])) >= ALIKE
        print(f"| {part:.0%} | {found / len(originals):.3f} | {counted / len(originals):.3f} |", flush=True)


async def main() -> None:
    """Stock an installation and measure on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000, help="how many items there are")
    parser.add_argument("--samples", type=int, default=2_000, help="of how many each figure is")
    asked = parser.parse_args()
    print(machine(), flush=True)
    async with prepared() as ground:
        writer = Writer()
        await stock(ground.database_url, writer, asked.items)
        await measure(ground, writer, asked.samples)


if __name__ == "__main__":
    uvloop.run(main())
