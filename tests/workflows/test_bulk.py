"""Acts on many items at once: each by its own loop, once, whatever becomes of the worker in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from temporalio.testing import ActivityEnvironment

from voxloop import bulk
from voxloop.activities.bulks import Bulks
from voxloop.acts import Asked, Wish
from voxloop.background import running
from voxloop.bulk import Many
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.store import bulks, outbox
from voxloop.store.listing import Comparison, Wanted, Where
from voxloop.store.operation_tables import bulk_item
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice
from voxloop.tests.workflows.house import House, until

MANAGER = Viewer("t", "li_na", Role.MANAGER, "li_na")
HANDLER = Viewer("h", "sun_yi", Role.HANDLER, "sun_yi", ("rd_bugfix",))


@pytest.fixture
async def parts(real_house: House) -> AsyncIterator[Parts]:
    """A house whose relay is turned by hand."""
    yield Parts(real_house.sessions, real_house.loops, real_house.relay)
    await real_house.settle()


def tagging(tag: str = "批次") -> Asked:
    return Asked(Wish(Verb.ADD_TAG, {"tag": tag}), str(new_id()))


async def handed_in(house: House, number: int, scenario: str = "defect", **columns: Any) -> list[UUID]:
    items = [await house.hand_in(scenario, **columns) for _ in range(number)]
    async with running(house.relay.run()):
        await house.settle()
    return items


async def begun(parts: Parts, many: Many, asked: Asked, by: Viewer = MANAGER) -> UUID:
    """A run that is asked for and that no worker has heard of."""
    id_: UUID = (await bulk.start(parts, by, many, asked))["id"]
    async with parts.sessions.begin() as session:
        claimed = await outbox.claim(session, 50)
        await outbox.done(session, [row["id"] for row in claimed if row["workflow"] == f"bulk/{id_}"])
    return id_


async def standing(parts: Parts, id_: UUID) -> Row:
    async with parts.sessions.begin() as session:
        row = await bulks.get(session, id_)
    assert row is not None
    return row


async def ended(parts: Parts, id_: UUID) -> Row:
    async def has_ended() -> bool:
        return (await standing(parts, id_))["finished_at"] is not None

    async with running(parts.relay.run()):
        await until(has_ended, "ended")
    return await standing(parts, id_)


async def results(parts: Parts, id_: UUID, by: Viewer = MANAGER) -> Sequence[Row]:
    async with parts.sessions.begin() as session:
        return await bulks.items(session, by, id_, None, Slice(1000))


async def test_items_are_acted_on_each_once_and_refusals_say_why(parts: Parts, real_house: House) -> None:
    where = str(new_id())
    items = await handed_in(real_house, 70, region=where)
    closed = await handed_in(real_house, 10, "praise", region=where)
    kind = Many(Wanted(Where((Comparison("region", "eq", where),))))
    asked = Asked(Wish(Verb.CHANGE_PRIORITY, priority="urgent"), str(new_id()))
    run = await bulk.start(parts, MANAGER, kind, asked)
    again = await bulk.start(parts, MANAGER, kind, asked)
    assert (run["id"], run["total"]) == (again["id"], 80)
    row = await ended(parts, run["id"])
    assert (row["state"], row["done"], row["refused"]) == (RunState.DONE, 80, 10)
    found = {each["item"]: each for each in await results(parts, run["id"])}
    assert {found[item]["refusal"]["code"] for item in closed} == {RefusalCode.ALREADY_CLOSED}
    for item in items:
        row = await real_house.row(item)
        assert (row["priority"], row["version"]) == ("urgent", found[item]["version"])
        assert (await real_house.kinds(item)).count("priority_changed") == 1


async def test_a_run_goes_on_where_a_lost_worker_was_and_repeats_nothing(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 14)
    id_ = await begun(parts, Many(items), tagging())
    act, acted = bulk.act_of(parts), Counter[UUID]()

    async def dying(row: Row, item: UUID) -> int:
        if acted.total() == 12:
            raise RuntimeError("the worker is gone")
        acted[item] += 1
        return await act(row, item)

    with pytest.raises(RuntimeError):
        await Bulks(parts.sessions, dying, page=10).go_on(str(id_), datetime.now(UTC))
    row = await standing(parts, id_)
    assert (row["state"], row["done"]) == (RunState.RUNNING, 10)
    await Bulks(parts.sessions, act).go_on(str(id_), datetime.now(UTC))
    row = await standing(parts, id_)
    assert (row["state"], row["done"], row["refused"]) == (RunState.DONE, 14, 0)
    for item in items:
        assert (await real_house.kinds(item)).count("tagged") == 1


async def test_two_attempts_at_once_count_each_item_once(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 6)
    id_ = await begun(parts, Many(items), tagging())
    twice = Bulks(parts.sessions, bulk.act_of(parts))
    await asyncio.gather(*(twice.go_on(str(id_), datetime.now(UTC)) for _ in range(2)))
    row = await standing(parts, id_)
    assert (row["state"], row["done"], row["refused"]) == (RunState.DONE, 6, 0)


async def test_a_cancelled_run_stops_and_what_it_has_not_reached_is_skipped(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 14)
    id_ = await begun(parts, Many(items), tagging())
    act = bulk.act_of(parts)

    async def cancelling(row: Row, item: UUID) -> int:
        if row["done"] == 0 and (await standing(parts, id_))["state"] == RunState.RUNNING:
            await bulk.cancel(parts, MANAGER, id_)
        return await act(row, item)

    await Bulks(parts.sessions, cancelling, page=10).go_on(str(id_), datetime.now(UTC))
    row = await standing(parts, id_)
    assert (row["state"], row["done"]) == (RunState.CANCELLED, 10)
    states = Counter(each["state"] for each in await results(parts, id_))
    assert states == {ItemState.DONE: 10, ItemState.SKIPPED: 4}
    with pytest.raises(Refused) as refused:
        await bulk.cancel(parts, MANAGER, id_)
    assert refused.value.code is RefusalCode.HAS_ENDED


async def test_a_run_that_is_cancelled_at_once_has_done_nothing(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 3)
    run = await bulk.start(parts, MANAGER, Many(items), tagging())
    await bulk.cancel(parts, MANAGER, run["id"])
    row = await ended(parts, run["id"])
    assert (row["state"], row["done"]) == (RunState.CANCELLED, 0)
    assert {each["state"] for each in await results(parts, run["id"])} == {ItemState.SKIPPED}
    assert ["tagged" in await real_house.kinds(item) for item in items] == [False] * 3


async def repeated(run: Bulks, id_: UUID) -> None:
    """As a worker goes on after another one was lost."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=2)
    await environment.run(run.go_on, str(id_), datetime.now(UTC))


