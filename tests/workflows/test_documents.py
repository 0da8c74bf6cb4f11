"""Drafts are checked, tried, approved, published and taken back while items flow, each of which is decided once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from voxloop import editing, publishing
from voxloop.activities.documents import Documents
from voxloop.background import running
from voxloop.domain.documents import Kind, State
from voxloop.domain.errands import GO_ON
from voxloop.domain.identity import new_id
from voxloop.domain.problems import Problem
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.studies import ShadowState
from voxloop.domain.viewer import Role, Viewer
from voxloop.editing import Edit
from voxloop.reception import Parts
from voxloop.rules.judge import Judge
from voxloop.store import documents, shadows
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice
from voxloop.store.work_tables import decision
from voxloop.tests.rule_sets import rule
from voxloop.tests.workflows.house import House, until

LI, WANG = (Viewer(name, name, Role.ADMIN, name) for name in ("li_na", "wang_fang"))
MARK = {"fact": "channel", "is": "equals", "value": "app"}


@pytest.fixture
async def parts(real_house: House) -> AsyncIterator[Parts]:
    """What a door works with, on the development server; the outbox is carried beside."""
    async with running(real_house.relay.run()):
        yield Parts(real_house.sessions, real_house.loops, real_house.relay)
        await real_house.settle()  # a command that is given up half carried is nobody's for 30 s


@pytest.fixture
async def standing(parts: Parts) -> AsyncIterator[Row]:
    """The rules as published before the test, which are published again behind it."""
    before = await published(parts)
    yield before
    if (await published(parts))["digest"] != before["digest"]:
        await publishing.roll_back(parts, LI, before["id"])


async def published(parts: Parts, kind: Kind = Kind.RULE_SET, key: str = "intake") -> Row:
    async with parts.sessions.begin() as session:
        found = await documents.published(session, kind, key)
    assert found is not None
    return found


def tagging(body: dict[str, Any], tag: str) -> dict[str, Any]:
    """The same rules, and one that adds a tag to each item by app."""
    rule = {"key": "marked", "title": {"zh-CN": "标记", "en": "Marked"}, "when": MARK, "then": [{"add_tag": tag}]}
    return {**deepcopy(body), "rules": [*body["rules"], rule]}


def rewarding(template: str) -> dict[str, Any]:
    """A rule that thanks by a template."""
    then = [{"reward": {"points": 5, "template": template}}]
    return {"key": "rewarded", "title": {"zh-CN": "奖励", "en": "Rewarded"}, "when": MARK, "then": then}


async def checked(parts: Parts, body: dict[str, Any], viewer: Viewer = LI) -> Row:
    row = await editing.create(parts, viewer, Kind.RULE_SET, "intake", Edit(body))
    row = await editing.check(parts, viewer, row["id"])
    assert (row["state"], [problem for problem in row["problems"] if not problem["warning"]]) == ("checked", [])
    return row


async def test_a_draft_lives_from_its_making_to_its_end(parts: Parts, standing: Row) -> None:
    row = await checked(parts, tagging(standing["body"], "first"))
    assert row["version"] is None
    out = await publishing.publish(parts, LI, row["id"])
    assert (out["state"], out["version"]) == (State.PUBLISHED, standing["version"] + 1)
    assert (await published(parts))["id"] == row["id"]
    back = await publishing.roll_back(parts, LI, standing["id"])
    assert (back["state"], back["version"], back["digest"]) == (
        State.PUBLISHED,
        standing["version"] + 2,
        standing["digest"],
    )


async def test_what_is_asked_again_because_no_answer_came_is_done_once(parts: Parts, standing: Row) -> None:
    row = await checked(parts, tagging(standing["body"], "once"))
    out = await publishing.publish(parts, LI, row["id"])
    assert await publishing.publish(parts, LI, row["id"]) == out
    later = await checked(parts, tagging(standing["body"], "later"))
    at = datetime.now(UTC) + timedelta(days=1)
    for _ in range(2):
        assert (await publishing.publish(parts, LI, later["id"], at))["effective_at"] == at
    with pytest.raises(Refused) as refused:
        await publishing.publish(parts, LI, later["id"], at + timedelta(days=1))
    assert refused.value.code is RefusalCode.NOT_EDITABLE
    await publishing.unschedule(parts, LI, later["id"])


async def test_what_is_wrong_is_told_and_not_published(parts: Parts, standing: Row) -> None:
    body = tagging(standing["body"], "x")
    body["rules"][-1]["when"] = {"fact": "raiting", "is": "less", "value": 3}
    row = await editing.create(parts, LI, Kind.RULE_SET, "intake", Edit(body))
    row = await editing.check(parts, LI, row["id"])
    place = f"rules[{len(body['rules']) - 1}].when.fact"
    assert (row["state"], [(each["path"], each["code"]) for each in row["problems"]]) == (
        State.DRAFT,
        [(place, "rule.unknown_fact")],
    )
    with pytest.raises(Refused) as refused:
        await publishing.publish(parts, LI, row["id"])
    assert refused.value.code is RefusalCode.NOT_CHECKED


async def test_what_a_draft_lacked_may_be_there_when_it_is_checked_again(parts: Parts, standing: Row) -> None:
    key = f"note_{new_id().hex}"
    opening = {"open": {"system": "crm", "template": key}}
    body = {**deepcopy(standing["body"]), "rules": [rule("noted", opening), *standing["body"]["rules"]]}
    row = await editing.create(parts, LI, Kind.RULE_SET, "intake", Edit(body))
    row = await editing.check(parts, LI, row["id"])
    assert [each["code"] for each in row["problems"] if not each["warning"]] == ["rule.unknown_template"]
    words = {part: {"zh-CN": "记录", "en": "Note"} for part in ("subject", "body")}
    template = await editing.create(parts, LI, Kind.TEMPLATE, key, Edit(words))
    await editing.check(parts, LI, template["id"])
    await publishing.publish(parts, LI, template["id"])
    assert (await editing.check(parts, LI, row["id"]))["state"] == State.CHECKED


async def test_an_edit_makes_a_draft_of_it_again(parts: Parts, standing: Row) -> None:
    row = await checked(parts, tagging(standing["body"], "one"))
    saved = await editing.save(parts, WANG, row["id"], row["revision"], Edit(tagging(standing["body"], "two")))
    assert (saved["state"], saved["revision"], saved["editors"]) == (
        State.DRAFT,
        2,
        ["member:li_na", "member:wang_fang"],
    )


async def test_the_second_of_two_editors_learns_what_the_first_did(parts: Parts, standing: Row) -> None:
    row = await editing.create(parts, LI, Kind.RULE_SET, "intake", Edit(tagging(standing["body"], "draft")))
    await editing.save(parts, LI, row["id"], 1, Edit(tagging(standing["body"], "hers")))
    with pytest.raises(editing.EditConflict) as conflict:
        await editing.save(parts, WANG, row["id"], 1, Edit(tagging(standing["body"], "mine")))
    assert conflict.value.theirs["body"] == tagging(standing["body"], "hers")
    await editing.discard(parts, LI, row["id"])


async def test_a_draft_made_before_another_publication_is_put_on_top_of_it_first(parts: Parts, standing: Row) -> None:
    late = await checked(parts, tagging(standing["body"], "late"))
    soon = await checked(parts, tagging(standing["body"], "soon"), WANG)
    await publishing.publish(parts, WANG, soon["id"])
    with pytest.raises(Refused) as refused:
        await publishing.publish(parts, LI, late["id"])
    assert refused.value.code is RefusalCode.PUBLISHED_MEANWHILE
    again = await editing.save(parts, LI, late["id"], late["revision"], Edit(late["body"], rebase=True))
    await editing.check(parts, LI, again["id"])
    assert (await publishing.publish(parts, LI, again["id"]))["state"] == State.PUBLISHED


async def test_where_the_organisation_asks_for_it_a_second_person_approves(parts: Parts, standing: Row) -> None:
    organisation = await published(parts, Kind.ORGANISATION, "organisation")
    strict = await editing.create(
        parts, LI, Kind.ORGANISATION, "organisation", Edit({**organisation["body"], "approval": ["rule_set"]})
    )
    await editing.check(parts, LI, strict["id"])
    await publishing.publish(parts, LI, strict["id"])
    try:
        row = await checked(parts, tagging(standing["body"], "approved"))
        for act, code in (
            (publishing.publish(parts, LI, row["id"]), RefusalCode.NOT_APPROVED),
            (editing.approve(parts, LI, row["id"], row["revision"]), RefusalCode.OWN_WORK),
        ):
            with pytest.raises(Refused) as refused:
                await act
            assert refused.value.code is code
        await editing.approve(parts, WANG, row["id"], row["revision"])
        assert (await publishing.publish(parts, LI, row["id"]))["approved_by"] == "member:wang_fang"
    finally:
        await publishing.roll_back(parts, LI, organisation["id"])


async def test_a_draft_is_published_at_its_instant(parts: Parts, standing: Row) -> None:
    row = await checked(parts, tagging(standing["body"], "later"))
    at = datetime.now(UTC) + timedelta(seconds=2)
    assert (await publishing.publish(parts, LI, row["id"], at))["state"] == State.SCHEDULED

    async def is_out() -> bool:
        return bool((await published(parts))["id"] == row["id"])

    await until(is_out, "published")
    assert (await published(parts))["published_at"] >= at


async def test_a_draft_whose_time_has_not_come_can_be_kept_back(parts: Parts, standing: Row) -> None:
    row = await checked(parts, tagging(standing["body"], "never"))
    await publishing.publish(parts, LI, row["id"], datetime.now(UTC) + timedelta(days=1))
    assert (await publishing.unschedule(parts, LI, row["id"]))["state"] == State.CHECKED
    await editing.discard(parts, LI, row["id"])


async def test_what_was_put_off_while_it_was_being_published_keeps_its_new_instant(
    parts: Parts, standing: Row, real_house: House
) -> None:
    row, now = await checked(parts, tagging(standing["body"], "put off")), datetime.now(UTC)
    hour = timedelta(hours=1)
    await publishing.publish(parts, LI, row["id"], now + hour)

    class Slow(Judge):
        async def check(self, *document: Any) -> list[Problem]:
            await publishing.unschedule(parts, LI, row["id"])
            await publishing.publish(parts, LI, row["id"], now + 3 * hour)
            return await super().check(*document)

    on_worker = Documents(replace(real_house.parts.means, make_judge=Slow))
    assert await on_worker.publish(str(row["id"]), now + 2 * hour) == GO_ON
    assert (await editing.read(parts, row["id"]))["state"] == State.SCHEDULED
    await publishing.unschedule(parts, LI, row["id"])
    await editing.discard(parts, LI, row["id"])


async def test_a_draft_that_was_wrong_is_checked_anew(parts: Parts, standing: Row) -> None:
    key = f"thanks_{new_id().hex}"
    body = {"key": "extra", "title": {"zh-CN": "奖励", "en": "Rewards"}, "rules": [rewarding(key)]}
    row = await editing.create(parts, LI, Kind.RULE_SET, "extra", Edit(body))
    assert (await editing.check(parts, LI, row["id"]))["state"] == State.DRAFT
    thanks = await published(parts, Kind.TEMPLATE, "thanks")
    async with parts.sessions.begin() as session:
        await documents.publish(session, Kind.TEMPLATE, key, thanks["body"], "li_na")
    assert (await editing.check(parts, LI, row["id"]))["state"] == State.CHECKED
    await editing.discard(parts, LI, row["id"])


async def test_a_shadow_tells_only_what_it_would_have_decided_otherwise(
    parts: Parts, standing: Row, real_house: House
) -> None:
    row = await checked(parts, tagging(standing["body"], "seen"))
    await editing.start_shadow(parts, LI, row["id"])
    for channel in ("app", "web", "app"):
        await real_house.hand_in("complaint", channel=channel)
    await real_house.settle()

    async def study() -> Row:
        async with parts.sessions.begin() as session:
            [found] = await shadows.newest_of(session, [row["id"]])
        return found

    async def has_compared_all() -> bool:
        return bool((await study())["compared"] == 3)

    await until(has_compared_all, "compared")
    assert (await study())["changed"] == 2
    async with parts.sessions.begin() as session:
        found = await shadows.differences(session, (await study())["id"], Slice(10))
    assert [change["field"] for each in found for change in each["changes"]] == ["tags", "tags"]
    assert {change["rule"] for each in found for change in each["changes"]} == {"marked"}
    assert ["seen" in (await real_house.row(item))["tags"] for item in real_house.items] == [False] * 3
    await publishing.publish(parts, LI, row["id"])
    assert (await study())["state"] == ShadowState.PROMOTED


async def test_each_item_is_decided_once_by_one_version_while_versions_come_and_go(
    parts: Parts, standing: Row, real_house: House
) -> None:
    async def flow() -> None:
        for _ in range(40):
            await real_house.hand_in("complaint")
            await asyncio.sleep(0)

    async def change() -> None:
        for number in range(4):
            now = await published(parts)
            row = await checked(parts, tagging(standing["body"], f"v{number}"))
            await editing.start_shadow(parts, LI, row["id"])
            await publishing.publish(parts, LI, row["id"])
            if number % 2:
                await publishing.roll_back(parts, LI, now["id"])

    await asyncio.gather(flow(), change())
    await real_house.settle()
    async with parts.sessions.begin() as session:
        made = select(decision.c.item, decision.c.rule_set, decision.c.body).where(
            decision.c.item.in_(real_house.items)
        )
        rows = (await session.execute(made)).mappings().all()
        carried = select(feedback.c.id, feedback.c.rule_set, feedback.c.tags).where(feedback.c.id.in_(real_house.items))
        items = (await session.execute(carried)).mappings().all()
    assert Counter(row["item"] for row in rows) == Counter(real_house.items)
    decided = {row["item"]: row for row in rows}
    assert all(item["rule_set"] == decided[item["id"]]["rule_set"] for item in items)
    assert all(set(decided[item["id"]]["body"]["tags"]) == set(item["tags"]) for item in items)
