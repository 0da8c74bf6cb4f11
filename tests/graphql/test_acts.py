"""Acts on an item whose loop runs: what everybody does from the submission to the end, and what is refused."""

from typing import Any

import pytest

from voxloop.tests.graphql.api import Api
from voxloop.tests.workflows.house import House, until

NOW = "code version stage round outcome step { step acceptedAt } owner { key }"
DEFECT = {"text": "扫地机充不进电，打不开", "channel": "APP", "scenario": "defect", "product": "robot_vacuum_x5"}


class Story:
    """One item and what is done to it, each time under a new key."""

    def __init__(self, api: Api, house: House, code: str) -> None:
        self.api, self.house, self.code, self.keys = api, house, code, 0

    async def do(self, act: str, by: str, **given: Any) -> dict[str, Any]:
        """An act that must succeed; answers the item."""
        self.keys += 1
        done = await self.api.do(act, by, NOW, **{"id": self.code, "key": f"k{self.keys}"} | given)
        assert done["userErrors"] == []
        await self.house.settle()
        item: dict[str, Any] = done["feedback"]
        return item

    async def refused(self, act: str, by: str, **given: Any) -> list[tuple[str, list[str] | None]]:
        """An act that must be refused."""
        self.keys += 1
        return await self.api.refused(act, by, **{"id": self.code, "key": f"k{self.keys}"} | given)


@pytest.fixture
async def story(living: Api, house: House, request: pytest.FixtureRequest) -> Story:
    done = await living.do("submitFeedback", "web", key=request.node.name, **DEFECT)
    code = done["feedback"]["code"]
    await house.settle()

    async def started() -> bool:
        answer = await living.ask(f'{{ feedback(code: "{code}") {{ step {{ step }} }} }}')
        return answer["feedback"]["step"] is not None

    await until(started, f"{code} stands at a step")
    return Story(living, house, code)


async def test_a_defect_from_submission_to_confirmation(story: Story) -> None:
    assert (await story.do("accept", "zhou_ming"))["owner"] == {"key": "zhou_ming"}
    fixed = await story.do("completeStep", "zhou_ming", outcome="fixed", fields={"root_cause": "电池触点"})
    assert fixed["step"]["step"] == "reply"
    answered = await story.do("reply", "manager", text="已修复，请升级固件。")
    assert (answered["stage"], answered["step"]["step"]) == ("ANSWERED", "confirm")
    closed = await story.do("confirm", "web", satisfied=True, comment="谢谢")
    assert (closed["stage"], closed["outcome"], closed["step"]) == ("CLOSED", "SOLVED", None)
    again = await story.do("reopen", "web", comment="又坏了")
    assert (again["stage"], again["round"]) == ("WORKING", 2)

    document = """query ($code: String!, $language: Language) { feedback(code: $code) {
      timeline { kind actorKind actor sentence(language: $language) } decision { fired engine facts }
      messages { direction text author } steps { step outcome } process { key version title } } }"""
    for language in ("ZH_CN", "EN"):
        item = (await story.api.ask(document, code=story.code, language=language))["feedback"]
        sentences = {event["kind"]: event["sentence"] for event in item["timeline"]}
        assert all(text and "{" not in text for text in sentences.values())
    assert sentences["accepted"] == "Zhou Ming accepted “Repair”."
    assert "Step “Customer confirms” began." in [event["sentence"] for event in item["timeline"]]
    assert sentences["confirmed"] == "The customer confirmed that the answer helped."
    confirmed = next(event for event in item["timeline"] if event["kind"] == "confirmed")
    assert (confirmed["actorKind"], confirmed["actor"]) == ("CUSTOMER", "web")
    assert item["process"] == {"key": "product_defect", "version": 1, "title": "Product defect"}
    assert ("IN", "又坏了", "customer:web") in [
        (message["direction"], message["text"], message["author"]) for message in item["messages"]
    ]


async def test_the_same_key_does_nothing_twice(story: Story) -> None:
    first = await story.do("reply", "manager", text="收到", public=False, key="note")
    again = await story.do("reply", "manager", text="收到", public=False, key="note")
    assert again["version"] == first["version"]
    assert await story.refused("reply", "manager", text="别的", public=False, key="note") == [("KEY_REUSED", ["key"])]