async def test_what_a_lost_worker_did_is_told_also_when_somebody_has_stopped_the_run(
    parts: Parts, real_house: House
) -> None:
    items = await handed_in(real_house, 6)
    id_ = await begun(parts, Many(items), tagging())
    act, row = bulk.act_of(parts), await standing(parts, id_)
    done = [await act(row, item) for item in items[:3]]
    await bulk.cancel(parts, MANAGER, id_)
    await repeated(Bulks(parts.sessions, act, page=4), id_)
    found = await results(parts, id_)
    assert [each["state"] for each in found] == [ItemState.DONE] * 4 + [ItemState.SKIPPED] * 2
    assert [each["version"] for each in found[:3]] == done
    assert [(await real_house.kinds(item)).count("tagged") for item in items] == [1, 1, 1, 1, 0, 0]
    assert ((await standing(parts, id_))["done"], (await standing(parts, id_))["state"]) == (4, RunState.CANCELLED)


async def test_an_attempt_that_comes_late_to_an_ended_run_changes_no_figure(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 6)
    id_ = await begun(parts, Many(items), tagging())
    act = bulk.act_of(parts)

    async def forgotten(row: Row, item: UUID) -> int:
        if item == items[0]:
            await bulk.cancel(parts, MANAGER, id_)
            await repeated(Bulks(parts.sessions, act, page=4), id_)
        return await act(row, item)

    await Bulks(parts.sessions, forgotten, page=4).go_on(str(id_), datetime.now(UTC))
    assert (await standing(parts, id_))["done"] == 4
    assert [(await real_house.kinds(item)).count("tagged") for item in items] == [1, 1, 1, 1, 0, 0]


