"""What managers say of people over the API, and handlers of themselves; how work then finds them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from voxloop.domain.feedback import Stage
from voxloop.domain.viewer import Role
from voxloop.store.item_tables import feedback
from voxloop.store.people import set_members
from voxloop.store.tables import absence, member, team, team_member
from voxloop.tests.graphql.api import Answer, Api
from voxloop.tests.workflows.house import House, until

MEMBER = "key active skills products regions capacity calendar load absences { substitute { key } handOver }"
TEAM = "key lead { key } calendar timeZone queue { order waiting } members { key }"
ABSENCE = "id member { key } since until substitute { key } handOver"
WHY = """strategy sentence zh: sentence(language: ZH_CN) member { key } team { key } beganAt endedAt
  why { member { key } code params sentence }"""
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
DEFECT = {"text": "扫地机充不进电，打不开", "channel": "APP", "scenario": "defect", "product": "robot_vacuum_x5"}


@pytest.fixture
async def staff(living: Api) -> AsyncIterator[Api]:
    """People as they are hired; afterwards they are so again."""
    async with living.sessions.begin() as session:
        before = {table: (await session.execute(select(table))).mappings().all() for table in (member, team)}
        pairs = (await session.execute(select(team_member))).mappings().all()
    await living.give("wu_hao", Role.HANDLER, "wu_hao")
    yield living
    async with living.sessions.begin() as session:
        await session.execute(delete(absence))
        for table, rows in before.items():
            for row in rows:
                await session.execute(update(table).where(table.c.key == row["key"]).values(**row))
        await session.execute(delete(team_member))
        await session.execute(team_member.insert(), [dict(row) for row in pairs])


async def change(api: Api, mutation: str, select: str, by: str = "manager", **given: Any) -> tuple[Any, list[Any]]:
    """The noun of a payload, and codes and fields of the refusals."""
    name, noun = mutation[0].upper() + mutation[1:], mutation.removeprefix("update").removeprefix("add")
    noun = noun.removeprefix("remove").lower()
    document = f"""mutation ($input: {name}Input!) {{ done: {mutation}(input: $input) {{
      noun: {noun} {{ {select} }} userErrors {{ code field message }} }} }}"""
    done = (await api.ask(document, by, input=given))["done"]
    return done["noun"], [(error["code"], error["field"]) for error in done["userErrors"]]


async def test_what_a_member_can_do_is_changed_and_read_at_once(staff: Api) -> None:
    given: Answer = {"skills": ["gas", "gas", "law"], "products": ["kitchen"], "regions": ["华东"], "capacity": 7}
    changed, errors = await change(staff, "updateMember", MEMBER, member="wu_hao", calendar="office", **given)
    assert errors == []
    assert changed == {
        "key": "wu_hao",
        "active": True,
        "skills": ["gas", "law"],
        "products": ["kitchen"],
        "regions": ["华东"],
        "capacity": 7,
        "calendar": "office",
        "load": changed["load"],
        "absences": [],
    }
    again, _ = await change(staff, "updateMember", MEMBER, member="wu_hao", capacity=None)
    assert (again["capacity"], again["skills"], again["calendar"]) == (None, ["gas", "law"], "office")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"member": "nobody"}, "NOT_FOUND", ["member"]),
        ({"member": "a\0b"}, "NOT_FOUND", ["member"]),
        ({"skills": ["Not a key"]}, "BAD_KEY", ["skills"]),
        ({"products": ["spoon"]}, "UNKNOWN_VALUE", ["products"]),
        ({"regions": ["a\0b"]}, "UNREADABLE", ["regions"]),
        ({"regions": ["x" * 101]}, "TOO_LONG", ["regions"]),
        ({"capacity": -1}, "OUT_OF_RANGE", ["capacity"]),
        ({"capacity": 10_001}, "OUT_OF_RANGE", ["capacity"]),
        ({"calendar": "moon"}, "UNKNOWN_VALUE", ["calendar"]),
        ({"active": None}, "REQUIRED", ["active"]),
    ],
)
async def test_what_cannot_be_said_of_a_member(staff: Api, given: Answer, code: str, field: list[str]) -> None:
    assert await change(staff, "updateMember", MEMBER, **{"member": "wu_hao"} | given) == (None, [(code, field)])


async def test_a_team_is_changed_and_read_at_once(staff: Api) -> None:
    given: Answer = {"lead": "wu_hao", "calendar": None, "timeZone": "Europe/Berlin", "queue": "RECEIVED"}
    changed, errors = await change(staff, "updateTeam", TEAM, team="rd_bugfix", members=["wu_hao", "sun_yi"], **given)
    assert (errors, changed["lead"], changed["calendar"]) == ([], {"key": "wu_hao"}, None)
    assert (changed["timeZone"], changed["queue"]["order"]) == ("Europe/Berlin", "RECEIVED")
    assert changed["members"] == [{"key": "sun_yi"}, {"key": "wu_hao"}]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"team": "nowhere"}, "NOT_FOUND", ["team"]),
        ({"lead": "nobody"}, "UNKNOWN_VALUE", ["lead"]),
        ({"calendar": "moon"}, "UNKNOWN_VALUE", ["calendar"]),
        ({"timeZone": "Mars/North"}, "UNKNOWN_VALUE", ["timeZone"]),
        ({"members": ["wu_hao", "nobody"]}, "UNKNOWN_VALUE", ["members"]),
        ({"queue": None}, "REQUIRED", ["queue"]),
    ],
)
async def test_what_cannot_be_said_of_a_team(staff: Api, given: Answer, code: str, field: list[str]) -> None:
    assert await change(staff, "updateTeam", TEAM, **{"team": "rd_bugfix"} | given) == (None, [(code, field)])


def days(since: int, until_: int, **more: Any) -> Answer:
    instants = [(TOMORROW + timedelta(days=number)).isoformat() for number in (since, until_)]
    return {"member": "li_na", "since": instants[0], "until": instants[1]} | more


async def test_a_handler_says_when_she_is_away_and_takes_it_back(staff: Api) -> None:
    entered, errors = await change(staff, "addAbsence", ABSENCE, "li_na", **days(0, 5, substitute="wang_fang"))
    assert (errors, entered["member"], entered["substitute"]) == ([], {"key": "li_na"}, {"key": "wang_fang"})
    listed = "{ members { key absences { id } } }"
    found = {each["key"]: each["absences"] for each in (await staff.ask(listed, "manager"))["members"]}
    assert found["li_na"] == [{"id": entered["id"]}]
    removed, errors = await change(staff, "removeAbsence", ABSENCE, "li_na", id=entered["id"])
    assert (errors, removed["id"]) == ([], entered["id"])
    assert await change(staff, "removeAbsence", ABSENCE, "li_na", id=entered["id"]) == (None, [("NOT_FOUND", ["id"])])


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        (days(0, 5, member="nobody"), "NOT_FOUND", ["member"]),
        (days(0, 0), "OUT_OF_RANGE", ["until"]),
        (days(-9, -2), "OUT_OF_RANGE", ["until"]),
        (days(-2000, 5), "OUT_OF_RANGE", ["since"]),
        (days(0, 5) | dict.fromkeys(("since", "until"), "9999-12-31T23:59:59Z"), "OUT_OF_RANGE", ["since"]),
        (days(0, 2000), "OUT_OF_RANGE", ["until"]),
        (days(0, 5, substitute="li_na"), "UNKNOWN_VALUE", ["substitute"]),
        (days(0, 5, substitute="nobody"), "UNKNOWN_VALUE", ["substitute"]),
        (days(21, 25), "OVERLAPS", ["since"]),
    ],
)
async def test_how_nobody_can_be_away(staff: Api, given: Answer, code: str, field: list[str]) -> None:
    assert (await change(staff, "addAbsence", ABSENCE, **days(20, 30)))[1] == []
    assert await change(staff, "addAbsence", ABSENCE, **given) == (None, [(code, field)])


@pytest.mark.parametrize("by", ["sun_yi", "web"])
async def test_others_may_not(staff: Api, by: str) -> None:
    forbidden = (None, [("FORBIDDEN", None)])
    assert await change(staff, "addAbsence", ABSENCE, by, **days(0, 5)) == forbidden
    assert await change(staff, "updateMember", MEMBER, by, member="li_na", capacity=1) == forbidden
    assert await change(staff, "updateTeam", TEAM, by, team="rd_bugfix", queue="DUE") == forbidden


async def test_intake_tokens_do_not_see_how_people_work(staff: Api) -> None:
    await change(staff, "updateMember", MEMBER, member="li_na", capacity=7, skills=["gas"])
    shown = "{ members { key skills capacity load absences { id } } teams { key queue { waiting } } }"
    seen = await staff.ask(shown, "web")
    [hers] = [each for each in seen["members"] if each["key"] == "li_na"]
    assert hers == {"key": "li_na", "skills": [], "capacity": None, "load": None, "absences": []}
    assert {each["queue"]["waiting"] for each in seen["teams"]} == {None}


async def submitted(api: Api, house: House, key: str) -> str:
    """An item that stands at its first step."""
    done = await api.do("submitFeedback", "web", key=key, **DEFECT)
    code: str = done["feedback"]["code"]

    async def stands() -> bool:
        await house.relay.carry()
        answer = await api.ask(f'{{ feedback(code: "{code}") {{ step {{ step }} }} }}')
        return answer["feedback"]["step"] is not None

    await until(stands, f"{code} stands at a step")
    return code


async def empty_queue(api: Api) -> None:
    """What other tests left in the queue is somebody's."""
    queued = (feedback.c.team == "rd_bugfix") & feedback.c.owner.is_(None) & (feedback.c.stage == Stage.WORKING)
    async with api.sessions.begin() as session:
        await session.execute(update(feedback).where(queued).values(owner="zhou_ming"))


