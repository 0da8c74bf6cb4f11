"""Links, duplicates, followers and mentions, as frontends see them: nobody hears of an item that she may not see."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from voxloop.domain.identity import new_id, uuid_of
from voxloop.domain.relations import LinkKind
from voxloop.domain.viewer import Role
from voxloop.tests.graphql.api import Api
from voxloop.tests.workflows.house import House

DEFECT = {"channel": "APP", "scenario": "defect", "product": "robot_vacuum_x5"}
TEXT = "扫地机充不进电，打不开，按键没有反应"


class Desk:
    """Where items come in and are acted on, each act under a new key."""

    def __init__(self, api: Api, house: House) -> None:
        self.api, self.house = api, house

    async def item(self, text: str = TEXT, scenario: str = "defect") -> str:
        given = DEFECT | {"text": text, "scenario": scenario, "key": str(new_id())}
        code: str = (await self.api.do("submitFeedback", "web", **given))["feedback"]["code"]
        row = await self.api.ask(f'{{ feedback(code: "{code}") {{ id }} }}')
        id_ = uuid_of("Feedback", row["feedback"]["id"])
        assert id_ is not None
        self.house.items.append(id_)
        await self.house.settle()
        return code

    async def do(self, act: str, item: str, by: str = "manager", **given: Any) -> None:
        done = await self.api.do(act, by, id=item, key=str(new_id()), **given)
        assert done["userErrors"] == []
        await self.house.settle()

    async def refused(self, act: str, item: str, by: str = "manager", **given: Any) -> list[Any]:
        return await self.api.refused(act, by, id=item, key=str(new_id()), **given)

    async def refused_or_done(self, act: str, item: str, other: str, kind: LinkKind) -> list[str]:
        done = await self.api.do(act, "manager", id=item, key=str(new_id()), other=other, kind=kind.name)
        return [error["code"] for error in done["userErrors"]]

    async def see(self, item: str, select: str, by: str = "admin") -> Any:
        return (await self.api.ask(f'{{ feedback(code: "{item}") {{ {select} }} }}', by))["feedback"]


@pytest.fixture
async def desk(living: Api, house: House) -> AsyncIterator[Desk]:
    yield Desk(living, house)
    await house.clean()


async def test_a_link_is_read_from_both_sides(desk: Desk) -> None:
    first, second = await desk.item(), await desk.item()
    await desk.do("linkFeedback", first, other=second, kind="CAUSED_BY")
    select = "links { kind direction actor item { code stage } } timeline { kind sentence(language: EN) }"
    here, there = await desk.see(first, select), await desk.see(second, select)
    [link], [back] = here["links"], there["links"]
    assert (link["kind"], link["direction"], link["item"]["code"]) == ("CAUSED_BY", "TO", second)
    assert (back["kind"], back["direction"], back["item"]["code"]) == ("CAUSED_BY", "FROM", first)
    assert here["timeline"][-1]["sentence"] == f"manager linked it with {second}: caused by it."
    await desk.do("unlinkFeedback", second, other=first, kind="CAUSED_BY")
    assert (await desk.see(first, "links { kind }"))["links"] == []


async def test_a_link_of_a_kind_is_one_whoever_names_it_first(desk: Desk) -> None:
    first, second = await desk.item(), await desk.item()
    ends = [(first, second, kind) for kind in LinkKind] + [(second, first, kind) for kind in LinkKind]
    done = await asyncio.gather(*(desk.refused_or_done("linkFeedback", *end) for end in ends))
    assert sorted(done) == [[]] * 3 + [["ALREADY_LINKED"]] * 3
    for item in (first, second):
        links = (await desk.see(item, "links { kind }"))["links"]
        assert sorted(link["kind"] for link in links) == sorted(kind.name for kind in LinkKind)


async def test_of_items_out_of_sight_nothing_is_shown(desk: Desk) -> None:
    first, second = await desk.item(), await desk.item(scenario="complaint")
    await desk.do("linkFeedback", first, other=second, kind="RELATED")
    select = "links { item { code } } mergedInto { code }"
    assert len((await desk.see(first, select))["links"]) == 1
    assert (await desk.see(first, select, by="zhou_ming"))["links"] == []
    assert (await desk.see(first, select, by="web"))["links"] == []
    refused = await desk.refused("linkFeedback", first, by="zhou_ming", other=second, kind="BLOCKED_BY")
    assert refused == [("NOT_FOUND", ["other"])]


async def test_a_merge_shows_on_both_items_and_is_refused_by_name(desk: Desk) -> None:
    first, second = await desk.item(), await desk.item()
    third = await desk.item()
    assert await desk.refused("mergeFeedback", first, into=first) == [("ITSELF", ["into"])]
    await desk.do("mergeFeedback", second, by="zhou_ming", into=first)
    assert (await desk.see(second, "outcome mergedInto { code }"))["mergedInto"] == {"code": first}
    assert (await desk.see(first, "merged { code }"))["merged"] == [{"code": second}]
    done = await desk.api.do("mergeFeedback", "manager", id=third, key="other-merged", into=second)
    [error] = done["userErrors"]
    assert (error["code"], error["params"]) == ("OTHER_MERGED", {"other": first})
    assert first in error["message"]
    await desk.do("unmergeFeedback", second, by="zhou_ming")
    item = await desk.see(second, "stage outcome mergedInto { code } timeline { sentence(language: ZH_CN) kind }")
    assert (item["stage"], item["outcome"], item["mergedInto"]) == ("WORKING", None, None)
    assert f"取消了与 {first} 的合并" in next(
        event["sentence"] for event in item["timeline"] if event["kind"] == "unmerged"
    )


async def test_customers_see_that_it_is_handled_together_and_no_more(desk: Desk) -> None:
    first, second = await desk.item(), await desk.item()
    await desk.do("mergeFeedback", second, into=first)
    item = await desk.see(second, "mergedInto { code } timeline { kind detail sentence(language: EN) }", by="web")
    merged = item["timeline"][-1]
    assert (item["mergedInto"], merged["kind"]) == (None, "merged")
    assert first not in str(merged)


async def test_probable_duplicates_are_found_the_most_alike_first(desk: Desk) -> None:
    text = "净水器滤芯更换之后出水有一股塑料味，而且水流变得很小"
    first, twin = await desk.item(text), await desk.item(text)
    near, merged = await desk.item(text + "，怎么办"), await desk.item(text)
    await desk.item("请问保修期是多久")
    await desk.do("mergeFeedback", merged, into=twin)
    id_ = (await desk.see(first, "id"))["id"]
    document = "query ($of: ID!, $first: Int!) { duplicates(of: $of, first: $first) { similarity item { code } } }"
    found = (await desk.api.ask(document, of=id_, first=10))["duplicates"]
    assert [each["item"]["code"] for each in found] == [twin, near]
    assert found[0]["similarity"] == 1.0 > found[1]["similarity"]
    assert len((await desk.api.ask(document, of=id_, first=1))["duplicates"]) == 1
    assert await desk.api.fail(document, "web", of=id_, first=1) == "FORBIDDEN"


async def test_followers_hear_of_what_others_did(desk: Desk) -> None:
    await desk.api.give("wu_hao", Role.HANDLER, "wu_hao")
    item = await desk.item()
    for member in ("zhou_ming", "zhou_ming", "wu_hao"):
        done = await desk.api.do("followFeedback", member, "followers { key } followedByMe", id=item)
        if member == "zhou_ming":
            assert done["feedback"] == {"followers": [{"key": "zhou_ming"}], "followedByMe": True}
    assert await desk.api.refused("followFeedback", "manager", id=item) == [("FORBIDDEN", None)]
    await desk.do("cancel", item, closingReason="fixed")
    select = "messages { purpose recipient { key } } followedByMe"
    told = [each["recipient"]["key"] for each in (await desk.see(item, select))["messages"] if _followed(each)]
    assert sorted(told) == ["wu_hao", "zhou_ming"]
    document = "query ($key: String!) { feedbacks(where: {followedBy: $key}) { nodes { code } } }"
    assert {"code": item} in (await desk.api.ask(document, key="wu_hao"))["feedbacks"]["nodes"]
    await desk.do("reopen", item, by="zhou_ming")
    told = [each["recipient"]["key"] for each in (await desk.see(item, select))["messages"] if _followed(each)]
    assert told.count("zhou_ming") == 1
    assert told.count("wu_hao") == 2
    done = await desk.api.do("unfollowFeedback", "zhou_ming", "followedByMe", id=item)
    assert done["feedback"] == {"followedByMe": False}


def _followed(message: Any) -> bool:
    return bool(message["purpose"] == "notice_followed")


async def test_a_member_is_not_told_of_what_followed_from_her_own_act(desk: Desk) -> None:
    item = await desk.item()
    await desk.api.do("followFeedback", "zhou_ming", id=item)
    await desk.do("markSpam", item, by="zhou_ming")
    messages = (await desk.see(item, "stage messages { purpose recipient { key } }"))["messages"]
    assert [each for each in messages if _followed(each)] == []


async def test_who_is_mentioned_is_told_and_finds_the_note(desk: Desk) -> None:
    item = await desk.item()
    text = "请@zhou_ming 看看电池，抄送 a@li_na.example"
    await desk.do("addNote", item, text=text)
    messages = (await desk.see(item, "messages { purpose text mentions { key } recipient { key } }"))["messages"]
    note = next(each for each in messages if each["text"] == text)
    assert note["mentions"] == [{"key": "zhou_ming"}]
    notice = next(each for each in messages if each["purpose"] == "notice_mentioned")
    assert notice["recipient"] == {"key": "zhou_ming"}
    assert "电池" not in notice["text"]
    document = "{ myMentions(first: 5) { totalCount nodes { message { text } feedback { code } } } }"
    mine = (await desk.api.ask(document, "zhou_ming"))["myMentions"]
    assert mine["nodes"][0] == {"message": {"text": text}, "feedback": {"code": item}}
    assert (await desk.api.ask(document, "li_na"))["myMentions"]["totalCount"] == 0


async def test_nobody_is_mentioned_who_may_not_see_the_item(desk: Desk) -> None:
    item = await desk.item()
    done = await desk.api.do("addNote", "manager", id=item, key="m1", text="看一下", mentions=["sun_yi"])
    [error] = done["userErrors"]
    assert (error["code"], error["field"], error["params"]) == ("CANNOT_SEE", ["mentions"], {"member": "sun_yi"})
    assert await desk.refused("addNote", item, text="看", mentions=["nobody"]) == [("NOT_FOUND", ["mentions"])]
    await desk.do("addNote", item, text="@nobody 没有这个人")


async def test_what_one_answer_settled_is_told_until_the_customer_writes_again(desk: Desk) -> None:
    item = await desk.item()
    select = "firstContactResolution { value final version }"
    await desk.do("completeStep", item, outcome="fixed", fields={"root_cause": "触点"})
    await desk.do("reply", item, text="已修复")
    assert (await desk.see(item, select))["firstContactResolution"] is None
    await desk.do("confirm", item, by="web", satisfied=True, comment="谢谢")
    settled = {"value": True, "final": False, "version": 1}
    assert (await desk.see(item, select))["firstContactResolution"] == settled
    document = "{ feedbacks(first: 1) { nodes { firstContactResolution { value } } } }"
    [newest] = (await desk.api.ask(document))["feedbacks"]["nodes"]
    assert newest["firstContactResolution"] == {"value": True}
    await desk.do("customerReply", item, by="web", text="又坏了")
    assert (await desk.see(item, select))["firstContactResolution"] == settled | {"value": False}
