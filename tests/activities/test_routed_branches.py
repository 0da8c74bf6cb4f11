"""A route names the team of the first task, also where that is a branch."""

from typing import Any

from voxloop.store import documents, steps
from voxloop.tests.activities.hand import begin
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

TITLE = {"zh-CN": "甲", "en": "A"}


def branch(key: str, team: str) -> dict[str, Any]:
    return {"key": key, "kind": "task", "title": TITLE, "team": team, "outcomes": ["done"]}


BODY = {
    "key": "aside",
    "title": TITLE,
    "reopen_for": "7d",
    "steps": [
        {
            "key": "both",
            "kind": "parallel",
            "title": TITLE,
            "branches": [branch("first", "product"), branch("second", "rd_bugfix")],
            "outcomes": {"done": "after"},
        },
        {"key": "after", "kind": "task", "title": TITLE, "team": "sales", "outcomes": {"done": "close"}},
    ],
}


async def test_the_first_branch_goes_to_the_team_that_a_rule_names(parts: Parts) -> None:
    async with parts.means.sessions.begin() as session:
        await documents.publish(session, "process", "aside", BODY, "test")
    to_quality = rule("all", {"route": {"process": "aside", "team": "quality", "member": "sun_yi"}})
    async with published(parts.means.sessions, to_quality):
        hand = await begin(parts, "suggestion")
    async with parts.means.sessions.begin() as session:
        teams = {run["step"]: run["team"] for run in await steps.of_items(session, [hand.item])}
    assert (teams["first"], teams["second"]) == ("quality", "rd_bugfix")
    assert {each.step: each.owner for each in hand.plan.branches} == {"first": "sun_yi", "second": None}