async def queued(api: Api, house: House, key: str, many: int) -> list[str]:
    """Items for which nobody of the team has room."""
    await empty_queue(api)
    async with api.sessions.begin() as session:
        await session.execute(update(member).values(capacity=0))
    return [await submitted(api, house, f"{key}{number}") for number in range(many)]


async def claim(api: Api, by: str, key: str) -> tuple[str | None, list[str]]:
    done = await api.do("claimNext", by, "code owner { key }", team="rd_bugfix", key=key)
    return done["feedback"] and done["feedback"]["code"], [error["code"] for error in done["userErrors"]]


async def test_the_next_of_a_queue_is_taken_in_the_order_of_the_team(staff: Api, house: House) -> None:
    first, second, third = await queued(staff, house, "order", 3)
    assert (await staff.do("changePriority", "zhou_ming", id=third, key="up", priority="URGENT"))["userErrors"] == []
    await change(staff, "updateTeam", TEAM, team="rd_bugfix", queue="PRIORITY")
    assert await claim(staff, "zhou_ming", "o1") == (third, [])
    assert await claim(staff, "zhou_ming", "o1") == (third, [])  # the same key is the same item
    await change(staff, "updateTeam", TEAM, team="rd_bugfix", queue="RECEIVED")
    assert await claim(staff, "zhou_ming", "o2") == (first, [])
    await change(staff, "updateTeam", TEAM, team="rd_bugfix", queue="DUE")
    assert await claim(staff, "zhou_ming", "o3") == (second, [])
    assert await claim(staff, "zhou_ming", "o4") == (None, ["NOTHING_WAITS"])


