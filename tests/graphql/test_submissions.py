"""Handing in feedback: checked whole, accepted once, also while Temporal is down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from voxloop.store.item_tables import feedback, outbox
from voxloop.store.tables import customer
from voxloop.tests.graphql.api import Api

SHOWN = """id code text stage version language part followUpOf
    productLine { key } product { title } customer { ref email }"""


async def submit(api: Api, by: str = "web", **given: Any) -> dict[str, Any]:
    """Hand in an item that is accepted."""
    known = {"text": "炸篮卡住了", "channel": "APP", "key": str(len(given))} | given
    done = await api.do("submitFeedback", by, SHOWN, **known)
    assert done["userErrors"] == []
    item: dict[str, Any] = done["feedback"]
    return item


async def test_accepted_with_everything_known(still: Api) -> None:
    writer = {"ref": "W-1", "name": "陈", "email": "chen@example.com", "language": "ZH_CN"}
    item = await submit(
        still,
        key="all",
        product="air_fryer_p3",
        module="basket",
        customer=writer,
        rating=2,
        nps=3,
        batch="P3-1",
        part="H-220",
    )
    assert item["part"] == "H-220"
    assert item["code"].startswith("FB-")
    assert item["productLine"] == {"key": "kitchen"}
    assert item["product"] == {"title": "Air fryer P3"}
    assert item["customer"] == {"ref": "W-1", "email": "chen@example.com"}
    assert (item["stage"], item["version"], item["language"]) == ("RECEIVED", 1, "ZH_CN")
    async with still.sessions.connect() as session:
        payloads = (await session.execute(select(outbox.c.payload))).scalars().all()
    assert {"code": item["code"]} in payloads


async def test_the_same_key_again(still: Api) -> None:
    first = await submit(still, key="again", text="  漏水\r\n很多 ")
    assert first["text"] == "漏水\n很多"
    assert await submit(still, key="again", text="  漏水\r\n很多 ") == first
    assert await still.refused("submitFeedback", "web", key="again", text="别的", channel="APP") == [
        ("KEY_REUSED", ["key"])
    ]
    assert (await submit(still, "shop", key="again"))["code"] != first["code"]
    async with still.sessions.connect() as session:
        same = select(func.count()).where(feedback.c.idempotency_key == "again")
        assert (await session.execute(same)).scalar_one() == 2


async def test_the_key_may_be_a_header(still: Api) -> None:
    document = 'mutation { submitFeedback(input: {text: "x", channel: WEB}) { feedback { code } userErrors { code } } }'
    header = {"Idempotency-Key": "from-header"}
    answers = [(await still.send(document, "web", header)).json()["data"]["submitFeedback"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["feedback"]["code"]
    [error] = (await still.send(document, "web")).json()["data"]["submitFeedback"]["userErrors"]
    assert error == {"code": "REQUIRED"}


async def test_all_problems_at_once(still: Api) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    problems = await still.refused(
        "submitFeedback",
        "web",
        text=" \n ",
        channel="APP",
        rating=6,
        nps=-1,
        product="air_fryer_p3",
        module="wheels",
        region="x" * 101,
        orderRef="a\u0000b",
        customer={"ref": "", "email": "nobody", "phone": "call me"},
        receivedAt=tomorrow,
    )
    assert sorted(problems) == [
        ("BAD_EMAIL", ["customer", "email"]),
        ("BAD_PHONE", ["customer", "phone"]),
        ("OUT_OF_RANGE", ["nps"]),
        ("OUT_OF_RANGE", ["rating"]),
        ("OUT_OF_RANGE", ["receivedAt"]),
        ("REQUIRED", ["customer", "ref"]),
        ("REQUIRED", ["key"]),
        ("REQUIRED", ["text"]),
        ("TOO_LONG", ["region"]),
        ("UNKNOWN_VALUE", ["module"]),
        ("UNREADABLE", ["orderRef"]),
    ]


@pytest.mark.parametrize("received_at", ["0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z"])
async def test_what_was_received_too_long_ago(still: Api, received_at: str) -> None:
    problems = await still.refused("submitFeedback", "web", text="x", channel="APP", key="1", receivedAt=received_at)
    assert problems == [("OUT_OF_RANGE", ["receivedAt"])]


async def test_blanks_are_no_key(still: Api) -> None:
    problems = await still.refused("submitFeedback", "web", text="x", channel="APP", key=" \u3000")
    assert problems == [("REQUIRED", ["key"])]


async def test_refusals_speak_the_readers_language(still: Api) -> None:
    document = """mutation { submitFeedback(input: {text: "x", channel: WEB, key: "1", product: "toaster"}) {
      userErrors { field message params } } }"""
    answers = [
        (await still.send(document, "web", {"Accept-Language": language})).json()["data"]["submitFeedback"]
        for language in ("en", "zh-CN")
    ]
    [english], [chinese] = (answer["userErrors"] for answer in answers)
    assert english["message"].startswith("“toaster” is not known here. Possible: air_fryer_p3")
    assert chinese["message"].startswith("没有“toaster”。可选：air_fryer_p3")
    assert english["params"]["value"] == "toaster"


async def test_a_customer_is_filled_but_not_replaced(still: Api) -> None:
    await submit(still, key="c1", customer={"ref": "W-2", "name": "First"})
    await submit(still, key="c2", customer={"ref": "W-2", "name": "Second", "phone": "+86 571 000"})
    async with still.sessions.connect() as session:
        row = (await session.execute(select(customer).where(customer.c.ref == "W-2"))).mappings().one()
    assert (row["name"], row["phone"]) == ("First", "+86 571 000")


async def test_a_follow_up_names_what_its_source_may_see(still: Api) -> None:
    first = await submit(still, key="f1")
    second = await submit(still, key="f2", followUpOf=first["code"])
    assert second["followUpOf"] == first["id"]
    assert await still.refused("submitFeedback", "shop", text="x", channel="APP", key="f3", followUpOf=first["id"]) == [
        ("NOT_FOUND", ["followUpOf"])
    ]


async def test_who_may_submit(still: Api) -> None:
    assert await still.refused("submitFeedback", "li_na", text="x", channel="APP", key="1") == [("FORBIDDEN", None)]
    assert (await submit(still, "manager", key="m1"))["code"]
