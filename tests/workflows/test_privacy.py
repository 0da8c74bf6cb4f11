"""No text, name or address in any history (DESIGN 4.7): planted wherever they come from, looked for in the bytes."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from temporalio.api.failure.v1 import Failure

from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.store.tables import customer
from voxloop.tests.workflows.house import House
from voxloop.workflows.failures import CONVERTER

PLANTED = {
    "text": "云顶花园的灯坏了Qqtext",
    "name": "欧阳青莲Qqname",
    "email": "qqmail@planted.example",
    "phone": "000-7777-7777",
    "reply": "已派师傅Qqreply",
    "field": "焊点虚接Qqfield",
    "note": "上次也是他Qqnote",
    "customer_reply": "还是不亮Qqanswer",
}


def found_in(history: bytes) -> list[str]:
    """Which planted values stand in a serialised history, plain or as JSON escapes them."""
    forms = {word: (word.encode(), json.dumps(word)[1:-1].encode()) for word in PLANTED.values()}
    return [word for word, encoded in forms.items() if any(form in history for form in encoded)]


@pytest.fixture
async def planted(house: House) -> str:
    values = {name: PLANTED[name] for name in ("name", "email", "phone")}
    async with house.sessions.begin() as session:
        await session.execute(update(customer).where(customer.c.ref == "C0004").values(**values))
    return "C0004"


async def test_nothing_planted_is_in_any_history(house: House, planted: str) -> None:
    item = await house.settled_item("defect", text=PLANTED["text"], customer_ref=planted)
    await house.act(item, Verb.NOTE, {"text": PLANTED["note"]})
    await house.let_pass(timedelta(hours=49))
    fields = {"fields": {"root_cause": PLANTED["field"]}}
    await house.act(item, Verb.COMPLETE, fields, outcome="fixed", fields=["root_cause"])
    await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="passed")  # verified, as for all strategic customers
    await house.act(item, Verb.REPLY, {"text": PLANTED["reply"]})
    await house.act(item, Verb.REJECT, {"text": PLANTED["customer_reply"]}, actor="customer:C0004")
    await house.settle()
    texts = " ".join(message["text"] for message in await house.messages(item))
    assert [PLANTED[name] for name in ("name", "note", "reply", "customer_reply") if PLANTED[name] not in texts] == []
    links = [link["key"] for link in await house.links(item)]
    assert len(links) == 3
    for workflow in (f"feedback/{item}", "target/builtin", *(f"link/{key}" for key in links)):
        history = await house.history(workflow)
        raw = b"".join(event.SerializeToString() for event in history.events)
        assert raw
        assert found_in(raw) == [], workflow


async def test_errors_that_quote_a_row_carry_none_of_it(house: House, planted: str) -> None:
    """A failure that lasts gets into the history, and the database's own message quotes the row."""
    async with house.sessions.begin() as session:
        row = (await session.execute(select(customer).where(customer.c.ref == planted))).mappings().one()
    wrong = {**row, "id": new_id(), "ref": PLANTED["name"], "level": "-"}
    with pytest.raises(IntegrityError) as quoted:
        async with house.sessions.begin() as session:
            await session.execute(insert(customer).values(wrong))
    asyncpg_error = quoted.value.orig and quoted.value.orig.__cause__
    assert asyncpg_error is not None
    assert PLANTED["name"] in asyncpg_error.detail  # type: ignore[attr-defined]
    failure = Failure()
    await CONVERTER.encode_failure(quoted.value, failure)
    assert failure.message == "IntegrityError"
    assert found_in(failure.SerializeToString()) == []


async def test_what_newer_acts_bring_along_is_in_no_history(house: House) -> None:
    item, other = await house.settled_item("defect"), await house.settled_item("defect")
    mention = {"text": f"@wu_hao {PLANTED['note']}", "mentions": ["wu_hao"]}
    await house.act(item, Verb.NOTE, mention)
    await house.act(item, Verb.REASSIGN, {"text": PLANTED["note"]}, team="rd_bugfix", member="wu_hao")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": PLANTED["reply"]})
    await house.act(item, Verb.CUSTOMER_REPLY, {"text": PLANTED["customer_reply"]}, actor="customer:C0004")
    await house.act(item, Verb.SET_DUE, clock="finish", at=await house.now() + timedelta(hours=1))
    await house.act(other, Verb.MERGE, other=str(item))
    await house.settle()
    await house.act(other, Verb.CUSTOMER_REPLY, {"text": PLANTED["customer_reply"]}, actor="customer:C0004")
    fields = {"fields": {"root_cause": PLANTED["field"]}}
    await house.act(item, Verb.COMPLETE, fields, outcome="not_a_defect", fields=["root_cause"])
    await house.settle()
    await house.act(item, Verb.REPLY, {"text": PLANTED["reply"], "fields": {"source": PLANTED["field"]}})
    await house.let_pass(timedelta(days=8))
    assert "survey_sent" in await house.kinds(item)
    await house.act(item, Verb.ANSWER_SURVEY, {"score": 1, "comment": PLANTED["customer_reply"]})
    await house.let_pass(timedelta(days=1))
    for workflow in (f"feedback/{item}", f"feedback/{other}", "target/builtin"):
        raw = b"".join(event.SerializeToString() for event in (await house.history(workflow)).events)
        assert raw
        assert found_in(raw) == [], workflow
