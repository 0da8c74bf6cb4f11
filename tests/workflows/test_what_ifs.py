"""Past items under something else: whose clocks would have said otherwise, counted and listed, and nothing touched."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from voxloop import editing, studying, trying_out
from voxloop.background import running
from voxloop.commands.process_simulation import walk_lines
from voxloop.commands.what_if import lines
from voxloop.domain.documents import Kind
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.operations import RunState
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.tallies import clock_sums, names_of, queues_of
from voxloop.domain.trials import Side
from voxloop.domain.viewer import Role, Viewer
from voxloop.domain.walks import End
from voxloop.editing import Edit
from voxloop.reception import Parts
from voxloop.store import backtests, documents, what_ifs
from voxloop.store.listing import Comparison, Where
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice
from voxloop.tests.items import hand_in
from voxloop.tests.rule_sets import rule
from voxloop.tests.workflows.house import House, until
from voxloop.trying_out import Tried

OWNER = Viewer("li_na", "li_na", Role.ADMIN, "li_na")


@pytest.fixture
async def parts(real_house: House) -> AsyncIterator[Parts]:
    async with running(real_house.relay.run()):
        yield Parts(real_house.sessions, real_house.loops, real_house.relay)
        await real_house.settle()


@pytest.fixture
async def region(parts: Parts, real_house: House) -> str:
    """Three complaints that came three hours ago and wait for whoever handles complaints; a praise beside them."""
    region = str(new_id())
    for number in range(3):
        received = await real_house.now() - timedelta(hours=3, minutes=number)
        async with parts.sessions.begin() as session:
            real_house.items.append(await hand_in(session, received, scenario="complaint", rating=3, region=region))
    await real_house.hand_in("praise", region=region)
    await real_house.settle()
    return region


async def tried(parts: Parts, region: str, **wanted: Any) -> Row:
    """A what-if of these items, once it has ended."""
    where = Where((Comparison("region", "eq", region),))
    study = await trying_out.what_if(parts, OWNER, Tried(where=where, **wanted))
    return await ended(parts, study["id"])


async def ended(parts: Parts, id_: UUID, get: Callable[[Session, UUID], Awaitable[Row | None]] = what_ifs.get) -> Row:
    async def read() -> Row:
        async with parts.sessions.begin() as session:
            found = await get(session, id_)
        assert found is not None
        return found

    async def has_ended() -> bool:
        return (await read())["finished_at"] is not None

    await until(has_ended, "ended")
    return await read()


def breaches(study: Row, side: Side, clock: str) -> int:
    sums = clock_sums(study["sums"][side])
    return sum(of.breaches for group, of in sums.items() if group.clock == clock)


async def process(parts: Parts, key: str) -> dict[str, Any]:
    async with parts.sessions.begin() as session:
        found = await documents.published(session, "process", key)
    assert found is not None
    body: dict[str, Any] = found["body"]
    return body


async def test_a_shorter_target_is_missed_by_whom_it_would_have_been(parts: Parts, region: str) -> None:
    study = await tried(parts, region, targets=[{"clock": "first_response", "process": "complaint", "target": "1h"}])
    assert (study["state"], study["total"], study["changed"], study["skipped"]) == (RunState.DONE, 4, 3, 0)
    assert breaches(study, Side.BEFORE, "first_response") == 0
    assert breaches(study, Side.AFTER, "first_response") == 3
    async with parts.sessions.begin() as session:
        found = await what_ifs.differences(session, study["id"], Slice(10))
    [change] = found[0]["changes"]
    assert (change["clock"], change["before"]["breached"]) == ("first_response", None)
    assert change["after"]["breached"] == change["after"]["due"] < change["before"]["due"]


async def test_nothing_else_is_nothing_new(parts: Parts, region: str) -> None:
    study = await tried(parts, region, process=await process(parts, "complaint"))
    assert (study["state"], study["changed"], study["digest"]) == (RunState.DONE, 0, "")
    sums = study["sums"]
    assert sums["before"] == sums["after"]


async def test_the_way_of_an_item_that_was_merged_and_taken_out_leads_to_its_end(
    parts: Parts, real_house: House
) -> None:
    region = str(new_id())
    item, other = [await real_house.hand_in("question", region=region) for _ in range(2)]
    await real_house.settle()
    await real_house.act(item, Verb.MERGE, other=str(other))
    await real_house.settle()
    await real_house.act(item, Verb.UNMERGE)
    await real_house.act(item, Verb.REPLY, {"text": "答复"})
    await real_house.act(item, Verb.CONFIRM)
    study = await tried(parts, region, process=await process(parts, "question"))
    assert {end: study["sums"]["before"].get(f"ended|{end}") for end in End} == {
        **dict.fromkeys(End),
        End.CLOSED: 1,
        End.WAITING: 1,
    }


async def test_again_it_gives_the_same(parts: Parts, region: str) -> None:
    target = [{"clock": "first_response", "target": "1h"}]
    one, other = await tried(parts, region, targets=target), await tried(parts, region, targets=target)
    assert one["digest"] == other["digest"] != ""


async def test_a_step_that_the_draft_lacks_is_said_to_be_unmatched(parts: Parts, region: str) -> None:
    body = await process(parts, "complaint")
    renamed = orjson.loads(orjson.dumps(body).replace(b'"handle"', b'"care"'))
    study = await tried(parts, region, process=renamed)
    assert names_of(study["sums"]["after"], "unmatched") == {"handle": 3}
    assert names_of(study["sums"]["after"], "lost") == {"care": 3}


async def test_another_calendar_moves_what_is_counted_in_it(parts: Parts, region: str) -> None:
    never: dict[str, list[str]] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
    calendar = {
        "key": "sundays",
        "title": {"zh-CN": "周日", "en": "Sundays"},
        "time_zone": "UTC",
        "day_hours": "1h",
        "week": never | {"sun": ["00:00-01:00"]},
    }
    target = {"clock": "first_response", "process": "complaint", "target": "1h", "calendar": "sundays"}
    study = await tried(parts, region, calendars={"sundays": calendar}, targets=[target])
    assert study["state"] == RunState.DONE
    assert study["sums"]["after"]["moved|"] == 3


async def test_a_queue_is_played_with_other_people(parts: Parts, region: str) -> None:
    study = await tried(parts, region, staffing=[{"team": "customer_service", "members": 1}])
    before, after = (queues_of(study["sums"][side])["customer_service"] for side in Side)
    assert before.steps == after.steps >= 3


async def test_the_same_wish_under_the_same_key_is_the_same_what_if(parts: Parts, region: str) -> None:
    wish = {"targets": [{"clock": "finish", "target": "1h"}], "key": str(new_id())}
    one, other = await tried(parts, region, **wish), await tried(parts, region, **wish)
    assert one["id"] == other["id"]
    with pytest.raises(Refused) as refused:
        await tried(parts, region, **{**wish, "targets": [{"clock": "finish", "target": "2h"}]})
    assert refused.value.code is RefusalCode.KEY_REUSED


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"targets": [{"clock": "finish", "calendar": "nowhere"}]}, ("targets", "0", "calendar")),
        ({"staffing": [{"team": "nobody", "members": 1}]}, ("staffing", "0", "team")),
    ],
)
async def test_what_does_not_exist_cannot_be_tried(
    parts: Parts, wanted: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        await trying_out.what_if(parts, OWNER, Tried(**wanted))
    assert (refused.value.code, refused.value.field) == (RefusalCode.NOT_FOUND, field)


async def test_a_process_in_a_calendar_that_nobody_has_is_neither_walked_nor_replayed(parts: Parts) -> None:
    body = orjson.loads(orjson.dumps(await process(parts, "complaint")).replace(b'"service"', b'"nights"'))
    walked = (await trying_out.simulate_process(parts, OWNER, {"process": body, "facts": {}}))["result"]
    problems = [(each["path"], each["code"]) for each in walked["problems"]]
    assert problems[0] == ("clocks.first_response.calendar", "process.unknown_calendar")
    with pytest.raises(Refused) as refused:
        await trying_out.what_if(parts, OWNER, Tried(process=body))
    assert (refused.value.code, refused.value.field) == (RefusalCode.NOT_CHECKED, ("process",))


@pytest.mark.parametrize("wrong", [{}, {"time_zone": "../UTC"}, {"week": {"mon": ["18:00-09:00-07:00"]}}])
async def test_a_calendar_with_errors_is_not_tried(parts: Parts, wrong: dict[str, Any]) -> None:
    async with parts.sessions.begin() as session:
        published = await documents.published(session, Kind.CALENDAR, "office")
    assert published is not None
    body = {**published["body"], **wrong} if wrong else {}
    with pytest.raises(Refused) as refused:
        await trying_out.what_if(parts, OWNER, Tried(calendars={"office": body}))
    assert (refused.value.code, refused.value.field) == (RefusalCode.NOT_CHECKED, ("calendars", "0"))


async def test_a_backtest_predicts_what_other_rules_let_be_missed(parts: Parts, region: str) -> None:
    async with parts.sessions.begin() as session:
        standing = await documents.published(session, Kind.RULE_SET, "intake")
    assert standing is not None
    here = {"fact": "region", "is": "equals", "value": region}
    rules = [rule("hurry", {"set_priority": "urgent"}, when=here), *standing["body"]["rules"]]
    draft = await editing.create(parts, OWNER, Kind.RULE_SET, "intake", Edit({**standing["body"], "rules": rules}))
    checked = await editing.check(parts, OWNER, draft["id"])
    where = Where((Comparison("region", "eq", region),))
    begun = await studying.backtest(parts, OWNER, checked["id"], (None, None), where)
    study = await ended(parts, begun["id"], backtests.get)
    await editing.discard(parts, OWNER, draft["id"])
    assert (study["state"], study["changed"]) == (RunState.DONE, 4)
    assert study["sums"]["late_before"] == {}
    assert study["sums"]["late_after"]["first_response"] == 3


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_what_was_found_is_told_in_words(parts: Parts, region: str, language: str) -> None:
    study = await tried(
        parts,
        region,
        process=await process(parts, "complaint"),
        targets=[{"clock": "first_response", "process": "complaint", "target": "1h"}],
        staffing=[{"team": "customer_service", "members": 2}],
    )
    told = list(lines(study, language))
    assert any("customer_service" in line for line in told)
    assert not any("{" in line or "what_if." in line for line in told)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_a_walk_is_told_in_words(parts: Parts, language: str) -> None:
    outcome = {"step": "handle", "outcome": "settled", "after": "99h"}
    request = {"process": await process(parts, "complaint"), "facts": {"priority": "urgent"}, "given": [outcome]}
    row = await trying_out.simulate_process(parts, OWNER, request)
    told = list(walk_lines(language, row["result"]))
    assert len(told) > 6
    assert not any("{" in line or "simulate." in line for line in told)


@pytest.mark.parametrize(("step", "outcome", "place"), [("handel", "settled", "step"), ("handle", "setled", "outcome")])
async def test_a_walk_is_not_begun_with_what_its_process_has_not(
    parts: Parts, step: str, outcome: str, place: str
) -> None:
    usual, given = {"step": "handle", "outcome": "settled"}, {"step": step, "outcome": outcome}
    request = {"process": await process(parts, "complaint"), "facts": {}, "given": [usual, given]}
    row = await trying_out.simulate_process(parts, OWNER, request)
    assert [problem["path"] for problem in row["result"]["problems"]] == [f"outcomes[1].{place}"]
