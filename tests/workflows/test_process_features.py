"""What a process can ask for, on running loops: conditional outcomes, forms, reminders, waits, reasons, a survey."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml

from voxloop.activities.webhooks import TARGET
from voxloop.domain.loop import Verb
from voxloop.domain.problems import ANYTHING
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.integrations.webhook import WebhookChannel
from voxloop.rules.kinds import check_document
from voxloop.store import documents, steps, surveys
from voxloop.store.sessions import Row
from voxloop.tests.integrations.endpoint import SECRET, Endpoint, serve_endpoint
from voxloop.tests.workflows.house import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROCESS = yaml.safe_load("""
key: suggestion
title: {zh-CN: 建议, en: Suggestion}
handles: [suggestion]
reopen_for: 14d
reasons:
  out_of_scope: {zh-CN: 不在范围内, en: Out of scope}
  no_reply: {zh-CN: 未回复, en: No reply}
survey: {kind: csat, send: acknowledge, after: 1h}
steps:
  - key: review
    kind: task
    title: {zh-CN: 评审, en: Review}
    team: product
    form:
      - key: cause
        title: {zh-CN: 原因, en: Cause}
        kind: choice
        required: true
        options: [{key: part, title: {zh-CN: 部件, en: Part}}]
    outcomes:
      done: [{if: {fact: customer_level, is: in, value: [strategic, vip]}, go: cool}, {else: ask}]
      dropped: close
  - key: cool
    kind: automatic
    title: {zh-CN: 观察, en: Watch it}
    call: {event: parts_needed}
    wait: 2d
    outcomes: {waited: ask}
  - key: ask
    kind: customer
    title: {zh-CN: 请补充, en: Ask}
    send: ask_information
    wait: 3d
    remind: [{at: 24h, send: ask_information}, {at: 48h, send: ask_information}]
    outcomes: {answered: review, silent: close}
