"""Facts of items: those of the whole path, counts among them, and the same for one item and for many."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from voxloop.activities import facts, simulations
from voxloop.activities.intake import Intake
from voxloop.domain.loop import Turn
from voxloop.settings import read_settings
from voxloop.store import attachments, decisions, documents
from voxloop.store.attachments import Attachment
from voxloop.store.customers import TRAITS
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, open_sessions
from voxloop.store.tables import customer
from voxloop.tests.activities.hand import START, Hand, begin, called
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.items import hand_in
from voxloop.tests.stock import stock
from voxloop.worker import Parts, assemble

BURST = (
    "空气炸锅用了两次加热管就不加热了，屏幕一直显示 E3，请尽快处理。",
    "您好！空气炸锅用了两次，加热管就不加热了，屏幕一直显示E3，请尽快处理。谢谢",
    "空气炸锅用了2次加热管就不热了，屏幕一直显示 E3，请处理",
    "空气炸锅用了两次加热管就不加热，屏幕显示 Ｅ３！！请尽快处理",
)
OTHER = "加湿器水箱底部渗水，整个床头柜都湿了，刚买一个星期。"
RULES = {
    "key": "intake",
    "rules": [
        {
            "key": "burst",
            "title": {"zh-CN": "同一问题集中出现", "en": "Many with the same problem"},
            "when": {"any": [{"fact": "similar_count_24h", "is": "at_least", "value": 3}]},
            "then": [{"add_tag": "burst"}],
        },
        {
            "key": "part",
            "title": {"zh-CN": "同一部件多次", "en": "The same part again"},
            "when": {
                "all": [
                    {"fact": "part_count_30d", "is": "at_least", "value": 2},
                    {"not": {"fact": "attachments", "is": "at_least", "value": 1}},
                ]
            },
            "then": [{"add_tag": "part"}],
        },
    ],
}
COUNTS = (
    *("customer_count_7d", "customer_count_30d", "similar_count_24h", "similar_count_7d", "batch_count_30d"),
    *("part_count_30d", "version_count_7d", "region_count_7d", "attachments"),
)


@pytest.fixture(scope="module")
async def parts(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Parts]:
    """On a database of their own, where nothing else is counted; with other rules."""
    sessions = open_sessions(await new_database("facts"))
    async with sessions.begin() as session:
        await stock(session)
        await documents.publish(session, "rule_set", "intake", RULES, "test")
    yield await assemble(read_settings({"VOXLOOP_VAR": str(tmp_path_factory.mktemp("facts"))}), sessions)
    await sessions.dispose()


async def decided(hand: Hand) -> dict[str, Any]:
    """The facts that its rules decided by."""
    async with hand.parts.means.sessions.begin() as session:
        [decision] = await decisions.of_items(session, [hand.item])
    found: dict[str, Any] = decision["body"]["explanation"]["facts"]
    return found


async def stored(parts: Parts, *items: Any) -> Sequence[Row]:
    """Rows as a backtest reads them."""
    traits = (column.label(name) for name, column in TRAITS.items())
    wanted = select(feedback, *traits).join(customer, customer.c.id == feedback.c.customer, isouter=True)
    wanted = wanted.where(feedback.c.id.in_(items)).order_by(feedback.c.received_at, feedback.c.id)
    async with parts.means.sessions.begin() as session:
        return (await session.execute(wanted)).mappings().all()


async def facts_of(parts: Parts, rows: Sequence[Any], asked: Collection[str] = COUNTS) -> list[dict[str, Any]]:
    async with parts.means.sessions.begin() as session:
        return await facts.facts_of(session, rows, asked)


async def test_a_burst_is_counted_up_to_each_item_and_decided_by(parts: Parts) -> None:
    await begin(parts, "defect", text=OTHER)
    hands = [await begin(parts, "defect", text=text) for text in BURST]
    assert [(await decided(hand))["similar_count_24h"] for hand in hands] == [1, 2, 3, 4]
    assert ["burst" in (await hand.row())["tags"] for hand in hands] == [False, False, True, True]


async def test_rules_get_the_counts_that_they_ask_for_and_no_other(parts: Parts) -> None:
    await begin(parts, "defect", part="H-220", batch="B1")
    asked = await decided(await begin(parts, "defect", part="H-220", batch="B1"))
    assert asked.keys() & set(COUNTS) == {"similar_count_24h", "part_count_30d", "attachments"}
    assert (asked["part"], asked["part_count_30d"], asked["attachments"]) == ("H-220", 2, 0)


async def test_what_finds_a_text_again_is_in_its_row_and_in_no_event(parts: Parts) -> None:
    hand = await begin(parts, "defect", text=OTHER)
    assert len((await hand.row())["similar_keys"]) == 21
    assert all("similar_keys" not in event["changes"] for event in await hand.events())
    short = await begin(parts, "defect", text="不好")
    assert (await short.row())["similar_keys"] is None
    assert "similar_count_24h" not in await decided(short)


async def test_everything_that_is_known_of_an_item(parts: Parts) -> None:
    about = {"product_line": "kitchen", "product": "air_fryer_p3", "module": "wifi", "region": "华东"}
    about |= {"batch": "B9", "part": "P9"}
    more = {"product_version": "3.1.0", "order_ref": "SO-9", "rating": 1, "nps": 2, "customer_ref": "C0004"}
    hand = await begin(parts, "defect", text="联网失败，退货！", form="after_sale", **about, **more)
    async with parts.means.sessions.begin() as session:
        await attachments.add(session, hand.item, [Attachment("image/png", b"1"), Attachment("image/png", b"2")])
    [row] = await stored(parts, hand.item)
    [found] = await facts_of(parts, [row])
    guessed = {name: row[name] for name in ("type", "type_confidence", "urgency")}
    traits = {"customer_level": "vip", "customer_segment": "property", "customer_value": 380000.0}
    counts = dict.fromkeys(COUNTS, 1) | {"attachments": 2}
    assert found == about | guessed | traits | counts | {
        "customer_health": 45,
        "text": "联网失败，退货！",
        "language": "zh-CN",
        "channel": "app",
        "form": "after_sale",
        "scenario": "defect",
        "version": "3.1.0",
        "order": "SO-9",
        "rating": 1,
        "nps": 2,
        "follow_up": False,
        "sentiment": "negative",
        "sentiment_strength": row["sentiment"],
    }


async def test_a_made_up_text_has_the_facts_of_an_item_that_says_it(parts: Parts) -> None:
    hand = await begin(parts, "defect", text="联网失败，退货！", rating=1)
    [found] = await facts_of(parts, await stored(parts, hand.item))
    made_up = simulations.facts_of({"text": "联网失败，退货！", "scenario": "defect", "rating": 1})
    assert made_up.keys() >= {"language", "type", "urgency", "sentiment", "sentiment_strength"}
    assert made_up == {name: found[name] for name in made_up}


@pytest.mark.parametrize("given", [{"text": "太棒了！", "sentiment_strength": -0.6}, {"sentiment_strength": -0.6}])
def test_a_made_up_strength_says_the_sentiment(given: dict[str, Any]) -> None:
    made_up = simulations.facts_of(given)
    assert (made_up["sentiment"], made_up["sentiment_strength"]) == ("negative", -0.6)


def test_of_a_made_up_type_or_sentiment_the_text_says_neither_confidence_nor_strength() -> None:
    made_up = simulations.facts_of({"text": "太棒了！", "type": "complaint", "sentiment": "negative"})
    assert made_up.keys() == {"text", "language", "type", "urgency", "sentiment"}


def test_a_made_up_strength_that_is_no_number_says_nothing() -> None:
    assert simulations.facts_of({"sentiment_strength": "much"}) == {"sentiment_strength": "much"}


async def test_of_an_anonymous_item_nothing_of_a_customer_is_known(parts: Parts) -> None:
    hand = await begin(parts, "defect", customer=None)
    [found] = await facts_of(parts, await stored(parts, hand.item))
    assert [name for name in found if name.startswith("customer")] == []


async def test_windows_of_near_duplicates(parts: Parts) -> None:
    """Of a text like that of an item: how long before, and whether it is still counted in a day and in a week."""
    text, at = "洗碗机门封漏水，厨房地板泡了。", START + timedelta(days=40)
    ages = (timedelta(hours=24), timedelta(hours=24, microseconds=1), timedelta(days=7), timedelta(days=7, seconds=1))
    last = await classified(parts, at, text)
    assert await similar(parts, last) == (1, 1)
    for age, counted in zip(ages, ((2, 2), (2, 3), (2, 4), (2, 4)), strict=True):
        await classified(parts, at - age, text + "！")
        assert await similar(parts, last) == counted
    await classified(parts, at + timedelta(microseconds=1), text)
    assert await similar(parts, last) == (2, 4)


async def classified(parts: Parts, received_at: Any, text: str) -> Any:
    async with parts.means.sessions.begin() as session:
        item = await hand_in(session, received_at, text=text)
    await called(Intake(parts.means).classify, Turn(str(item), 2, 0, received_at))
    return item


async def similar(parts: Parts, item: Any) -> tuple[int, int]:
    [found] = await facts_of(parts, await stored(parts, item))
    return found["similar_count_24h"], found["similar_count_7d"]


async def test_many_at_once_are_known_as_one_by_one(parts: Parts) -> None:
    texts = [*BURST, OTHER, "不好", "The lid is broken, please send another one.", "the lid is broken. please send one"]
    items = [
        await classified(parts, START + timedelta(days=90, hours=7 * number), texts[number % len(texts)])
        for number in range(50)
    ]
    rows = await stored(parts, *items)
    together = await facts_of(parts, rows)
    assert together == [(await facts_of(parts, [row]))[0] for row in rows]
    assert max(found.get("similar_count_7d", 0) for found in together) > 10
    assert any("similar_count_7d" not in found for found in together)


@pytest.mark.parametrize(("hour", "open_"), [(7, False), (8, True), (21, True), (22, False)])
async def test_service_hours_are_those_when_it_was_received(parts: Parts, hour: int, open_: bool) -> None:
    received_at = datetime(2026, 10, 1, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
    async with parts.means.sessions.begin() as session:
        item = await hand_in(session, received_at, text=OTHER)
    [row] = await stored(parts, item)
    [found], [unasked] = await facts_of(parts, [row], ["in_service_hours"]), await facts_of(parts, [row])
    assert found["in_service_hours"] is open_
    assert "in_service_hours" not in unasked


async def test_in_whoevers_time_they_are_nobody_knows_whether_it_was_open(parts: Parts) -> None:
    hand = await begin(parts, "defect", text=OTHER)
    async with parts.means.sessions.begin() as session:
        standing = await documents.published(session, "calendar", "service")
        assert standing is not None
        await documents.publish(session, "calendar", "service", {**standing["body"], "time_zone": "customer"}, "test")
    [found] = await facts_of(parts, await stored(parts, hand.item), ["in_service_hours"])
    assert "in_service_hours" not in found
    async with parts.means.sessions.begin() as session:
        await documents.publish(session, "calendar", "service", standing["body"], "test")