async def test_what_the_loop_refuses(story: Story) -> None:
    assert await story.refused("reopen", "manager") == [("NOT_CLOSED", None)]
    assert await story.refused("confirm", "web", satisfied=True) == [("NOT_ASKED", None)]
    assert await story.refused("completeStep", "manager", outcome="magic") == [("UNKNOWN_OUTCOME", ["outcome"])]
    blank = await story.refused("completeStep", "manager", outcome="fixed", fields={"root_cause": "  "})
    assert blank == [("REQUIRED", ["fields", "root_cause"])]
    unreadable = await story.refused("completeStep", "manager", outcome="fixed", fields={"root_cause": "a\u0000"})
    assert unreadable == [("UNREADABLE", ["fields", "root_cause"])]
    assert await story.refused("accept", "manager", expect=1) == [("CHANGED_MEANWHILE", ["expect"])]
    assert await story.refused("accept", "manager", expect=99) == [("CHANGED_MEANWHILE", ["expect"])]
    version = (await story.do("accept", "zhou_ming"))["version"]
    assert await story.refused("accept", "zhou_ming", expect=version) == [("ALREADY_ACCEPTED", None)]
    done = await story.api.do("completeStep", "manager", id=story.code, key="m", outcome="magic")
    assert done["userErrors"][0]["message"].startswith("“magic” is no outcome of this step. Possible: fixed")


async def test_what_never_reaches_the_loop(story: Story) -> None:
    assert await story.refused("accept", "manager", id="FB-999999") == [("NOT_FOUND", ["id"])]
    assert await story.refused("accept", "manager", id="nothing") == [("NOT_FOUND", ["id"])]
    assert await story.refused("accept", "sun_yi") == [("NOT_FOUND", ["id"])]
    assert await story.refused("accept", "manager", key="") == [("REQUIRED", ["key"])]
    assert await story.refused("accept", "web") == [("FORBIDDEN", None)]
    assert await story.refused("cancel", "zhou_ming") == [("FORBIDDEN", None)]
    assert await story.refused("reply", "manager", text=" ") == [("REQUIRED", ["text"])]
    assert await story.refused("completeStep", "manager", outcome="x", fields={"A": 1}) == [("BAD_FIELDS", ["fields"])]
    assert await story.refused("reassign", "manager") == [("REQUIRED", ["team"])]
    assert await story.refused("reassign", "manager", team="nobody") == [("NOT_FOUND", ["team"])]
    assert await story.refused("reassign", "manager", member="li_na") == [("NOT_FOUND", ["member"])]


async def test_handing_on_and_giving_up(story: Story) -> None:
    moved = await story.do("reassign", "manager", team="quality", member="sun_yi")
    assert moved["owner"] == {"key": "sun_yi"}
    assert (await story.do("accept", "sun_yi"))["owner"] == {"key": "sun_yi"}
    cancelled = await story.do("cancel", "manager", reason="重复", closingReason="given_up")
    assert cancelled["stage"] == "CLOSED"


async def test_the_other_department_moves_a_linked_item(story: Story) -> None:
    await story.do("accept", "zhou_ming")
    waiting = await story.do("completeStep", "zhou_ming", outcome="needs_release", fields={"root_cause": "固件"})
    assert waiting["stage"] == "WAITING_LINKED"
    links = "query ($code: String!) { feedback(code: $code) { linkedItems { key state } step { step } } }"
    linked = (await story.api.ask(links, code=story.code))["feedback"]
    [item] = [each for each in linked["linkedItems"] if each["state"] == "OPEN"]
    document = """mutation ($input: AdvanceLinkedItemInput!) { done: advanceLinkedItem(input: $input) {
      linkedItem { key } userErrors { code field } } }"""
    wish = {"id": item["key"], "state": "DONE", "key": "release", "note": "5.1.3"}
    for _ in range(2):
        done = (await story.api.ask(document, "zhou_ming", input=wish))["done"]
        assert done == {"linkedItem": {"key": item["key"]}, "userErrors": []}
    for by, id_ in (("sun_yi", item["key"]), ("zhou_ming", "a\u0000")):
        hidden = (await story.api.ask(document, by, input=wish | {"id": id_}))["done"]
        assert hidden == {"linkedItem": None, "userErrors": [{"code": "NOT_FOUND", "field": ["id"]}]}
    other = (await story.api.ask(document, "zhou_ming", input=wish | {"state": "REFUSED"}))["done"]
    assert other["userErrors"] == [{"code": "KEY_REUSED", "field": ["key"]}]

    async def moved_on() -> bool:
        await story.house.relay.carry()
        step = (await story.api.ask(links, code=story.code))["feedback"]["step"]
        return step is not None and bool(step["step"] == "reply")

    await until(moved_on, "the reply after the release")