closes: {silent: {outcome: no_answer, reason: no_reply}, dropped: declined}
""")


@pytest.fixture
async def rich(house: House) -> AsyncIterator[House]:
    """Its suggestions go this way."""
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "process", "suggestion")
        assert standing is not None
        await documents.publish(session, "process", "suggestion", PROCESS, "test")
    yield house
    await house.settle()
    async with house.sessions.begin() as session:
        await documents.publish(session, "process", "suggestion", standing["body"], "test")


@pytest.fixture
async def endpoint(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    targets: Any = house.parts.means.targets
    async with serve_endpoint() as endpoint:
        monkeypatch.setitem(house.parts.channels, TARGET, WebhookChannel(endpoint.url, (SECRET,)))
        monkeypatch.setitem(targets, TARGET, TARGET)
        yield endpoint


async def details(house: House, item: UUID, kind: str) -> list[dict[str, Any]]:
    return [event["detail"] for event in await house.events(item) if event["kind"] == kind]


async def runs(house: House, item: UUID) -> Sequence[Row]:
    async with house.sessions.begin() as session:
        return await steps.of_items(session, [item])


async def done(house: House, item: UUID) -> None:
    await house.act(item, Verb.COMPLETE, {"fields": {"cause": "part"}}, outcome="done", fields=["cause"])
    await house.settle()


async def asked(house: House, item: UUID) -> Row | None:
    async with house.sessions.begin() as session:
        return await surveys.get(session, item, (await house.row(item))["round"])


def test_the_process_is_sound() -> None:
    assert check_document("process", "suggestion", PROCESS, ANYTHING) == []


async def test_an_outcome_leads_by_conditions(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    await done(rich, item)
    assert (await rich.row(item))["step"] == "ask"
    [completed] = await details(rich, item, "completed")
    assert (completed["outcome"], completed["next"]) == ("done", "ask")
    assert (completed["because"]["en"], completed["facts"]) == ("nothing else applies", {"customer_level": "regular"})


async def test_the_form_is_kept_with_the_step(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    [run] = await runs(rich, item)
    assert [(field["key"], field["kind"], field["required"]) for field in run["form"]] == [("cause", "choice", True)]
    assert run["required"] == ["cause"]


async def test_what_was_filled_in_for_another_step_is_refused(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    with pytest.raises(Refused) as refused:
        await rich.act(item, Verb.COMPLETE, {"fields": {}}, outcome="done", fields=["cause"], step="elsewhere")
    assert refused.value.code is RefusalCode.STEP_NOT_OPEN


async def test_an_automatic_step_calls_waits_and_goes_on(rich: House, endpoint: Endpoint) -> None:
    item = await rich.settled_item("suggestion", customer_ref="C0004")
    await done(rich, item)
    row = await rich.row(item)
    assert (row["step"], row["stage"], row["owner"]) == ("cool", "working", None)
    [waits] = await details(rich, item, "step_waits")
    assert waits["called"] == "parts_needed"
    called = [event for event in endpoint.taken if event["type"] == "voxloop.process.parts_needed"]
    assert [event["data"]["step"] for event in called] == ["cool"]
    await rich.let_pass(2 * DAY - HOUR)
    assert (await rich.row(item))["step"] == "cool"
    await rich.let_pass(HOUR)
    assert (await rich.row(item))["step"] == "ask"
    [waited] = [event for event in await rich.events(item) if event["kind"] == "waited"]
    assert waited["detail"]["outcome"] == "waited"


async def test_without_a_webhook_the_call_is_noted(rich: House) -> None:
    item = await rich.settled_item("suggestion", customer_ref="C0004")
    await done(rich, item)
    [waits] = await details(rich, item, "step_waits")
    assert waits["uncalled"] == "parts_needed"


async def test_the_customer_is_reminded_until_she_is_silent_too_long(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    await done(rich, item)
    await rich.let_pass(3 * DAY + HOUR / 2)
    kinds = await rich.kinds(item)
    assert kinds[-4:] == ["reminded", "reminded", "customer_silent", "closed"]
    instants = [event["at"] for event in await rich.events(item) if event["kind"] == "reminded"]
    [*_, began] = [run["entered_at"] for run in await runs(rich, item) if run["step"] == "ask"]
    assert [(at - began) // HOUR for at in instants] == [24, 48]
    sent = [message["purpose"] for message in await rich.messages(item)]
    assert sent.count("ask_information") == 3


async def test_whoever_answers_is_not_reminded(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    await done(rich, item)
    await rich.act(item, Verb.CUSTOMER_REPLY, {"text": "红色的"}, actor="customer:C0010")
    await rich.let_pass(5 * DAY)
    assert "reminded" not in await rich.kinds(item)


async def test_an_outcome_brings_its_closing_reason(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    await done(rich, item)
    await rich.let_pass(3 * DAY + HOUR / 2)
    row = await rich.row(item)
    assert (row["outcome"], row["closing_reason"]) == ("no_answer", "no_reply")
    assert (await details(rich, item, "closed"))[0]["closing_reason"]["en"] == "No reply"
    await rich.act(item, Verb.REOPEN)
    assert (await rich.row(item))["closing_reason"] is None


@pytest.mark.parametrize(
    ("verb", "wish"),
    [(Verb.COMPLETE, {"outcome": "dropped", "fields": ["cause"]}), (Verb.CANCEL, {})],
)
async def test_whoever_closes_names_a_reason(rich: House, verb: Verb, wish: dict[str, Any]) -> None:
    item = await rich.settled_item("suggestion")
    for reason, code in ((None, RefusalCode.REASON_NEEDED), ("bored", RefusalCode.UNKNOWN_REASON)):
        with pytest.raises(Refused) as refused:
            await rich.act(item, verb, {"text": "-", "fields": {}}, **wish, reason=reason)
        assert refused.value.code is code
    await rich.act(item, verb, {"text": "-", "fields": {}}, **wish, reason="out_of_scope")
    row = await rich.row(item)
    assert (row["stage"], row["closing_reason"]) == ("closed", "out_of_scope")


async def closed(house: House) -> UUID:
    item = await house.settled_item("suggestion")
    words = {"fields": {"cause": "part"}}
    await house.act(item, Verb.COMPLETE, words, outcome="dropped", fields=["cause"], reason="out_of_scope")
    await house.settle()
    return item


async def test_the_customer_is_asked_once_after_the_closing_and_answers_once(rich: House) -> None:
    item = await closed(rich)
    assert await asked(rich, item) is None
    with pytest.raises(Refused) as refused:
        await rich.act(item, Verb.ANSWER_SURVEY, {"score": 4}, actor="customer:C0010")
    assert refused.value.code is RefusalCode.NOT_ASKED
    await rich.let_pass(2 * DAY)
    assert (await rich.kinds(item)).count("survey_sent") == 1
    await rich.act(item, Verb.ANSWER_SURVEY, {"score": 4, "comment": "快"}, actor="customer:C0010")
    row = await asked(rich, item)
    assert row is not None
    assert (row["kind"], row["score"], row["comment"]) == ("csat", 4, "快")
    with pytest.raises(Refused) as refused:
        await rich.act(item, Verb.ANSWER_SURVEY, {"score": 1}, actor="customer:C0010")
    assert refused.value.code is RefusalCode.ALREADY_ANSWERED
    await rich.let_pass(14 * DAY)
    assert (await rich.row(item))["finished_at"] is not None


async def test_another_round_is_asked_anew(rich: House) -> None:
    item = await closed(rich)
    await rich.let_pass(2 * HOUR)
    await rich.act(item, Verb.REOPEN)
    await rich.settle()
    await rich.act(item, Verb.COMPLETE, {"fields": {}}, outcome="dropped", fields=["cause"], reason="out_of_scope")
    await rich.let_pass(2 * HOUR)
    row = await asked(rich, item)
    assert row is not None
    assert (row["round"], row["answered_at"]) == (2, None)
    assert (await rich.kinds(item)).count("survey_sent") == 2


async def test_who_gave_up_is_not_asked(rich: House) -> None:
    item = await rich.settled_item("suggestion")
    await rich.act(item, Verb.CANCEL, reason="out_of_scope")
    await rich.let_pass(DAY)
    assert await asked(rich, item) is None
