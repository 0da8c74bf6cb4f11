"""The page of a signed link, against loops that run."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update

from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.store.item_tables import feedback
from voxloop.tests.web.site import Site, hidden
from voxloop.tests.workflows.branching import SAFETY, done, published
from voxloop.tests.workflows.house import House


async def answered(house: House) -> UUID:
    """A question that was answered and now waits for the customer's word."""
    item = await house.settled_item("question", text="How do I clean the filter?")
    await house.act(item, Verb.NOTE, {"text": "secret note"})
    await house.act(item, Verb.REPLY, {"text": "With <b>warm</b> water"})
    await house.settle()
    return item


async def page_of(lively: Site, item: UUID, language: str = "en") -> tuple[httpx.AsyncClient, str, str]:
    visitor, path = lively.visit(language), f"/s/{(await lively.links()).status_token(item)}"
    return visitor, path, (await visitor.get(path)).text


async def test_it_shows_what_concerns_the_customer_and_nothing_else(lively: Site, house: House) -> None:
    item = await answered(house)
    _, _, page = await page_of(lively, item)
    assert "How do I clean the filter?" in page
    assert "With &lt;b&gt;warm&lt;/b&gt; water" in page
    assert "We answered you." in page
    assert "secret note" not in page
    for name in ("li_na", "Li Na", "customer_service", "Customer service", "priority", "question"):
        assert name not in page.replace("question?", "")


async def test_who_works_on_it_side_by_side_is_between_colleagues(lively: Site, house: House) -> None:
    async with published(house, SAFETY):
        item = await house.settled_item("suggestion", text="A child could open it")
        await done(house, item, "design", "agreed")
        _, _, page = await page_of(lively, item)
        await house.settle()
    assert "A child could open it" in page
    assert "We are working on it" in page
    for name in ("Quality check", "quality", "design", "agreed", "Supplier", "Look into it", "rd_bugfix"):
        assert name not in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", ["已答复", "已解决", "未解决", "您"]), ("en", ["Answered", "Yes, it helped", "You"])],
)
async def test_it_speaks_both_languages(lively: Site, house: House, language: str, said: list[str]) -> None:
    _, _, page = await page_of(lively, await answered(house), language)
    assert all(words in page for words in said)


async def test_she_confirms_and_it_closes(lively: Site, house: House) -> None:
    item = await answered(house)
    visitor, path, page = await page_of(lively, item)
    done = await visitor.post(path, data=hidden(page) | {"act": "confirm", "words": "Thanks"})
    assert done.status_code == 303
    assert "Thank you for telling us." in (await visitor.get(done.headers["location"])).text
    await house.settle()
    row = await house.row(item)
    assert (row["stage"], row["outcome"]) == ("closed", "solved")
    [confirmed] = [event for event in await house.events(item) if event["kind"] == "confirmed"]
    assert (confirmed["actor_kind"], confirmed["actor"]) == ("customer", "status_page")


async def test_pressed_twice_it_is_done_once(lively: Site, house: House) -> None:
    item = await answered(house)
    visitor, path, page = await page_of(lively, item)
    sent = hidden(page) | {"act": "customer_reply", "words": "And the basket?"}
    assert [(await visitor.post(path, data=sent)).status_code for _ in range(2)] == [303, 303]
    assert (await house.kinds(item)).count("customer_replied") == 1
    assert "And the basket?" in (await visitor.get(path)).text


async def test_she_is_not_satisfied_and_it_goes_on_with_her_words(lively: Site, house: House) -> None:
    item = await answered(house)
    visitor, path, page = await page_of(lively, item)
    assert (await visitor.post(path, data=hidden(page) | {"act": "reject", "words": "Still dirty"})).status_code == 303
    await house.settle()
    row = await house.row(item)
    assert (row["stage"], row["round"]) == ("working", 2)
    page = (await visitor.get(path)).text
    assert "Still dirty" in page
    assert "Yes, it helped" not in page


async def test_a_closed_item_is_reopened_while_its_time_lasts(lively: Site, house: House) -> None:
    item = await answered(house)
    await house.act(item, Verb.CONFIRM, actor="customer:test")
    await house.settle()
    visitor, path, page = await page_of(lively, item)
    assert "Reopen" in page
    assert (await visitor.post(path, data=hidden(page) | {"act": "reopen", "words": "Again"})).status_code == 303
    await house.settle()
    assert (await house.row(item))["stage"] == "working"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_cannot_be_done_is_refused_in_words_and_hers_are_kept(
    lively: Site, house: House, language: str
) -> None:
    item = await house.settled_item("question", text="How?")
    visitor, path, page = await page_of(lively, item, language)
    version = (await house.row(item))["version"]
    tries = [("confirm", "kept words"), ("reopen", "kept words"), ("cancel", "kept words"), ("", "kept words")]
    for act, words in [*tries, ("customer_reply", "")]:
        answer = await visitor.post(path, data=hidden(page) | {"act": act, "words": words})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert words in answer.text
    assert (await house.row(item))["version"] == version


