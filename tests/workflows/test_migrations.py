"""Running items keep to their version until somebody moves them, and what is under way stays under way."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from voxloop import migrating
from voxloop.background import running
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.operations import RunState
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.migrating import Move
from voxloop.reception import Parts
from voxloop.store import documents, migration_runs, steps
from voxloop.store.operation_tables import migration_item
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice
from voxloop.store.work_tables import clock
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.moving import (
    KEY,
    LONGER,
    OLD,
    OWNER,
    WITHOUT_PLAN,
    among,
    ended,
    moved,
    publish,
    taken_back,
    version,
)


@dataclass
class Place:
    """A house whose suggestions go the old way, and the region of the test's items."""

    house: House
    parts: Parts
    region: str
    old: int

    async def item(self) -> UUID:
        return await self.house.settled_item("suggestion", region=self.region)

    async def publish(self, body: dict[str, Any]) -> int:
        return await publish(self.house.sessions, body)

    async def run_of(self, item: UUID) -> Row:
        async with self.house.sessions.begin() as session:
            return (await steps.of_items(session, [item]))[-1]

    async def clocks(self, item: UUID) -> dict[str, Row]:
        """Its running clocks by name."""
        async with self.house.sessions.begin() as session:
            found = select(clock).where(clock.c.item == item, clock.c.ended_at.is_(None))
            return {row["name"]: row for row in (await session.execute(found)).mappings()}

    async def items_of(self, run: Row, state: str | None = None) -> Sequence[Row]:
        async with self.house.sessions.begin() as session:
            return await migration_runs.items(session, run["id"], state, Slice(100))

    async def refusals(self, run: Row) -> list[str]:
        return [row["refusal"]["code"] for row in await self.items_of(run, "refused")]

    async def moved(self, limit: int | None = None, **mapped: str) -> Row:
        return await moved(self.parts, str(new_id()), self.region, limit, **mapped)

    async def taken_back(self, run: Row) -> Row:
        return await taken_back(self.parts, str(new_id()), run)


@pytest.fixture
async def place(house: House) -> AsyncIterator[Place]:
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    old = await publish(house.sessions, OLD)
    parts = Parts(house.sessions, house.loops, house.relay)
    async with running(house.relay.run()):
        yield Place(house, parts, f"region-{new_id()}", old)
        await house.settle()
        await publish(house.sessions, standing["body"])


async def test_publishing_disturbs_no_running_item(place: Place) -> None:
    item = await place.item()
    before = await place.house.row(item), await place.house.plan(item)
    await place.publish(LONGER)
    after = await place.house.row(item), await place.house.plan(item)
    assert before == after


async def test_a_new_item_takes_the_new_version(place: Place) -> None:
    new = await place.publish(LONGER)
    item = await place.item()
    assert (await place.house.row(item))["process"] == new


async def test_an_item_that_is_moved_stays_at_its_step_with_its_owner(place: Place) -> None:
    item = await place.item()
    await place.house.act(item, Verb.ACCEPT, member="sun_yi", actor="member:sun_yi")
    before, run = await place.house.row(item), await place.run_of(item)
    new = await place.publish(LONGER)
    await place.moved()
    after, same = await place.house.row(item), await place.run_of(item)
    assert (before["process"], after["process"]) == (place.old, new)
    kept = ("seq", "step", "entered_at", "accepted_at", "team")
    assert [same[name] for name in kept] == [run[name] for name in kept]
    assert after["owner"] == before["owner"] == "sun_yi"
    assert (same["title"]["en"], same["required"]) == ("Product review", ["value"])
    assert "unclear" in (await place.house.plan(item)).outcomes


async def test_clocks_aim_anew_from_their_start_with_their_pauses(place: Place) -> None:
    item = await place.item()
    await place.house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "请补充"})
    await place.house.let_pass(timedelta(hours=5))
    await place.house.act(item, Verb.RESUME)
    before = await place.clocks(item)
    await place.publish(LONGER)
    await place.moved()
    after = await place.clocks(item)
    assert after["finish"]["due_at"] == before["finish"]["started_at"] + timedelta(hours=48)
    assert after["finish"]["id"] == before["finish"]["id"]
    assert after["resolution"]["due_at"] == before["resolution"]["due_at"]
    assert after["resolution"]["paused_seconds"] > 0


async def test_the_timeline_names_both_versions_and_who_moved_it(place: Place) -> None:
    item = await place.item()
    await place.publish(LONGER)
    await place.moved()
    last = (await place.house.events(item))[-1]
    async with place.house.sessions.begin() as session:
        numbers = [(await documents.pinned(session, id_))["version"] for id_ in (place.old,)]
    assert (last["kind"], last["actor_kind"], last["actor"]) == ("migrated", "member", "li_na")
    assert last["detail"] == {"from": numbers[0], "to": numbers[0] + 1}


