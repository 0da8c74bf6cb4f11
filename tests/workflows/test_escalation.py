"""What time alone does to an item: warnings, breaches, an escalation chain, each once and in order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from voxloop.domain.loop import Verb
from voxloop.store.sessions import Row
from voxloop.store.tables import member, team
from voxloop.store.work_tables import clock, clock_event
from voxloop.tests.workflows.house import House

ASK = {"outcome": "need_information", "fields": ["root_cause"]}


async def clock_of(house: House, item: UUID, name: str) -> Row:
    async with house.sessions.begin() as session:
        newest = select(clock).where(clock.c.item == item, clock.c.name == name).order_by(clock.c.id.desc()).limit(1)
        return (await session.execute(newest)).mappings().one()


async def clock_events(house: House, which: Row) -> Sequence[Row]:
    async with house.sessions.begin() as session:
        wanted = select(clock_event).where(clock_event.c.clock == which["id"]).order_by(clock_event.c.id)
        return (await session.execute(wanted)).mappings().all()


def fired(events: Sequence[Row]) -> list[tuple[str, Any]]:
    return [(event["detail"]["moment"], event["detail"].get("told")) for event in events if "moment" in event["detail"]]


async def test_nobody_acts(house: House) -> None:
    item = await house.settled_item("defect")
    owner = (await house.row(item))["owner"]
    await house.let_pass(timedelta(hours=49))
    assert fired(await house.events(item)) == [
        ("first_response.warn.0.75", [owner]),
        ("first_response.breach", ["zhou_ming"]),
        ("escalate.0", [owner]),
        ("escalate.1", ["zhou_ming"]),
        ("finish.breach", ["zhou_ming"]),
        ("escalate.2", ["jiang_wen", "liang_bo"]),
        ("respond.breach", ["zhou_ming"]),  # the raised priority has a limit for accepting, long gone
    ]
    row = await house.row(item)
    assert (row["priority"], row["overdue"]) == ("high", True)
    told = [(message["member"], message["via"]) for message in await house.messages(item)]
    assert {("zhou_ming", "email"), ("jiang_wen", "sms"), ("liang_bo", "sms")} <= set(told)
    levels = [event["detail"]["level"] for event in await house.events(item) if event["kind"] == "escalated"]
    assert levels == [1, 2, 3]


async def test_long_silence_repeats_nothing_and_the_loop_still_answers(house: House) -> None:
    item = await house.settled_item("defect")
    await house.let_pass(timedelta(days=60))
    names = [name for name, _ in fired(await house.events(item))]
    assert sorted(names) == sorted(set(names))
    assert (await house.row(item))["finished_at"] is None
    await house.act(item, Verb.ACCEPT)


async def test_nobody_to_tell_stands_in_the_timeline(house: House) -> None:
    item = await house.settled_item("defect")
    async with house.sessions.begin() as session:
        await session.execute(update(team).where(team.c.key == "rd_bugfix").values(lead=None))
        await session.execute(update(member).where(member.c.roles.contains(["director"])).values(active=False))
    try:
        await house.let_pass(timedelta(hours=49))
    finally:
        async with house.sessions.begin() as session:
            await session.execute(update(team).where(team.c.key == "rd_bugfix").values(lead="zhou_ming"))
            await session.execute(update(member).values(active=True))
    nobody = [event["detail"].get("nobody") for event in await house.events(item) if event["kind"] == "escalated"]
    assert nobody == [None, ["team_lead"], ["role:director"]]


async def test_a_step_that_nobody_owns_warns_nobody(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.REASSIGN, team="rd_bugfix")
    await house.let_pass(timedelta(hours=7))
    assert (await house.events(item))[-1]["detail"]["nobody"] == ["assignee"]


async def test_a_paused_clock_neither_warns_nor_breaches(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.REPLY, {"text": "已在查"})
    due = (await clock_of(house, item, "resolution"))["due_at"]
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **ASK)
    asked = await clock_of(house, item, "resolution")
    assert (asked["paused_at"] is not None, (await house.row(item))["due_at"]) == (True, None)
    await house.let_pass(timedelta(days=2))
    await house.act(item, Verb.CUSTOMER_REPLY, {"text": "8.2.1"}, actor="customer:C0010")
    resumed = await clock_of(house, item, "resolution")
    pause = timedelta(seconds=resumed["paused_seconds"])
    assert pause >= timedelta(days=2)
    assert resumed["due_at"] == due + pause
    kinds = [event["kind"] for event in await clock_events(house, resumed)]
    assert kinds == ["activate", "pause", "resume"]


async def test_a_new_priority_aims_from_the_first_start_and_keeps_pauses(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **ASK)
    await house.let_pass(timedelta(days=1))
    await house.act(item, Verb.CUSTOMER_REPLY, {"text": "8.2.1"}, actor="customer:C0010")
    before = await clock_of(house, item, "resolution")
    assert before["target_seconds"] == timedelta(days=10).total_seconds()
    await house.let_pass(timedelta(hours=49))
    after = await clock_of(house, item, "resolution")
    assert (await house.row(item))["priority"] == "high"
    assert after["due_at"] == after["started_at"] + timedelta(days=3, seconds=before["paused_seconds"])
    assert [event["kind"] for event in await clock_events(house, after)][-1] == "retarget"


async def test_an_escalation_whose_condition_fails_is_passed_over(house: House) -> None:
    item = await house.settled_item("complaint")
    await house.act(item, Verb.ACCEPT)
    await house.let_pass(timedelta(hours=25))
    passed = [event["detail"]["moment"] for event in await house.events(item) if event["kind"] == "escalation_passed"]
    assert passed == ["escalate.2"]
