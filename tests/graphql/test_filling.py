"""Forms, closing reasons and surveys over the API, on items whose loops run."""

from typing import Any

import pytest

from voxloop.tests.graphql.api import Api
from voxloop.tests.workflows.house import House

FORM = """query ($code: String!, $language: Language) { feedback(code: $code) { step { required form {
  key title(language: $language) kind required requiredFor min max options { key title(language: $language) } } } } }"""
AFTERWARDS = """query ($code: String!) { feedback(code: $code) { closingReason { key title }
  process { reasons { key title } } survey { kind round askedAt answeredAt score comment }
  steps { step fields } timeline { kind sentence } } }"""


class Story:
    """A key customer's defect, and what is done to it."""

    def __init__(self, api: Api, house: House, code: str) -> None:
        self.api, self.house, self.code, self.keys = api, house, code, 0

    async def do(self, act: str, by: str = "manager", **given: Any) -> dict[str, Any]:
        self.keys += 1
        known = {"id": self.code, "key": f"k{self.keys}"}
        done = await self.api.do(act, by, "stage outcome step { step }", **known | given)
        assert done["userErrors"] == []
        await self.house.settle()
        item: dict[str, Any] = done["feedback"]
        return item

    async def refused(self, act: str, by: str = "manager", **given: Any) -> list[tuple[str, list[str] | None]]:
        self.keys += 1
        return await self.api.refused(act, by, **{"id": self.code, "key": f"k{self.keys}"} | given)

    async def item(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.api.ask(AFTERWARDS, code=self.code))["feedback"]
        return found


@pytest.fixture
async def story(living: Api, house: House) -> Story:
    item = await house.settled_item("defect", text="扫地机充不进电", customer_ref="C0004")
    return Story(living, house, (await house.row(item))["code"])


async def closed(story: Story) -> None:
    await story.do("completeStep", outcome="not_a_defect", fields={"root_cause": "充电座没有通电"})
    await story.do("reply", text="充电座需要先接通电源。")


async def test_a_form_is_shown_with_all_it_takes(story: Story) -> None:
    step = (await story.api.ask(FORM, code=story.code, language="EN"))["feedback"]["step"]
    cause, kind, version = step["form"]
    assert step["required"] == ["root_cause"]
    assert (cause["title"], cause["kind"], cause["required"]) == ("Root cause", "LONG_TEXT", True)
    assert {"key": "software", "title": "Software"} in kind["options"]
    assert (version["kind"], version["max"]) == ("TEXT", 50)


@pytest.mark.parametrize(
    ("fields", "refusals"),
    [
        ({"root_cause": 1}, [("NOT_A_TEXT", ["fields", "root_cause"])]),
        ({"root_cause": "x", "defect_class": "magic"}, [("UNKNOWN_VALUE", ["fields", "defect_class"])]),
        ({"root_cause": "x", "rootcause": "y"}, [("UNKNOWN_FIELD", ["fields", "rootcause"])]),
        (
            {"fix_version": "x" * 51},
            [("REQUIRED", ["fields", "root_cause"]), ("TOO_LONG", ["fields", "fix_version"])],
        ),
    ],
)
async def test_each_wrong_field_is_refused(
    story: Story, fields: dict[str, Any], refusals: list[tuple[str, list[str]]]
) -> None:
    assert await story.refused("completeStep", outcome="fixed", fields=fields) == refusals
    assert (await story.item())["steps"][-1]["step"] == "repair"


async def test_what_an_outcome_needs_is_asked_for_that_outcome_alone(story: Story) -> None:
    assert (await story.do("completeStep", outcome="fixed", fields={"root_cause": "触点"}))["step"]["step"] == "verify"
    assert await story.refused("completeStep", outcome="failed", fields={"samples": 3}) == [
        ("REQUIRED", ["fields", "shortcomings"])
    ]
    assert (await story.do("completeStep", outcome="passed", fields={"samples": 3}))["step"]["step"] == "reply"
    assert (await story.item())["steps"][1]["fields"] == {"samples": 3}


async def test_the_same_key_is_answered_though_the_item_has_moved_on(story: Story) -> None:
    given: dict[str, Any] = {"outcome": "fixed", "fields": {"root_cause": "触点"}, "key": "once"}
    first, again = await story.do("completeStep", **given), await story.do("completeStep", **given)
    assert first["step"]["step"] == again["step"]["step"] == "verify"


async def test_fields_of_a_reply_need_a_reply_step(story: Story) -> None:
    assert await story.refused("reply", text="请稍候", fields={"a": "b"}) == [("WRONG_STEP", ["fields"])]
    assert (await story.do("reply", text="请稍候"))["step"]["step"] == "repair"


async def test_whoever_gives_up_says_why(story: Story) -> None:
    assert await story.refused("cancel") == [("REASON_NEEDED", ["closingReason"])]
    assert await story.refused("cancel", closingReason="bored") == [("UNKNOWN_REASON", ["closingReason"])]
    assert await story.refused("cancel", closingReason="No Reply") == [("BAD_KEY", ["closingReason"])]
    assert (await story.do("cancel", closingReason="given_up"))["outcome"] == "CANCELLED"
    item = await story.item()
    assert item["closingReason"] == {"key": "given_up", "title": "The customer no longer needs it"}
    assert "no_fault" in [reason["key"] for reason in item["process"]["reasons"]]
    assert item["survey"] is None


async def test_items_are_found_by_their_closing_reason(story: Story) -> None:
    await story.do("cancel", closingReason="registered_elsewhere")
    document = """query ($where: FeedbackWhere) { feedbacks(where: $where, first: 50) {
      nodes { code closingReason { title } } } }"""
    where = {"closingReason": {"eq": "registered_elsewhere"}}
    found = (await story.api.ask(document, where=where))["feedbacks"]["nodes"]
    assert {"code": story.code, "closingReason": {"title": "Registered elsewhere"}} in found


async def test_the_customer_answers_the_survey_once(story: Story) -> None:
    assert await story.refused("answerSurvey", score=5) == [("NOT_ASKED", None)]
    await closed(story)
    item = await story.item()
    assert (item["closingReason"]["key"], item["survey"]["kind"], item["survey"]["score"]) == ("no_fault", "CSAT", None)
    assert await story.refused("answerSurvey", score=6) == [("OUT_OF_RANGE", ["score"])]
    assert await story.refused("answerSurvey", score=-1) == [("OUT_OF_RANGE", ["score"])]
    await story.do("answerSurvey", score=5, comment="很快")
    assert await story.refused("answerSurvey", score=4) == [("ALREADY_ANSWERED", None)]
    item = await story.item()
    assert (item["survey"]["score"], item["survey"]["comment"], item["survey"]["round"]) == (5, "很快", 1)
    assert item["timeline"][-1]["sentence"].endswith(" answered the survey: 5.")
    assert all("{" not in event["sentence"] and "–" not in event["sentence"] for event in item["timeline"][-3:])
