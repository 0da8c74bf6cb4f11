"""Who gets a step of a real process: by everything that rows know about people, and kept with every reason."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from voxloop.activities.acts import Acts
from voxloop.activities.handovers import Handovers
from voxloop.domain.assignment import Ground
from voxloop.domain.errands import DONE, GO_ON, Rest
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Act, Answer, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import absences, documents, people, steps
from voxloop.store.sessions import Row
from voxloop.store.tables import absence, member
from voxloop.store.work_tables import assignment
from voxloop.tests.activities.hand import START, Hand, begin
from voxloop.tests.activities.test_effects import happened, messages
from voxloop.worker import Parts

TITLE = {"zh-CN": "试", "en": "Trial"}
TEAM = ("feng_xue", "wu_hao", "zheng_kai", "zhou_ming")  # rd_bugfix
WEEK = timedelta(days=7)
NIGHT = {day: ["22:00-06:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@contextlib.asynccontextmanager
async def trying(parts: Parts, assign: object, **traits: Any) -> AsyncIterator[None]:
    """Defects are repaired by a process of two steps; meanwhile people are as ``traits`` say, by their keys."""
    ask = {"key": "repair", "kind": "task", "team": "rd_bugfix", "assign": assign, "outcomes": {"fixed": "check"}}
    again = {"key": "check", "kind": "task", "team": "rd_bugfix", "assign": {"same_as": "repair"}}
    body: dict[str, Any] = {"key": "product_defect", "title": TITLE, "handles": ["defect"], "reopen_for": "1d"}
    body["steps"] = [ask, again | {"outcomes": {"done": "close"}}]
    async with parts.means.sessions.begin() as session:
        before = await documents.published(session, "process", "product_defect")
        assert before is not None
        await documents.publish(session, "process", "product_defect", body, "test")
        standing = (await session.execute(select(member))).mappings().all()
        for key, values in traits.items():
            await session.execute(update(member).where(member.c.key == key).values(**values))
    try:
        yield
    finally:
        async with parts.means.sessions.begin() as session:
            await documents.publish(session, "process", "product_defect", before["body"], "test")
            await session.execute(delete(absence))
            for row in standing:
                await session.execute(update(member).where(member.c.key == row["key"]).values(**row))


async def away(parts: Parts, key: str, substitute: str | None = None, **more: Any) -> None:
    span = {"since": START - WEEK, "until": START + WEEK} | more
    async with parts.means.sessions.begin() as session:
        await absences.add(session, id=new_id(), member=key, substitute=substitute, author="test", **span)


async def kept(hand: Hand) -> list[Row]:
    async with hand.parts.means.sessions.begin() as session:
        return list(await steps.assignments_of(session, [hand.item]))


async def verdicts(hand: Hand) -> dict[str, str]:
    return {each["member"]: each["code"] for each in (await kept(hand))[-1]["reason"]["why"]}


async def test_of_the_able_who_are_responsible_and_have_room_one_gets_it(parts: Parts) -> None:
    people_ = {
        "feng_xue": {"skills": ["firmware"]},
        "wu_hao": {"skills": ["electronics"], "products": ["cleaning"]},
        "zheng_kai": {"skills": ["electronics"], "capacity": 0},
        "zhou_ming": {"skills": ["electronics"], "products": ["kitchen"]},
    }
    async with trying(parts, {"strategy": "least_loaded", "skills": ["electronics"]}, **people_):
        hand = await begin(parts, "defect", product_line="kitchen", product="air_fryer_p3")
    assert (await hand.row())["owner"] == "zhou_ming"
    reason = (await kept(hand))[-1]["reason"]
    assert (reason["decided"], reason["skills"]) == ("least_loaded", ["electronics"])
    assert await verdicts(hand) == {
        "zhou_ming": "taken",
        "feng_xue": "not_skilled",
        "wu_hao": "other_product",
        "zheng_kai": "full",
    }
    assert (await happened(hand, "step_entered"))["detail"]["assigned"]["strategy"] == "least_loaded"
    assert [row["member"] for row in await messages(hand, "notice_assigned")] == ["zhou_ming"]


async def test_the_customers_region_counts_where_the_item_names_none(parts: Parts) -> None:
    others = {key: {"regions": ["海外"]} for key in TEAM if key != "wu_hao"}
    async with trying(parts, "round_robin", wu_hao={"regions": ["西南", "华中"]}, **others):
        assert (await (await begin(parts, "defect", customer_ref="C0013")).row())["owner"] == "wu_hao"  # of 华中
        assert (await (await begin(parts, "defect", region="海外")).row())["owner"] != "wu_hao"


async def test_everybody_has_her_turn(parts: Parts) -> None:
    async with trying(parts, "round_robin"):
        hands = [await begin(parts, "defect") for _ in range(8)]
    owners = [(await hand.row())["owner"] for hand in hands]
    assert sorted(owners[:4]) == list(TEAM)
    assert owners[4:] == owners[:4]


async def test_when_nobody_can_have_it_the_queue_keeps_it_and_the_lead_is_told(parts: Parts) -> None:
    async with trying(parts, "least_loaded", **{key: {"capacity": 0} for key in TEAM}):
        hand = await begin(parts, "defect")
    assert ((await hand.row())["owner"], (await hand.row())["team"]) == (None, "rd_bugfix")
    assert await verdicts(hand) == dict.fromkeys(TEAM, "full")
    assert [row["member"] for row in await messages(hand, "notice_unassigned")] == ["zhou_ming"]
    assert (await happened(hand, "step_entered"))["detail"]["unassigned"] is True


async def test_what_waits_for_people_tells_nobody(parts: Parts) -> None:
    async with trying(parts, "manual"):
        hand = await begin(parts, "defect")
    assert (await hand.row())["owner"] is None
    assert await messages(hand, "notice_unassigned") == []


async def test_the_account_owner_gets_it_and_her_substitute_while_she_is_away(parts: Parts) -> None:
    async with trying(parts, "account_owner"):
        assert (await (await begin(parts, "defect", customer_ref="C0001")).row())["owner"] == "ye_qing"
        await away(parts, "ye_qing", "daniel_cho")
        hand = await begin(parts, "defect", customer_ref="C0001")
    assert (await hand.row())["owner"] == "daniel_cho"
    assert (await verdicts(hand))["ye_qing"] == "absent"
    [taken] = [each for each in (await kept(hand))[-1]["reason"]["why"] if each["code"] == "taken"]
    assert taken["instead_of"] == ["ye_qing"]


async def test_who_did_the_earlier_step_does_this_one(parts: Parts) -> None:
    async with trying(parts, "round_robin"):
        hand = await begin(parts, "defect")
        owner = (await hand.row())["owner"]
        await hand.act(Verb.COMPLETE, {"fields": {}}, outcome="fixed")
        row = await hand.row()
    assert (row["step"], row["owner"]) == ("check", owner)
    assert (await kept(hand))[-1]["reason"]["decided"] == "same_as"


async def test_when_she_has_left_the_step_goes_to_the_least_loaded_and_says_whose_it_was(parts: Parts) -> None:
    async with trying(parts, "round_robin"):
        hand = await begin(parts, "defect")
        owner = (await hand.row())["owner"]
        async with parts.means.sessions.begin() as session:
            await people.change_member(session, owner, {"active": False})
        await hand.act(Verb.COMPLETE, {"fields": {}}, outcome="fixed")
        reason = (await kept(hand))[-1]["reason"]
    assert (reason["strategy"], reason["decided"], reason["person"]) == ("same_as", "least_loaded", owner)
    assert (await hand.row())["owner"] not in (None, owner)


async def test_who_is_at_work_gets_it(parts: Parts) -> None:
    calendar = {"key": "night", "title": TITLE, "time_zone": "Asia/Shanghai", "day_hours": "8h", "week": NIGHT}
    async with parts.means.sessions.begin() as session:
        await documents.publish(session, "calendar", "night", calendar, "test")
    others = {key: {"calendar": "night"} for key in TEAM if key != "wu_hao"}
    async with trying(parts, "least_loaded", wu_hao={"capacity": 10_000}, **others):
        hand = await begin(parts, "defect")  # at 17 o'clock in Shanghai, when the office is open
    assert (await hand.row())["owner"] == "wu_hao"
    assert (await verdicts(hand)) == {key: "taken" if key == "wu_hao" else "off_duty" for key in TEAM}


class Hands:
    """What loops answer to acts, played by hand; or all of them refuse."""

    def __init__(self, *hands: Hand, refusing: RefusalCode | None = None) -> None:
        self.hands, self.refusing = {hand.item: hand for hand in hands}, refusing

    async def act(self, item: Any, act: Act, known: int) -> Answer:
        if self.refusing is not None:
            raise Refused(self.refusing)
        hand = self.hands[item]
        assert act.expect == hand.plan.version
        await hand.turn(Acts(hand.parts.means).perform, act)
        return Answer(hand.plan.version)


async def hand_over(parts: Parts, key: str, loops: Hands) -> Rest:
    return await Handovers(parts.means, loops).go_on(key, START)


@pytest.fixture
async def lone(parts: Parts) -> AsyncIterator[Hand]:
    """What wu_hao has, and nothing else."""
    async with parts.means.sessions.begin() as session:
        hers = (assignment.c.member == "wu_hao") & assignment.c.ended_at.is_(None)
        await session.execute(update(assignment).where(hers).values(ended_at=START))
    others = {key: {"capacity": 0} for key in TEAM if key != "wu_hao"}
    async with trying(parts, "least_loaded", **others):
        hand = await begin(parts, "defect")
        assert (await hand.row())["owner"] == "wu_hao"
        async with parts.means.sessions.begin() as session:
            await session.execute(update(member).values(capacity=None))
        yield hand


async def test_absence_moves_work_to_others_and_says_why(parts: Parts, lone: Hand) -> None:
    await lone.act(Verb.ACCEPT, member="wu_hao")
    await away(parts, "wu_hao", hand_over=True)
    assert await hand_over(parts, "wu_hao", Hands(lone)) == DONE
    row = await lone.row()
    assert row["owner"] not in (None, "wu_hao")
    before, *_, now = await kept(lone)
    assert (before["ended_at"], now["reason"]["strategy"]) == (START, Ground.HANDED_OVER)
    assert now["reason"]["decided"] == "least_loaded"
    assert (await verdicts(lone))["wu_hao"] == "absent"
    assert lone.plan.accepted is False
    assert [each["kind"] for each in (await lone.events())][-1] == "reassigned"


async def test_absence_moves_work_to_the_substitute(parts: Parts, lone: Hand) -> None:
    await away(parts, "wu_hao", "feng_xue", hand_over=True)
    await hand_over(parts, "wu_hao", Hands(lone))
    assert (await lone.row())["owner"] == "feng_xue"


async def test_absence_alone_moves_nothing(parts: Parts, lone: Hand) -> None:
    await away(parts, "wu_hao")
    assert await hand_over(parts, "wu_hao", Hands(lone)) == DONE
    assert (await lone.row())["owner"] == "wu_hao"


async def test_work_moves_when_the_absence_begins(parts: Parts, lone: Hand) -> None:
    await away(parts, "wu_hao", hand_over=True, since=START + timedelta(hours=1))
    assert await hand_over(parts, "wu_hao", Hands(lone)) == Rest(False, START + timedelta(hours=1))
    assert (await lone.row())["owner"] == "wu_hao"


async def test_who_leaves_leaves_nothing_behind(parts: Parts, lone: Hand) -> None:
    async with parts.means.sessions.begin() as session:
        await people.change_member(session, "wu_hao", {"active": False})
    assert await hand_over(parts, "wu_hao", Hands(lone)) == DONE
    assert (await lone.row())["owner"] not in (None, "wu_hao")


@pytest.mark.parametrize(
    ("code", "rest"),
    [
        (RefusalCode.CHANGED_MEANWHILE, GO_ON),
        (RefusalCode.NOT_CONFIRMED, Rest(False, START + timedelta(seconds=5))),
        (RefusalCode.ALREADY_CLOSED, DONE),
    ],
)
async def test_what_cannot_move_now_is_tried_again_unless_it_never_can(
    parts: Parts, lone: Hand, code: RefusalCode, rest: Rest
) -> None:
    await away(parts, "wu_hao", hand_over=True)
    assert await hand_over(parts, "wu_hao", Hands(lone, refusing=code)) == rest


async def test_a_hand_over_with_a_note_keeps_it_for_members(parts: Parts, lone: Hand) -> None:
    await lone.act(Verb.REASSIGN, {"text": "请先看照片"}, member="feng_xue")
    [note] = [row for row in await messages(lone, "reply") if row["visibility"] == "internal"]
    assert ((await lone.row())["owner"], note["text"]) == ("feng_xue", "请先看照片")