async def test_who_takes_the_next_at_the_same_moment_takes_another(staff: Api, house: House) -> None:
    codes = await queued(staff, house, "race", 3)
    claimed = await asyncio.gather(*(claim(staff, "zhou_ming", f"r{number}") for number in range(4)))
    assert sorted(code for code, _ in claimed if code) == sorted(codes)
    assert [refused for code, refused in claimed if code is None] == [["NOTHING_WAITS"]]


async def test_twenty_who_take_from_a_queue_of_twelve_get_each_item_once(staff: Api, house: House) -> None:
    codes = await queued(staff, house, "herd", 12)
    async with staff.sessions.begin() as session:
        people = (await session.execute(select(member.c.key).where(member.c.active).limit(20))).scalars().all()
        await set_members(session, "rd_bugfix", people)
    for key in people:
        await staff.give(f"herd {key}", Role.HANDLER, key)
    claimed = await asyncio.gather(*(claim(staff, f"herd {key}", "herd") for key in people))
    assert sorted(code for code, _ in claimed if code) == sorted(codes)
    assert [refused for code, refused in claimed if code is None] == [["NOTHING_WAITS"]] * 8


async def test_the_same_key_is_the_same_item_whatever_became_of_it(staff: Api, house: House) -> None:
    first, second = await queued(staff, house, "kept", 2)
    assert await claim(staff, "zhou_ming", "k1") == (first, [])
    assert (await staff.do("cancel", "manager", id=first, key="k", closingReason="fixed"))["userErrors"] == []
    assert await claim(staff, "zhou_ming", "k1") == (first, [])
    async with staff.sessions.begin() as session:
        finished = update(feedback).where(feedback.c.code == first)
        await session.execute(finished.values(finished_at=datetime.now(UTC)))
    assert await claim(staff, "zhou_ming", "k1") == (first, [])
    assert await claim(staff, "zhou_ming", "k2") == (second, [])


async def test_the_same_key_at_the_same_moment_is_one_item(staff: Api, house: House) -> None:
    await queued(staff, house, "twice", 4)
    claimed = await asyncio.gather(*(claim(staff, "zhou_ming", "t1") for _ in range(4)))
    assert len({code for code, _ in claimed}) == 1
    assert [refused for _, refused in claimed] == [[]] * 4


