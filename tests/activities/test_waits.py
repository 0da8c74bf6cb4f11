"""Until when an automatic step waits: so long in real time, so long in a calendar's time, until it opens."""

from datetime import UTC, datetime
from typing import Any

import pytest

from voxloop.domain.loop import Verb
from voxloop.store import documents
from voxloop.tests.activities.hand import begin
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

SATURDAY, NINE_ON_MONDAY = datetime(2026, 3, 7, 4, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC)
TITLE = {"zh-CN": "甲", "en": "A"}
TASK = {"key": "a", "kind": "task", "title": TITLE, "team": "product", "outcomes": {"done": "b"}}


@pytest.mark.parametrize(
    ("delay", "over"),
    [
        ({"wait": "2d"}, SATURDAY.replace(day=9)),
        ({"until": "office"}, NINE_ON_MONDAY),
        ({"wait": "2h", "calendar": "office"}, NINE_ON_MONDAY.replace(hour=3)),
        ({"wait": "1wd", "calendar": "office"}, NINE_ON_MONDAY.replace(hour=10)),
        ({"until": "gone"}, SATURDAY),
    ],
    ids=["real", "until", "hours", "days", "gone"],
)
async def test_it_goes_on_when_its_wait_is_over(parts: Parts, delay: dict[str, str], over: datetime) -> None:
    waiting: dict[str, Any] = {"key": "b", "kind": "automatic", "title": TITLE, "outcomes": {"over": "close"}}
    body = {"key": "waits", "title": TITLE, "reopen_for": "7d", "steps": [TASK, waiting | delay]}
    async with parts.means.sessions.begin() as session:
        await documents.publish(session, "process", "waits", body, "test")
    async with published(parts.means.sessions, rule("all", {"route": {"process": "waits"}})):
        hand = await begin(parts, "suggestion")
    hand.now = SATURDAY
    plan = await hand.act(Verb.COMPLETE, {"fields": {}}, outcome="done")
    assert (plan.step, plan.kind) == ("b", "automatic")
    assert [moment.at for moment in plan.moments if moment.name == "waited"] == [over]
