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