async def test_a_step_that_is_gone_keeps_the_item_where_it_is(place: Place) -> None:
    item = await place.item()
    await place.house.act(item, Verb.COMPLETE, outcome="good")
    before = await place.house.row(item)
    await place.publish(WITHOUT_PLAN)
    run = await place.moved()
    assert (run["state"], run["total"], run["done"], run["refused"]) == (RunState.DONE, 1, 1, 1)
    assert await place.refusals(run) == ["STEP_MISSING"]
    assert await place.house.row(item) == before


async def test_a_step_that_stands_in_for_it_is_entered(place: Place) -> None:
    item = await place.item()
    await place.house.act(item, Verb.COMPLETE, outcome="good")
    await place.publish(WITHOUT_PLAN)
    run = await place.moved(plan="answer")
    await place.house.settle()
    row, last = await place.house.row(item), await place.run_of(item)
    assert (row["step"], row["team"], last["step"]) == ("answer", "customer_service", "answer")
    assert (await place.house.kinds(item))[-2:] == ["migrated", "step_entered"]
    back = await place.taken_back(run)
    await place.house.settle()
    assert (await place.house.row(item))["step"] == "plan"
    assert back["refused"] == 0


async def test_a_step_that_waits_for_somebody_else_is_another(place: Place) -> None:
    item = await place.item()
    body = LONGER | {"steps": [dict(LONGER["steps"][0]) | {"kind": "reply", "outcomes": {"sent": "close"}}]}
    body["steps"][0].pop("require")
    await place.publish(body)
    run = await place.moved()
    assert await place.refusals(run) == ["STEP_OF_OTHER_KIND"]
    assert (await place.house.row(item))["process"] == place.old


async def test_another_team_gets_the_step(place: Place) -> None:
    item = await place.item()
    await place.publish(LONGER | {"steps": [LONGER["steps"][0] | {"team": "quality"}, *LONGER["steps"][1:]]})
    await place.moved()
    assert (await place.house.row(item))["team"] == (await place.run_of(item))["team"] == "quality"


async def test_a_limit_that_has_passed_breaches_at_once_and_says_how_late(place: Place) -> None:
    item = await place.item()
    began = (await place.clocks(item))["finish"]["started_at"]
    await place.house.let_pass(timedelta(hours=10))
    shorter = LONGER | {"steps": [LONGER["steps"][0] | {"limit": {"normal": "2h"}}, *LONGER["steps"][1:]]}
    await place.publish(shorter)
    await place.moved()
    await place.house.settle()
    finish = (await place.clocks(item))["finish"]
    assert finish["breached_at"] == began + timedelta(hours=2)
    [breach] = [event for event in await place.house.events(item) if event["detail"].get("moment") == "finish.breach"]
    assert breach["detail"]["late_seconds"] >= timedelta(hours=8).total_seconds()
    assert [kind for kind in await place.house.kinds(item) if kind == "escalated"] == ["escalated"]


async def test_a_level_that_has_fired_does_not_fire_again(place: Place) -> None:
    item = await place.item()
    await place.house.let_pass(timedelta(hours=25))
    assert (await place.run_of(item))["fired"] == ["escalate.0"]
    await place.publish(LONGER)
    await place.moved()
    await place.house.let_pass(timedelta(hours=30))
    assert (await place.house.kinds(item)).count("escalated") == 1


async def test_a_new_level_whose_instant_has_passed_fires_at_once_and_once(place: Place) -> None:
    item = await place.item()
    await place.house.let_pass(timedelta(hours=30))
    more = [*OLD["steps"][0]["escalate"], {"at": "+2h", "tell": {"to": {"role": "director"}}}]
    await place.publish(version(review={"escalate": more}))
    await place.moved()
    await place.house.let_pass(timedelta(hours=30))
    levels = [event["detail"] for event in await place.house.events(item) if event["kind"] == "escalated"]
    assert [level["level"] for level in levels] == [1, 2]
    assert levels[1]["late_seconds"] >= timedelta(hours=4).total_seconds()


async def test_a_closed_item_keeps_to_the_new_version_when_it_is_reopened(place: Place) -> None:
    item = await place.item()
    await place.house.act(item, Verb.CANCEL)
    new = await place.publish(LONGER)
    await place.moved()
    assert (await place.house.row(item))["stage"] == "closed"
    await place.house.act(item, Verb.REOPEN)
    assert ((await place.house.row(item))["process"], (await place.run_of(item))["required"]) == (new, ["value"])


async def test_the_way_back_leads_to_the_version_they_came_from(place: Place) -> None:
    item = await place.item()
    before = await place.clocks(item)
    await place.publish(LONGER)
    run = await place.moved()
    back = await place.taken_back(run)
    assert (back["state"], back["total"], back["refused"], back["back_of"]) == (RunState.DONE, 1, 0, run["id"])
    assert (await place.house.row(item))["process"] == place.old
    assert {name: row["due_at"] for name, row in (await place.clocks(item)).items()} == {
        name: row["due_at"] for name, row in before.items()
    }
    assert (await place.house.kinds(item))[-2:] == ["migrated", "migrated"]


