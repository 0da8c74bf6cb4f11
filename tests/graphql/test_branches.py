"""Several steps at once, as a frontend shows and does them: whose they are, by when, and what became of each."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from voxloop.domain.identity import uuid_of
from voxloop.domain.loop import Verb
from voxloop.domain.rights import SHOWN_TO_CUSTOMERS
from voxloop.store import queues
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.watching import open_watchers
from voxloop.tests.workflows.branching import SAFETY, published
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.moving import publish

BRANCHES = """step { step kind title(language: EN) dueAt owner { key } branches {
  step kind title(language: EN) team { key } owner { key } dueAt acceptedAt
  endedAt outcome outcomes outcomeTitle(language: EN) outcomeChoices { key title(language: ZH_CN) } required
  fields form { key } } }"""
WORK = "query ($of: Work) { myWork(of: $of) { nodes { code } } }"
LIST = "query ($where: FeedbackWhere) { feedbacks(where: $where) { nodes { code } } }"
TIMELINE = """query ($code: String!, $language: Language) { feedback(code: $code) {
  timeline { kind sentence(language: $language) } steps { step outcome branches { step outcome owner { key } } } } }"""
FORM = yaml.safe_load("""
- {key: verdict, kind: choice, title: {zh-CN: 结论, en: Verdict}, options: [{key: fine, title: {zh-CN: 好, en: Fine}}]}
""")
QUALITY, DESIGN, SUPPLIER = SAFETY["steps"][0]["branches"]
[LOOK, *OTHERS] = SAFETY["steps"]
ASKED = {**DESIGN, "assign": "manual", "form": FORM}
TITLES = {"safe": {"zh-CN": "没有风险", "en": "Without risk"}}
RISK = {**SAFETY, "outcomes": TITLES, "steps": [{**LOOK, "branches": [QUALITY, ASKED, SUPPLIER]}, *OTHERS]}


class Risk:
    """An item that three look into at once."""

    def __init__(self, api: Api, house: House, code: str) -> None:
        self.api, self.house, self.code, self.keys = api, house, code, 0

    async def branches(self) -> dict[str, dict[str, Any]]:
        found = await self.api.ask(f'{{ feedback(code: "{self.code}") {{ {BRANCHES} }} }}')
        return {branch["step"]: branch for branch in found["feedback"]["step"]["branches"]}

    async def do(self, act: str, by: str, **given: Any) -> list[str]:
        """An act; answers the codes of why it was refused."""
        self.keys += 1
        done = await self.api.do(act, by, BRANCHES, **{"id": self.code, "key": f"k{self.keys}"} | given)
        return [error["code"] for error in done["userErrors"]]

    async def waiting(self, team: str) -> int:
        """How many wait in the queue of a team."""
        async with self.house.sessions.connect() as session:
            return (await queues.sizes(session)).get(team, 0)

    async def listed(self, by: str, document: str = WORK, **variables: Any) -> bool:
        [found] = (await self.api.ask(document, by, **variables)).values()
        return self.code in [node["code"] for node in found["nodes"]]


@pytest.fixture
async def risk(living: Api, house: House, request: pytest.FixtureRequest) -> AsyncIterator[Risk]:
    async with published(house, RISK):
        given = {"text": "建议增加童锁，有安全隐患", "channel": "APP", "scenario": "suggestion"}
        done = await living.do("submitFeedback", "web", "id code", key=request.node.name, **given)
        item = uuid_of("Feedback", done["feedback"]["id"])
        assert item is not None
        house.items.append(item)
        await house.settle()
        yield Risk(living, house, done["feedback"]["code"])
        await house.settle()
        house.items.remove(item)


async def test_a_parallel_step_shows_its_branches(risk: Risk) -> None:
    found = await risk.branches()
    assert [(each["title"], each["kind"]) for each in found.values()] == [
        ("Quality check", "TASK"),
        ("Design review", "TASK"),
        ("Supplier", "LINKED"),
    ]
    quality, design, supplier = found.values()
    assert (quality["team"], quality["outcomes"], quality["required"]) == (
        {"key": "rd_bugfix"},
        ["safe", "unsafe"],
        ["cause"],
    )
    named = [("safe", "没有风险"), ("unsafe", "unsafe")]
    assert [(each["key"], each["title"]) for each in quality["outcomeChoices"]] == named
    assert quality["owner"] is not None
    assert quality["dueAt"] < design["dueAt"]
    assert (design["owner"], supplier["team"], supplier["dueAt"]) == (None, None, None)


async def test_a_member_does_her_branch(risk: Risk) -> None:
    assert await risk.do("accept", "zhou_ming") == ["STEP_NEEDED"]
    assert await risk.do("accept", "zhou_ming", step="nothing") == ["STEP_NOT_OPEN"]
    assert await risk.do("accept", "zhou_ming", step="no key") == ["BAD_KEY"]
    assert await risk.do("accept", "zhou_ming", step="quality") == []
    quality = (await risk.branches())["quality"]
    assert (quality["owner"], quality["acceptedAt"] is not None) == ({"key": "zhou_ming"}, True)
    safe = {"step": "quality", "outcome": "safe", "fields": {"cause": "误报"}}
    assert await risk.do("completeStep", "zhou_ming", **safe) == []
    quality = (await risk.branches())["quality"]
    assert (quality["outcome"], quality["outcomeTitle"]) == ("safe", "Without risk")
    assert quality["endedAt"] is not None
    told = (await risk.api.ask(TIMELINE, code=risk.code, language="ZH_CN"))["feedback"]["timeline"]
    assert "结果：没有风险" in next(event["sentence"] for event in told if event["kind"] == "completed")
    assert quality["fields"] == {"cause": "误报"}


async def test_how_a_branch_ended_has_its_name_after_it_began_again_under_another_version(risk: Risk) -> None:
    safe = {"step": "quality", "outcome": "safe", "fields": {"cause": "误报"}}
    assert await risk.do("completeStep", "zhou_ming", **safe) == []
    [item] = risk.house.items
    await risk.house.act(item, Verb.CANCEL)
    nameless = await publish(risk.house.sessions, SAFETY)
    await risk.house.act(item, Verb.MIGRATE, document=nameless)
    await risk.house.act(item, Verb.REOPEN)
    await risk.house.settle()
    told = (await risk.api.ask(TIMELINE, code=risk.code, language="ZH_CN"))["feedback"]["timeline"]
    assert "结果：没有风险" in next(event["sentence"] for event in told if event["kind"] == "completed")


async def test_whoever_has_the_whole_takes_on_no_other_teams_branch(risk: Risk) -> None:
    assert await risk.do("accept", "li_na", step="quality") == ["FORBIDDEN"]
    assert (await risk.branches())["quality"]["acceptedAt"] is None


async def test_what_nobody_named_is_said_in_words(risk: Risk) -> None:
    done = await risk.api.do("accept", "manager", id=risk.code, key="unnamed")
    [error] = done["userErrors"]
    assert (error["field"], error["params"]) == (["step"], {"steps": "quality, design, supplier"})
    assert error["message"] == "Several steps are open: say which one is meant. Open: quality, design, supplier."


async def test_what_is_filled_in_answers_the_form_of_the_branch(risk: Risk) -> None:
    assert [field["key"] for field in (await risk.branches())["design"]["form"]] == ["verdict"]
    agreed = {"step": "design", "outcome": "agreed"}
    assert await risk.do("completeStep", "manager", **agreed, fields={"verdict": "odd"}) == ["UNKNOWN_VALUE"]
    assert await risk.do("completeStep", "manager", **agreed, fields={"cause": "误报"}) == ["UNKNOWN_FIELD"]
    assert await risk.do("completeStep", "manager", **agreed, fields={"verdict": "fine"}) == []
    assert (await risk.branches())["design"]["fields"] == {"verdict": "fine"}
    only = {"outcome": "safe", "fields": {"cause": 1}}  # of the only one left; no step is named
    assert await risk.do("completeStep", "manager", **only) == ["NOT_A_TEXT"]


async def test_a_branch_is_claimed_from_its_teams_queue(risk: Risk) -> None:
    waited = await risk.waiting("product"), await risk.waiting("quality"), await risk.waiting("customer_service")
    assert await risk.do("reassign", "manager", step="design", team="quality") == []
    given = {"team": "quality", "key": risk.code}
    for _ in range(2):  # repeated under its key it is the same
        done = await risk.api.do("claimNext", "sun_yi", BRANCHES, **given)
        assert done["userErrors"] == []
        owners = {branch["step"]: branch["owner"] for branch in done["feedback"]["step"]["branches"]}
        assert owners["design"] == {"key": "sun_yi"}
    now = await risk.waiting("product"), await risk.waiting("quality"), await risk.waiting("customer_service")
    assert now == (waited[0] - 1, waited[1], waited[2])


async def test_a_branch_is_due_when_somebody_says_so(risk: Risk) -> None:
    at = f"{datetime.now(UTC) + timedelta(days=900):%Y-%m-%dT%H:%M:%SZ}"
    assert await risk.do("setDueDate", "manager", clock="RESPOND", at=at) == ["CLOCK_NOT_RUNNING"]
    assert await risk.do("setDueDate", "manager", clock="RESPOND", step="design", at=at) == []
    assert await risk.do("setDueDate", "manager", clock="FINISH", step="quality", at=at) == []
    assert (await risk.branches())["quality"]["dueAt"] == at


async def test_a_branch_is_handed_to_another_department(risk: Risk) -> None:
    assert await risk.do("reassign", "manager", member="zhou_ming") == ["STEP_NEEDED"]
    assert await risk.do("reassign", "manager", step="design", member="li_na") == ["NOT_FOUND"]
    assert await risk.do("reassign", "manager", step="quality", member="zhou_ming") == []
    assert await risk.do("reassign", "manager", step="design", team="quality", member="sun_yi") == []
    design = (await risk.branches())["design"]
    assert (design["team"], design["owner"]) == ({"key": "quality"}, {"key": "sun_yi"})


async def test_who_has_a_branch_sees_the_item_and_finds_it_in_her_work(risk: Risk) -> None:
    assert not await risk.listed("sun_yi", LIST)
    assert await risk.do("reassign", "manager", step="design", team="quality") == []
    assert await risk.listed("sun_yi", LIST)
    assert await risk.listed("sun_yi", of="TEAM")
    assert not await risk.listed("sun_yi", of="MINE")
    assert await risk.do("accept", "sun_yi", step="design") == []
    assert await risk.listed("sun_yi", of="MINE")
    assert not await risk.listed("sun_yi", of="TEAM")
    assert not await risk.listed("li_na", of="BOTH")  # the whole stands with her team, where nobody has to do anything
    assert await risk.do("completeStep", "sun_yi", step="design", outcome="agreed") == []
    assert not await risk.listed("sun_yi", of="BOTH")
    assert await risk.listed("sun_yi", LIST)  # she has worked on it


async def test_nobody_takes_the_branch_of_another_team(risk: Risk) -> None:
    assert await risk.do("accept", "zhou_ming", step="design") == ["FORBIDDEN"]
    assert (await risk.branches())["design"]["owner"] is None


async def test_an_item_that_waits_for_its_branches_is_nobodys_to_claim(risk: Risk) -> None:
    done = await risk.api.do("claimNext", "li_na", "code", team="customer_service", key=f"{risk.code} as a whole")
    assert (done["feedback"] or {}).get("code") != risk.code
    assert [error["code"] for error in done["userErrors"]] in ([], ["NOTHING_WAITS"])


async def test_members_of_a_branchs_team_can_be_mentioned(risk: Risk) -> None:
    note = {"text": "请看一下", "mentions": ["sun_yi"]}
    assert await risk.do("addNote", "manager", **note) == ["CANNOT_SEE"]
    assert await risk.do("reassign", "manager", step="design", team="quality") == []
    assert await risk.do("addNote", "manager", **note) == []


async def test_a_branch_comes_into_a_live_queue_and_leaves_it(risk: Risk) -> None:
    document = """subscription ($of: Work) { myWorkChanged(of: $of) { initial removed changed {
      code step { branches { step owner { key } } } } } }"""
    async with open_watchers(risk.api) as watchers, watchers.watch(document, "sun_yi", of="TEAM") as stream:
        assert risk.code not in [state["code"] for state in (await stream.next())["changed"]]
        assert await risk.do("reassign", "manager", step="design", team="quality") == []
        [come] = (await stream.next())["changed"]
        assert come["code"] == risk.code
        assert {"step": "design", "owner": None} in come["step"]["branches"]
        assert await risk.do("accept", "sun_yi", step="design") == []
        assert len((await stream.next())["removed"]) == 1


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"branchTeam": {"eq": "rd_bugfix"}}, True),
        ({"branchTeam": {"in": ["product", "sales"]}}, True),
        ({"branchTeam": {"eq": "sales"}}, False),
        ({"branchTeam": {"isNull": True}}, False),
        ({"branchOwner": {"eq": "li_na"}}, False),
        ({"branchOwner": {"isNull": False}}, True),
        ({"owner": {"isNull": True}, "team": {"eq": "customer_service"}}, True),
    ],
)
async def test_items_are_found_by_who_has_their_branches(risk: Risk, where: dict[str, Any], found: bool) -> None:
    assert await risk.listed("manager", LIST, where=where) is found


async def test_the_timeline_names_the_branches(risk: Risk, house: House) -> None:
    assert await risk.do("accept", "zhou_ming", step="quality") == []
    unsafe = {"step": "quality", "outcome": "unsafe", "fields": {"cause": "短路"}}
    assert await risk.do("completeStep", "zhou_ming", **unsafe) == []
    assert await risk.do("completeStep", "manager", step="design", outcome="agreed") == []
    await house.move_links(house.items[-1], "done", "srm")
    item = (await risk.api.ask(TIMELINE, code=risk.code, language="EN"))["feedback"]
    told = {event["kind"]: event["sentence"] for event in item["timeline"]}
    assert told["branched"].startswith("“Look into it” began, several steps at once: Quality check (")
    assert told["branched"].endswith("Design review (Product management), Supplier.")
    assert told["accepted"] == "Zhou Ming accepted “Quality check”."
    assert told["linked_item_changed"].endswith(
        " With that, this has ended: Supplier. With that, “Look into it” has ended."
    )
    look = item["steps"][0]
    assert (look["outcome"], [branch["outcome"] for branch in look["branches"]]) == (
        "recall",
        ["unsafe", "agreed", "done"],
    )
    shown = (await risk.api.ask(TIMELINE, "web", code=risk.code, language="EN"))["feedback"]["timeline"]
    assert {event["kind"] for event in shown} <= SHOWN_TO_CUSTOMERS
    chinese = (await risk.api.ask(TIMELINE, code=risk.code, language="ZH_CN"))["feedback"]
    assert all("{" not in event["sentence"] for event in chinese["timeline"])


async def test_what_others_have_to_do_too_is_put_aside_by_nobody(risk: Risk) -> None:
    at = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert await risk.do("snoozeFeedback", "manager", until=at) == ["WRONG_STEP"]