async def test_a_key_is_for_one_queue(staff: Api, house: House) -> None:
    await queued(staff, house, "queue", 1)
    assert (await claim(staff, "zhou_ming", "q1"))[1] == []
    await change(staff, "updateTeam", TEAM, team="quality", members=["zhou_ming"])
    other = await staff.refused("claimNext", "zhou_ming", team="quality", key="q1")
    assert other == [("KEY_REUSED", ["key"])]


@pytest.mark.parametrize("by", ["sun_yi", "manager", "web"])
async def test_only_members_of_a_team_take_from_its_queue(staff: Api, by: str) -> None:
    assert await claim(staff, by, "mine") == (None, ["NOT_FOUND"])


async def test_who_is_of_another_team_does_not_take_a_step_but_who_was_given_it_does(staff: Api, house: House) -> None:
    [code] = await queued(staff, house, "other", 1)
    handed = await staff.do("reassign", "zhou_ming", id=code, key="h1", member="wu_hao", note="请先看照片")
    assert handed["userErrors"] == []
    assert (await staff.do("reassign", "manager", id=code, key="h2", team="quality"))["userErrors"] == []
    assert await staff.refused("accept", "wu_hao", id=code, key="a1") == [("FORBIDDEN", None)]
    assert (await staff.do("accept", "sun_yi", id=code, key="a2"))["userErrors"] == []


async def test_why_somebody_got_an_item_is_told_in_words(staff: Api, house: House) -> None:
    async with staff.sessions.begin() as session:
        await session.execute(update(member).values(capacity=0))
        await session.execute(update(member).where(member.c.key == "wu_hao").values(capacity=10_000))
    code = await submitted(staff, house, "why")
    document = f'{{ feedback(code: "{code}") {{ assignments {{ {WHY} }} timeline {{ kind sentence }} }} }}'
    found = (await staff.ask(document, "manager"))["feedback"]
    [given] = found["assignments"]
    assert (given["strategy"], given["member"]["key"], given["endedAt"]) == ("LEAST_LOADED", "wu_hao", None)
    load = given["why"][0]["params"]["load"]
    assert given["sentence"] == f"Given to who has the least open work for the capacity: {load} of 10000."
    assert given["zh"] == f"分配给负荷最低的成员：在办 {load}，容量 10000。"
    told = {each["member"]["key"]: (each["code"], each["sentence"]) for each in given["why"]}
    assert told["wu_hao"] == ("TAKEN", f"Gets it; open until now: {load} of 10000.")
    assert told["zhou_ming"][0] == "FULL"
    assert set(told) == {"feng_xue", "wu_hao", "zheng_kai", "zhou_ming"}
    [entered] = [each["sentence"] for each in found["timeline"] if each["kind"] == "step_entered"]
    assert entered.endswith(given["sentence"])
    hidden = (await staff.ask(document, "web"))["feedback"]
    assert hidden["assignments"] == []


async def test_when_nobody_can_have_it_that_is_told_in_words(staff: Api, house: House) -> None:
    [code] = await queued(staff, house, "nobody", 1)
    document = f'{{ feedback(code: "{code}") {{ assignments {{ {WHY} }} timeline {{ kind sentence }} }} }}'
    found = (await staff.ask(document, "manager"))["feedback"]
    assert found["assignments"][0]["sentence"] == "Nobody could be given it: it waits in the team’s queue."
    assert "the team’s lead was told" in next(
        each["sentence"] for each in found["timeline"] if each["kind"] == "step_entered"
    )


async def test_an_absence_that_hands_over_moves_work_by_itself(staff: Api, house: House) -> None:
    async with staff.sessions.begin() as session:
        await session.execute(update(member).values(capacity=0))
        await session.execute(update(member).where(member.c.key == "zheng_kai").values(capacity=None))
    code = await submitted(staff, house, "moves")
    now = datetime.now(UTC)
    span = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(days=3)).isoformat()}
    given: Answer = {"member": "zheng_kai", "substitute": "sun_yi", "handOver": True, **span}
    async with staff.sessions.begin() as session:
        await session.execute(update(member).values(capacity=None))
    assert (await change(staff, "addAbsence", ABSENCE, **given))[1] == []

    async def moved() -> bool:
        await house.relay.carry()
        answer = await staff.ask(f'{{ feedback(code: "{code}") {{ owner {{ key }} }} }}')
        return bool(answer["feedback"]["owner"] == {"key": "sun_yi"})

    await until(moved, "the substitute has it")
    found = await staff.ask(f'{{ feedback(code: "{code}") {{ assignments {{ {WHY} }} }} }}', "manager")
    last = found["feedback"]["assignments"][-1]
    assert last["strategy"] == "HANDED_OVER"
    assert last["sentence"].endswith("In the place of Zheng Kai, who is away.")
