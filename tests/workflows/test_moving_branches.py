"""An item at steps side by side goes to another version only where these are the same, and loses nothing on the way."""

from collections.abc import AsyncIterator, Sequence
from copy import deepcopy
from typing import Any

import pytest

from voxloop import migrating
from voxloop.background import running
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.migrating import Move
from voxloop.reception import Parts
from voxloop.store import migration_runs
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice
from voxloop.tests.workflows.branching import BRANCHES, SAFETY, done, owners, published, runs
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.moving import KEY, OLD, OWNER, among, moved, publish, taken_back, version

ELSEWHERE = deepcopy(SAFETY)
ELSEWHERE["clocks"] = {"resolution": {"normal": "9d"}}
ELSEWHERE["steps"][1]["title"]["en"] = "Call back"
WITHIN = deepcopy(SAFETY)
WITHIN["steps"][0]["branches"][1]["limit"] = {"normal": "12h"}


@pytest.fixture
async def risky(house: House) -> AsyncIterator[House]:
    async with published(house, SAFETY), running(house.relay.run()):
        yield house
        await house.settle()


def parts_of(house: House) -> Parts:
    return Parts(house.sessions, house.loops, house.relay)


async def looked_into(house: House) -> tuple[Any, str]:
    """An item of a region of its own, one of whose branches is done."""
    region = f"region-{new_id()}"
    item = await house.settled_item("suggestion", region=region)
    await done(house, item, "design", "agreed")
    return item, region


async def refusals(house: House, run: Row) -> Sequence[Any]:
    async with house.sessions.begin() as session:
        return [row["refusal"] for row in await migration_runs.items(session, run["id"], "refused", Slice(10))]


async def test_what_changes_elsewhere_leaves_its_branches_as_they_are(risky: House) -> None:
    item, region = await looked_into(risky)
    before, having = await runs(risky, item), await owners(risky, item)
    await publish(risky.sessions, ELSEWHERE)
    run = await moved(parts_of(risky), str(new_id()), region)
    assert await refusals(risky, run) == []
    now = await runs(risky, item)
    named = {"look": {**now["look"], "outcome_titles": before["look"]["outcome_titles"]}}
    assert (now | named, await owners(risky, item)) == (before, having)
    assert now["look"]["outcome_titles"]["recall"]["en"] == "Call back"  # it leads to a step of another name now
    assert (await risky.kinds(item))[-1] == "migrated"
    await done(risky, item, "quality", "unsafe", ["cause"])
    await risky.move_links(item, "done", "srm")
    recall = (await runs(risky, item))["recall"]
    assert (recall["title"]["en"], (await risky.row(item))["step"]) == ("Call back", "recall")


async def test_outcomes_of_branches_have_the_names_that_the_new_version_gives_them(risky: House) -> None:
    item, region = await looked_into(risky)
    named = {"safe": {"zh-CN": "合格", "en": "Within limits"}}
    await publish(risky.sessions, {**SAFETY, "outcomes": named})
    await moved(parts_of(risky), str(new_id()), region)
    now = await runs(risky, item)
    assert now["quality"]["outcome_titles"] == named
    assert now["design"]["outcome_titles"] == {}  # what was done there is told as it was


async def test_what_changes_within_keeps_it_and_says_so(risky: House) -> None:
    item, region = await looked_into(risky)
    before = await risky.row(item), await runs(risky, item), await owners(risky, item)
    await publish(risky.sessions, WITHIN)
    run = await moved(parts_of(risky), str(new_id()), region)
    assert await refusals(risky, run) == [{"code": "PARALLEL_CHANGED", "params": {"step": "look"}}]
    assert (await risky.row(item), await runs(risky, item), await owners(risky, item)) == before


async def test_named_as_its_own_stand_in_the_step_begins_anew(risky: House) -> None:
    item, region = await looked_into(risky)
    await publish(risky.sessions, WITHIN)
    run = await moved(parts_of(risky), str(new_id()), region, look="look")
    await risky.settle()
    assert set(await owners(risky, item)) == set(BRANCHES)
    assert len(await risky.links(item)) == 2
    back = await taken_back(parts_of(risky), str(new_id()), run)
    assert await refusals(risky, back) == [{"code": "PARALLEL_CHANGED", "params": {"step": "look"}}]


async def test_sent_to_another_step_and_back_it_is_looked_into_anew(risky: House) -> None:
    item, region = await looked_into(risky)
    await publish(risky.sessions, WITHIN)
    run = await moved(parts_of(risky), str(new_id()), region, look="recall")
    await risky.settle()
    row, found = await risky.row(item), await runs(risky, item)
    assert (row["step"], row["team"]) == ("recall", "product")
    assert [found[branch]["outcome"] for branch in BRANCHES] == [None, "agreed", None]
    await taken_back(parts_of(risky), str(new_id()), run)
    await risky.settle()
    assert ((await risky.row(item))["step"], set(await owners(risky, item))) == ("look", set(BRANCHES))


async def test_unmerged_under_another_version_it_is_for_people_of_the_team_that_this_one_names(house: House) -> None:
    async with published(house, OLD), running(house.relay.run()):
        region = f"region-{new_id()}"
        item, other = await house.settled_item(KEY, region=region), await house.settled_item(KEY)
        await house.act(item, Verb.ACCEPT, member="gao_yuan")
        await house.act(item, Verb.MERGE, other=str(other))
        await publish(house.sessions, version(review={"team": "customer_service"}))
        await moved(parts_of(house), str(new_id()), region)
        await house.act(item, Verb.UNMERGE)
        await house.settle()
        row = await house.row(item)
        assert (row["step"], row["team"], row["owner"]) == ("review", "customer_service", None)


async def test_a_migration_that_goes_on_is_not_taken_back(risky: House) -> None:
    _, region = await looked_into(risky)
    await publish(risky.sessions, ELSEWHERE)
    async with risky.sessions.connect() as session:
        run = await migrating.begin(session, OWNER, Move(KEY, None, {}, among(region)), str(new_id()))
        with pytest.raises(Refused) as refused:
            await migrating.begin_way_back(session, OWNER, run["id"], str(new_id()))
        assert refused.value.code is RefusalCode.GOES_ON
        await session.rollback()


async def test_an_item_that_was_closed_meanwhile_goes_there_and_back_and_begins_there_when_reopened(
    risky: House,
) -> None:
    item, region = await looked_into(risky)
    before = (await risky.row(item))["process"]
    new = await publish(risky.sessions, WITHIN)
    await risky.act(item, Verb.CANCEL)
    run = await moved(parts_of(risky), str(new_id()), region)
    assert (await risky.row(item))["process"] == new
    await taken_back(parts_of(risky), str(new_id()), run)
    await risky.act(item, Verb.REOPEN)
    row = await risky.row(item)
    assert (row["process"], row["step"]) == (before, "look")