async def test_who_has_gone_on_to_a_step_of_the_new_version_does_not_go_back(place: Place) -> None:
    check = {"key": "check", "kind": "task", "title": {"zh-CN": "复核", "en": "Check"}, "team": "product"}
    more = [*OLD["steps"], check | {"outcomes": {"checked": "answer"}}]
    more[0] = more[0] | {"outcomes": {"good": "check", "bad": "plan"}}
    item = await place.item()
    await place.publish(OLD | {"steps": more})
    run = await place.moved()
    await place.house.act(item, Verb.COMPLETE, outcome="good")
    back = await place.taken_back(run)
    assert await place.refusals(back) == ["STEP_MISSING"]
    assert (await place.house.row(item))["step"] == "check"


async def test_where_an_item_stood_is_kept_as_it_was_when_it_went(place: Place) -> None:
    item = await place.item()
    await place.publish(LONGER)
    async with place.house.sessions.begin() as session:  # it goes on between the beginning and its turn
        run = await migrating.begin(session, OWNER, Move(KEY, None, {}, among(place.region)), str(new_id()))
        await session.execute(update(migration_item).where(migration_item.c.item == item).values(step="other"))
    run = await ended(place.parts, run["id"])
    [row] = await place.items_of(run)
    assert (row["step"], row["goes_to"]) == ("review", "review")
    await place.taken_back(run)
    assert (await place.house.kinds(item))[-2:] == ["migrated", "migrated"]  # no step was entered


async def test_only_the_first_by_number_are_moved_up_to_a_limit(place: Place) -> None:
    items = [await place.item() for _ in range(3)]
    new = await place.publish(LONGER)
    await place.moved(limit=2)
    assert [(await place.house.row(item))["process"] for item in items] == [new, new, place.old]


@pytest.mark.parametrize(
    "limit",
    [{"normal": "48h"}, {"high": "3h", "normal": "24h"}, {"normal": "2wd", "calendar": "office"}, {}],
    ids=["longer", "another for high", "in office hours", "none"],
)
async def test_what_a_preview_says_of_deadlines_is_what_comes(place: Place, limit: dict[str, str]) -> None:
    fresh, urgent, paused = [await place.item() for _ in range(3)]
    await place.house.act(urgent, Verb.CHANGE_PRIORITY, priority="high")
    await place.house.act(paused, Verb.WAIT_FOR_CUSTOMER, {"text": "请补充"})
    await place.house.let_pass(timedelta(hours=1))
    await place.house.act(paused, Verb.RESUME)
    before = {item: await place.clocks(item) for item in (fresh, urgent, paused)}
    await place.publish(LONGER | {"steps": [LONGER["steps"][0] | {"limit": limit}, *LONGER["steps"][1:]]})
    found = (await migrating.preview(place.parts, OWNER, Move(KEY, None, {}, among(place.region)))).found
    await place.moved()
    said = {(moved.item["id"], moved.clock): (moved.before, moved.after) for moved in found.deadlines}
    came: dict[tuple[UUID, str], tuple[Any, Any]] = {}
    for item, clocks in before.items():
        after = await place.clocks(item)
        came |= {(item, name): (clock["due_at"], after[name]["due_at"]) for name, clock in clocks.items()}
    assert said == {key: pair for key, pair in came.items() if pair[0] != pair[1]} != {}


async def test_the_same_key_again_is_the_same_migration(place: Place) -> None:
    await place.item()
    await place.publish(LONGER)
    move, key = Move(KEY, None, {}, among(place.region)), str(new_id())
    one, other = [await migrating.start(place.parts, OWNER, move, key) for _ in range(2)]
    assert one["id"] == other["id"]
    with pytest.raises(Refused) as refused:
        await migrating.start(place.parts, OWNER, move, key, limit=1)
    assert refused.value.code is RefusalCode.KEY_REUSED


Wrong = Callable[[Place], Awaitable[Row]]
WRONG: dict[RefusalCode, Wrong] = {
    RefusalCode.NO_PROCESS: lambda place: migrating.start(place.parts, OWNER, Move("no_such"), str(new_id())),
    RefusalCode.NOTHING_TO_MOVE: lambda place: place.moved(),
    RefusalCode.OUT_OF_RANGE: lambda place: place.moved(limit=0),
    RefusalCode.NOT_FOUND: lambda place: migrating.undo(place.parts, OWNER, new_id(), "k"),
}


@pytest.mark.parametrize("code", WRONG)
async def test_what_cannot_begin_is_refused(place: Place, code: RefusalCode) -> None:
    with pytest.raises(Refused) as refused:
        await WRONG[code](place)
    assert refused.value.code is code


async def test_a_step_that_is_none_is_refused(place: Place) -> None:
    await place.item()
    await place.publish(LONGER)
    with pytest.raises(Refused) as refused:
        await place.moved(plan="nowhere")
    assert (refused.value.code, refused.value.params["steps"]) == (RefusalCode.UNKNOWN_STEP, "nowhere")