TIMELINE = """query ($code: String!) { feedback(code: $code) { tags type priority steps { step waitingSince }
  messages { direction text } timeline { kind zh: sentence(language: ZH_CN) en: sentence(language: EN) detail } } }"""


async def test_waiting_for_the_customer_and_putting_things_right(story: Story) -> None:
    waiting = await story.do("waitForCustomer", "zhou_ming", text="机身批次号是多少？")
    assert (waiting["stage"], waiting["step"]["step"]) == ("WAITING_CUSTOMER", "repair")
    assert await story.refused("waitForCustomer", "zhou_ming") == [("ALREADY_WAITING", None)]
    item = (await story.api.ask(TIMELINE, code=story.code))["feedback"]
    assert item["steps"][0]["waitingSince"] is not None
    assert {"direction": "OUT", "text": "机身批次号是多少？"} in item["messages"]
    assert (await story.do("customerReply", "web", text="X5-2026-09"))["stage"] == "WORKING"
    await story.do("waitForCustomer", "zhou_ming")
    assert (await story.do("resume", "zhou_ming"))["stage"] == "WORKING"
    await story.do("changePriority", "zhou_ming", priority="URGENT")
    await story.do("accept", "zhou_ming")
    await story.do("changeType", "zhou_ming", type="COMPLAINT")
    await story.do("addNote", "zhou_ming", text="电话联系过")
    await story.do("addTag", "zhou_ming", tag="  电池   批次 ")
    await story.do("addTag", "zhou_ming", tag="退货")
    await story.do("removeTag", "zhou_ming", tag="退货")
    spam = await story.do("markSpam", "zhou_ming", reason="广告")
    assert (spam["stage"], spam["outcome"]) == ("CLOSED", "SPAM")
    item = (await story.api.ask(TIMELINE, code=story.code))["feedback"]
    assert (item["tags"], item["type"], item["priority"]) == (["电池 批次"], "COMPLAINT", "URGENT")
    said = {event["kind"]: event["en"] for event in item["timeline"]}
    assert said["waiting"] == "Zhou Ming waits for the customer."
    assert said["resumed"] == "Zhou Ming goes on with “Repair”."
    assert said["priority_changed"] == "Zhou Ming changed the priority from “Normal” to “Urgent”."
    assert said["type_changed"] == "Zhou Ming corrected the type from “Defect” to “Complaint”."
    assert said["tagged"] == "Zhou Ming added the tag “退货”."
    assert said["marked_spam"] == "Zhou Ming marked it as spam."
    assert all(event["zh"] != event["en"] and "{" not in event["zh"] for event in item["timeline"])
    assert (await story.do("reopen", "web"))["step"]["step"] == "repair"


async def test_a_choice_tells_why(living: Api, house: House) -> None:
    praise: dict[str, Any] = {
        "text": "很好用",
        "channel": "APP",
        "scenario": "praise",
        "key": "thanked",
        "customer": {"ref": "C0004"},
    }
    code = (await living.do("submitFeedback", "web", **praise))["feedback"]["code"]

    async def closed() -> bool:
        await house.relay.carry()
        return bool((await living.ask(f'{{ feedback(code: "{code}") {{ stage }} }}'))["feedback"]["stage"] == "CLOSED")

    await until(closed, "closed")
    item = (await living.ask(TIMELINE, code=code))["feedback"]
    [chosen] = [event for event in item["timeline"] if event["kind"] == "chosen"]
    assert chosen["en"] == (
        "“By customer level” led to “Pass it on to the account owner”: customer level is one of Strategic, VIP."
    )
    assert chosen["zh"] == "“按客户等级”转到“转告客户经理”，因为：客户等级为战略客户、VIP 客户之一。"
    assert chosen["detail"]["facts"] == {"customer_level": "vip"}
    assert item["tags"] == ["key_customer"]
