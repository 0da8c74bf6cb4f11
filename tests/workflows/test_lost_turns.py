"""Turns that a worker wrote and then died: no history tells of them, and the loop may come back with another one first.

Neither is lost, and neither happens twice.
"""

from typing import Any

import pytest

from voxloop.domain.loop import Answer, Verb
from voxloop.tests.workflows.house import House, until


async def test_an_act_after_a_lost_one_is_written_too(house: House) -> None:
    item = await house.settled_item("defect")
    lost = await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    assert await house.act(item, Verb.NOTE, {"text": "二"}) == Answer(lost + 1)
    assert (await house.kinds(item))[-2:] == ["noted", "noted"]


async def test_a_lost_act_gets_its_answer_and_is_not_done_again(house: House) -> None:
    item = await house.settled_item("defect")
    act = await house.wish(item, Verb.ACCEPT, member="wu_hao")
    lost = await house.lose(item, act)
    await house.act(item, Verb.NOTE, {"text": "二"})
    assert await house.loops.act(item, act) == Answer(lost)
    assert (await house.kinds(item)).count("accepted") == 1


async def test_where_a_lost_act_went_the_loop_goes(house: House) -> None:
    item = await house.settled_item("defect")
    await house.lose(item, await house.wish(item, Verb.COMPLETE, outcome="fixed", fields=["root_cause"]))
    await house.act(item, Verb.NOTE, {"text": "二"})
    assert (await house.kinds(item))[-3:] == ["completed", "step_entered", "noted"]
    assert (await house.row(item))["step"] == "reply"


@pytest.mark.parametrize(
    ("signal", "argument", "kind"),
    [
        ("linked_item_changed", {"key": "", "state": "done", "version": 9}, "linked_item_changed"),
        ("delivery_failed", "vox-test-FB000001-1", "delivery_failed"),
    ],
)
async def test_a_signal_after_a_lost_act_is_noted(house: House, signal: str, argument: Any, kind: str) -> None:
    item = await house.settled_item("defect")
    if isinstance(argument, dict):
        argument = argument | {"key": (await house.links(item))[0]["key"]}
    await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    await house.loops.signal(f"feedback/{item}", signal, argument)

    async def noted() -> bool:
        return (await house.kinds(item))[-2:] == ["noted", kind]

    await until(noted, kind)
