"""No command of a workflow changes unnoticed: loops in flight would stand still at the first that differs."""

import pytest

from voxloop.tests.workflows.fingerprints import KEPT, of_all_workflows, of_source

ADVICE = """The workflows give other commands than those in flight were started with.
1. Put the change behind `workflow.patched`.
2. Record histories: PYTHONPATH=.import python tests/workflows/record_histories.py
3. Then refresh the fingerprint: PYTHONPATH=.import python tests/workflows/fingerprints.py"""

SMALL = """
from temporalio import workflow
from voxloop.activities.steps import Steps as Works

FIRST = (Works.begin, Works.end)

@workflow.defn(name="small")
class Small:
    @workflow.run
    async def run(self) -> None:
        for each in FIRST:
            await self._take(each)
        await workflow.wait_condition(lambda: self.told)
        workflow.upsert_search_attributes([])
        self.run_again()

    @workflow.signal(name="told")
    async def tell(self, what: str) -> None:
        self.told = what
        await self._take(Works.note)

    @workflow.query
    def plan(self) -> str:
        return self.told

    async def _take(self, activity):
        done = await workflow.execute_activity_method(activity)
        return done

    def run_again(self):
        if _is_long():
            workflow.continue_as_new()

def _is_long():
    return workflow.patched("long")
"""


def test_commands_are_those_kept() -> None:
    assert of_all_workflows() == KEPT.read_text("utf-8"), ADVICE


def test_commands_are_read_through_methods_functions_and_constants() -> None:
    assert of_source(SMALL) == {
        "Small": {
            "run": [
                *("Steps.begin", "Steps.end", "execute_activity_method()", "wait_condition()"),
                *("upsert_search_attributes()", "patched('long')", "continue_as_new()"),
            ],
            "signal told": ["Steps.note", "execute_activity_method()"],
            "query plan": [],
        }
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "await workflow.wait_condition(lambda: self.told)\n        workflow.upsert_search_attributes([])",
            "workflow.upsert_search_attributes([])\n        await workflow.wait_condition(lambda: self.told)",
            id="two commands swapped",
        ),
        pytest.param("Works.begin, Works.end", "Works.end, Works.begin", id="two activities swapped"),
        pytest.param("self._take(Works.note)", "self._take(Works.end)", id="another activity"),
        pytest.param("lambda: self.told)", "lambda: self.told, timeout=9)", id="a timer more"),
        pytest.param("        self.run_again()", "        pass", id="a method no longer called"),
        pytest.param('patched("long")', 'patched("longer")', id="another patch"),
        pytest.param('signal(name="told")', "signal", id="another signal"),
        pytest.param("@workflow.query", "@property", id="a query less"),
    ],
)
def test_other_commands_change_the_fingerprint(before: str, after: str) -> None:
    assert SMALL.count(before) == 1
    assert of_source(SMALL.replace(before, after)) != of_source(SMALL)


def test_a_workflow_has_the_commands_of_what_it_is_made_from() -> None:
    made = (
        SMALL.replace('@workflow.defn(name="small")\n', "")
        + """
@workflow.defn
class Smaller(Small):
    pass
"""
    )
    assert of_source(made) == {"Smaller": of_source(SMALL)["Small"]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("done", "finished"),
        ("_take", "_work"),
        ("Works", "Steps"),
        ("_is_long", "_is_too_long"),
        ("self, what", "self, news"),
    ],
)
def test_other_words_do_not(before: str, after: str) -> None:
    assert before in SMALL
    assert of_source(SMALL.replace(before, after)) == of_source(SMALL)
