"""How right rules are: an example that is counted by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from voxloop.domain.decision import Correctable
from voxloop.store import corrections, decisions, documents
from voxloop.store.corrections import Accuracy
from voxloop.store.sessions import Session
from voxloop.tests.items import hand_in

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TYPE, PRIORITY, TEAM = Correctable
INTAKE, LATER = "accuracy", "accuracy_replies"
BY_A = {"set_type": "a", "set_priority": "b", "route.team": "a"}
VALUES = {"set_type": "complaint", "set_priority": "high", "route.team": "quality"}


class Story:
    """Decisions and what people made of them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def rule_set(self, key: str = INTAKE, **more: Any) -> int:
        """The next version of a rule set."""
        return await documents.publish(self.session, "rule_set", key, {"key": key, "rules": [], **more}, "test")

    async def decide(
        self, rule_set: int, because: Mapping[str, str] = BY_A, item: UUID | None = None, version: int = 4
    ) -> UUID:
        """A decision, about an item that comes in with it unless one is given."""
        item = item or await hand_in(self.session, AT)
        set_ = {action: VALUES[action] for action in because}
        body = {
            "type": set_.get("set_type"),
            "priority": set_.get("set_priority"),
            "route": {"process": None, "team": set_.get("route.team"), "member": None},
            "explanation": {"because": because},
        }
        place = {"item": item, "version": version, "at": AT + timedelta(hours=version)}
        await decisions.keep(self.session, **place, rule_set=rule_set, body=body)
        return item

    async def correct(
        self, item: UUID, rule_set: int, field: Correctable, *to: str, decision: int | None = 4, since: int = 5
    ) -> None:
        """People make this of it, one after the other."""
        automatic = VALUES[field.action]
        by = {"rule": None if decision is None else BY_A[field.action], "rule_set": rule_set, "decision": decision}
        for version, corrected in enumerate(to, start=since):
            values = {"item": item, "version": version, "at": AT, "actor": "member:li_na", "field": field}
            await corrections.keep(self.session, **values, **by, automatic=automatic, corrected=corrected)

    async def accuracy(self, key: str = INTAKE, version: int | None = None, since: datetime = AT) -> list[Accuracy]:
        return await corrections.accuracy(self.session, key, version, since)


@pytest.fixture
def story(session: Session) -> Story:
    return Story(session)


async def test_each_rule_and_field_by_the_last_word(story: Story) -> None:
    """Of four decisions, one stands, one is put right in type and team, one there and back, one in priority."""
    rule_set = await story.rule_set()
    _, second, third, fourth = [await story.decide(rule_set) for _ in range(4)]
    await story.correct(second, rule_set, TYPE, "question")
    await story.correct(second, rule_set, TEAM, "sales", since=6)
    await story.correct(third, rule_set, TYPE, "question", "complaint")
    await story.correct(third, rule_set, TEAM, "sales", "quality", since=7)
    await story.correct(fourth, rule_set, PRIORITY, "low", "urgent")
    found = await story.accuracy()
    assert found == [
        Accuracy(1, "a", TEAM, 4, 1),
        Accuracy(1, "a", TYPE, 4, 1),
        Accuracy(1, "b", PRIORITY, 4, 1),
    ]
    assert [each.right for each in found] == [0.75] * 3


async def test_the_analysis_where_no_rule_sets_the_type(story: Story) -> None:
    rule_set = await story.rule_set()
    items = [await story.decide(rule_set, {}) for _ in range(3)]
    await story.decide(rule_set)
    await story.correct(items[0], rule_set, TYPE, "question", decision=None)
    await story.correct(items[1], rule_set, TYPE, "question", "complaint", decision=None)
    # The process's own priority and team are no business of the analysis.
    await story.correct(items[2], rule_set, PRIORITY, "low", decision=None)
    await story.correct(items[2], rule_set, TEAM, "sales", decision=None, since=6)
    assert (await story.accuracy())[0] == Accuracy(1, None, TYPE, 3, 1)


async def test_a_routing_anew_is_a_decision_about_the_team_alone(story: Story) -> None:
    rule_set = await story.rule_set()
    item = await story.decide(rule_set, {"route.team": "a"})
    await story.decide(rule_set, {"route.team": "a"}, item, version=6)
    await story.correct(item, rule_set, TYPE, "question", decision=None, since=6)
    await story.correct(item, rule_set, TEAM, "sales", decision=6, since=8)
    assert await story.accuracy() == [Accuracy(1, None, TYPE, 1, 1), Accuracy(1, "a", TEAM, 2, 1)]


async def test_versions_stand_apart(story: Story) -> None:
    for number in (1, 2):
        rule_set = await story.rule_set(title={"en": str(number)})
        item = await story.decide(rule_set, {"set_priority": "b"})
    await story.correct(item, rule_set, PRIORITY, "low")
    whole = [Accuracy(2, None, TYPE, 1, 0), Accuracy(2, "b", PRIORITY, 1, 1)]
    older = [Accuracy(1, None, TYPE, 1, 0), Accuracy(1, "b", PRIORITY, 1, 0)]
    assert await story.accuracy() == whole + older
    assert await story.accuracy(version=1) == older
    assert await story.accuracy(key="nothing") == []


async def test_only_decisions_of_the_window(story: Story) -> None:
    rule_set = await story.rule_set()
    await story.decide(rule_set)
    assert await story.accuracy(since=AT + DAY) == []


async def test_a_set_for_an_occasion_decides_several_times_and_routes_nothing(story: Story) -> None:
    intake, later = await story.rule_set(), await story.rule_set(LATER, on="customer_replied")
    item = await story.decide(intake)
    for version in (6, 9):
        await story.decide(later, item=item, version=version)
    await story.correct(item, later, PRIORITY, "low", decision=6, since=7)
    await story.correct(item, later, TYPE, "other", "complaint", decision=9, since=10)
    assert await story.accuracy(LATER) == [Accuracy(1, "a", TYPE, 2, 0), Accuracy(1, "b", PRIORITY, 2, 1)]
    assert {each.corrected for each in await story.accuracy()} == {0}