async def test_while_the_loops_are_away_it_says_so_and_keeps_the_key(site: Site) -> None:
    async with site.visit() as visitor:
        entered = hidden((await visitor.get("/f/feedback")).text) | {"text": "Is anybody there?"}
        sent = await visitor.post("/f/feedback", data=entered)
        path = "/s/" + sent.headers["location"].partition("thanks/")[2].partition("?")[0]
        form = hidden((await visitor.get(path)).text)
        answer = await visitor.post(path, data=form | {"act": "customer_reply", "words": "Hello?"})
    assert answer.status_code == 422
    assert "not certain yet" in answer.text
    assert hidden(answer.text) == form


async def test_links_that_are_not_ours_lead_nowhere(lively: Site, house: House) -> None:
    item, links = await house.settled_item("question"), await lively.links()
    good, foreign = links.status_token(item), URLSafeTimedSerializer("other", salt="voxloop status").dumps(item.hex)
    picture = links.attachment(item).rpartition("/")[2]
    async with lively.visit() as visitor:
        for token in (good[:-2], good + "x", foreign, picture, "x", "a.b.c", links.status_token(new_id())):
            answer = await visitor.get(f"/s/{token}")
            assert answer.status_code == 404
            assert "FB-" not in answer.text
            assert (await visitor.post(f"/s/{token}", data={"act": "confirm"})).status_code == 404


async def test_a_link_ends_half_a_year_after_the_end(lively: Site, house: House) -> None:
    item = await answered(house)
    await house.act(item, Verb.CONFIRM, actor="customer:test")
    await house.settle()
    async with lively.sessions.begin() as session:
        long_ago = datetime.now(UTC) - timedelta(days=181)
        await session.execute(update(feedback).where(feedback.c.id == item).values(closed_at=long_ago))
    async with lively.visit("zh-CN") as visitor:
        answer = await visitor.get(f"/s/{(await lively.links()).status_token(item)}")
    assert answer.status_code == 410
    assert "链接已过期" in answer.text


async def test_the_page_is_kept_by_nobody(lively: Site, house: House) -> None:
    item = await house.settled_item("question")
    async with lively.visit() as visitor:
        answer = await visitor.get(f"/s/{(await lively.links()).status_token(item)}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


async def test_it_says_by_when_what_comes_next(lively: Site, house: House) -> None:
    item = await house.settled_item("question")
    _, _, page = await page_of(lively, item)
    assert re.search(r"mean to answer you\.</p>\s*<p><strong>By <time datetime=", page)
    _, _, asked = await page_of(lively, await answered(house))
    assert re.search(r"we close it\.</p>\s*<p><strong>By <time datetime=", asked)


async def surveyed(house: House) -> UUID:
    """A defect without a fault: it is closed, and its customer is asked how content she is."""
    item = await house.settled_item("defect")
    await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="not_a_defect", fields=["root_cause"])
    await house.act(item, Verb.REPLY, {"text": "It must be plugged in first."})
    await house.settle()
    return item


@pytest.mark.parametrize(
    ("language", "asks", "thanks"),
    [
        ("en", "How satisfied are you with how we handled this?", "Thank you for your answer."),
        ("zh-CN", "您对本次处理的满意程度如何？", "感谢您的反馈。"),
    ],
)
async def test_she_says_how_content_she_is(lively: Site, house: House, language: str, asks: str, thanks: str) -> None:
    item = await surveyed(house)
    visitor, path, page = await page_of(lively, item, language)
    assert asks in page
    assert re.findall(r'name="score" value="(\d)"', page) == ["1", "2", "3", "4", "5"]
    sent = hidden(page) | {"act": "answer_survey", "score": "4", "words": "Quick"}
    done = [await visitor.post(path, data=sent) for _ in range(2)]
    assert [each.status_code for each in done] == [303, 303]
    after = (await visitor.get(done[0].headers["location"])).text
    assert thanks in after
    assert asks not in after
    assert (await house.kinds(item)).count("survey_answered") == 1


async def test_without_a_score_she_is_asked_again_and_keeps_her_words(lively: Site, house: House) -> None:
    item = await surveyed(house)
    visitor, path, page = await page_of(lively, item)
    for score in ("", "9", "five"):
        refused = await visitor.post(
            path, data=hidden(page) | {"act": "answer_survey", "score": score, "words": "Well"}
        )
        assert refused.status_code == 422
        assert refused.text.count("Well") == 1
    assert "survey_answered" not in await house.kinds(item)


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "正与另一条相同问题的反馈合并处理"), ("en", "handled together with another one")]
)
async def test_of_a_merged_item_she_sees_that_it_is_handled_together_and_may_write(
    lively: Site, house: House, language: str, said: str
) -> None:
    other = await house.settled_item("question", text="the words of somebody else")
    item = await house.settled_item("question", text="How do I clean the filter?")
    await house.act(item, Verb.MERGE, other=str(other))
    await house.settle()
    visitor, path, page = await page_of(lively, item, language)
    assert said in page
    assert 'value="reopen"' not in page
    for secret in ("the words of somebody else", (await house.row(other))["code"]):
        assert secret not in page
    sent = hidden(page) | {"act": "customer_reply", "words": "One more thing"}
    assert (await visitor.post(path, data=sent)).status_code == 303
    await house.act(other, Verb.CANCEL)
    await house.settle()
    assert 'value="reopen"' in (await visitor.get(path)).text
