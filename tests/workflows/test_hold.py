"""A held item from hand-in to the end of its loop, under the same workflow code as any other."""

from datetime import timedelta

import pytest

from voxloop.domain.loop import DECIDED, Verb
from voxloop.domain.process import CLOSE, HOLD, IS_SPAM, RELEASED
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.tests.rule_sets import published, rule
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import fired
from voxloop.tests.workflows.walking import exits, starter_processes, take, way_through
from voxloop.workflows.feedback import FIRST_VERSION, INTAKE

PROCESSES = {process.key: process for process in starter_processes() if process.handles}
RULES = [rule("odd", {"hold_for_review": True}, {"tell": {"to": {"role": "director"}}})]


@pytest.mark.parametrize("key", PROCESSES)
async def test_released_it_goes_through_its_process(house: House, key: str) -> None:
    process = PROCESSES[key]
    columns, way = way_through(process, exits(process)[0])
    async with published(house.sessions, *RULES):
        item = await house.settled_item(process.handles[0], **columns)
    assert (await house.row(item))["step"] == HOLD
    assert [message["purpose"] for message in await house.messages(item)] == ["acknowledge"]
    for exit_ in ((HOLD, RELEASED, process.first.key), *way):
        await take(house, item, process, exit_)
    assert (await house.row(item))["stage"] == "closed"
    told = [message["member"] for message in await house.messages(item) if message["purpose"] == "notice_rule"]
    assert told == ["jiang_wen", "liang_bo"]
    await house.let_pass(process.reopen_for)
    assert (await house.row(item))["finished_at"] is not None


async def test_spam_ends_its_loop(house: House) -> None:
    async with published(house.sessions, *RULES):
        item = await house.settled_item("complaint")
    await take(house, item, PROCESSES["complaint"], (HOLD, IS_SPAM, CLOSE))
    assert (await house.row(item))["outcome"] == "spam"
    await house.let_pass(timedelta(days=14))
    assert [message["purpose"] for message in await house.messages(item)] == ["acknowledge"]
    assert (await house.row(item))["finished_at"] is not None


async def test_its_clocks_run_meanwhile(house: House) -> None:
    async with published(house.sessions, *RULES):
        item = await house.settled_item("complaint")
    await house.let_pass(timedelta(hours=5))
    names = [name for name, _ in fired(await house.events(item))]
    assert names == ["first_response.warn.0.75", "first_response.breach"]


async def test_only_its_own_outcomes_are_possible(house: House) -> None:
    async with published(house.sessions, *RULES):
        item = await house.settled_item("complaint")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="settled")
    assert (refused.value.code, refused.value.params["outcomes"]) == (RefusalCode.UNKNOWN_OUTCOME, "released, spam")


def test_the_intake_decides_the_version_by_which_its_decisions_are_known() -> None:
    assert FIRST_VERSION + len(INTAKE) == DECIDED