async def test_of_two_runs_over_the_same_items_one_acts_on_each_and_both_tell_the_truth(
    parts: Parts, real_house: House
) -> None:
    items = await handed_in(real_house, 60)
    urgent = Wish(Verb.CHANGE_PRIORITY, priority="urgent")
    runs = [await bulk.start(parts, MANAGER, Many(items), Asked(urgent, str(new_id()))) for _ in range(2)]
    found = []
    for run in runs:
        row = await ended(parts, run["id"])
        assert (row["state"], row["done"]) == (RunState.DONE, 60)
        found.append({each["item"]: each for each in await results(parts, run["id"])})
    for item in items:
        told = {each[item]["state"]: each[item] for each in found}
        assert set(told) == {ItemState.DONE, ItemState.REFUSED}
        assert told[ItemState.REFUSED]["refusal"]["code"] == RefusalCode.UNCHANGED
        [changed] = [each for each in await real_house.events(item) if each["kind"] == "priority_changed"]
        assert changed["version"] == told[ItemState.DONE]["version"]


async def test_an_item_that_its_own_act_takes_out_of_sight_counts_as_done(parts: Parts, real_house: House) -> None:
    items = await handed_in(real_house, 3)
    asked = Asked(Wish(Verb.REASSIGN, team="quality"), str(new_id()))
    id_ = await begun(parts, Many(items), asked, HANDLER)
    act = bulk.act_of(parts)
    row = await standing(parts, id_)
    versions = [await act(row, item) for item in items]
    await Bulks(parts.sessions, act).go_on(str(id_), datetime.now(UTC))
    assert [each["version"] for each in await results(parts, id_, HANDLER)] == versions
    assert {each["code"] for each in await results(parts, id_, HANDLER)} == {None}


async def test_what_may_not_be_done_or_seen_is_refused_whole(parts: Parts, real_house: House) -> None:
    [item] = await handed_in(real_house, 1)
    [hidden] = await handed_in(real_house, 1, "complaint")
    cancel = Asked(Wish(Verb.CANCEL), "k")
    team = Asked(Wish(Verb.REASSIGN, team="nobody"), "k")
    for many, asked, by, code in (
        (Many([item]), cancel, HANDLER, RefusalCode.FORBIDDEN),
        (Many([item, hidden]), tagging(), HANDLER, RefusalCode.NOT_FOUND),
        (Many([item]), team, MANAGER, RefusalCode.NOT_FOUND),
        (Many([item]), Asked(Wish(Verb.MERGE, other=hidden), "k"), MANAGER, RefusalCode.FORBIDDEN),
    ):
        with pytest.raises(Refused) as refused:
            await bulk.start(parts, by, many, asked)
        assert refused.value.code is code
    mine = bulk_item.select().where(bulk_item.c.item.in_([item, hidden]))
    assert await real_house.count(mine) == 0


async def test_a_key_that_was_used_for_something_else_is_refused(parts: Parts, real_house: House) -> None:
    [item] = await handed_in(real_house, 1)
    asked = tagging()
    id_ = await begun(parts, Many([item]), asked)
    with pytest.raises(Refused) as refused:
        await bulk.start(parts, MANAGER, Many([item]), Asked(Wish(Verb.ADD_TAG, {"tag": "别的"}), asked.key))
    assert refused.value.code is RefusalCode.KEY_REUSED
    await Bulks(parts.sessions, bulk.act_of(parts)).go_on(str(id_), datetime.now(UTC))


async def test_an_empty_selection_is_done_at_once(parts: Parts) -> None:
    nothing = Many(Wanted(Where((Comparison("region", "eq", str(new_id())),))))
    run = await bulk.start(parts, MANAGER, nothing, tagging())
    row = await ended(parts, run["id"])
    assert (row["state"], row["total"]) == (RunState.DONE, 0)
