"""What an outage held up of the customer's reminders: she is asked once, and not when her time is over."""

from datetime import timedelta
from typing import Any

import pytest

from voxloop.activities.moments import Moments
from voxloop.domain.loop import Verb
from voxloop.store import documents
from voxloop.tests.activities.hand import begin
from voxloop.tests.rule_sets import published, rule
from voxloop.worker import Parts

TITLE = {"zh-CN": "甲", "en": "A"}
ASK: dict[str, Any] = {
    "key": "ask",
    "kind": "customer",
    "title": TITLE,
    "send": "ask_information",
    "wait": "3d",
    "remind": [{"at": "24h", "send": "ask_information"}, {"at": "48h", "send": "ask_information"}],
    "outcomes": {"answered": "close", "silent": "close"},
}
TASK = {"key": "look", "kind": "task", "title": TITLE, "team": "product", "outcomes": {"unclear": "ask"}}


@pytest.mark.parametrize(
    ("hours", "kinds"),
    [
        (25, ["reminded"]),
        (49, ["reminder_passed", "reminded"]),
        (73, ["reminder_passed", "reminder_passed", "customer_silent", "closed"]),
    ],
)
async def test_after_an_outage_the_last_reminder_is_sent_unless_her_time_is_over(
    parts: Parts, hours: int, kinds: list[str]
) -> None:
    body = {"key": "asks", "title": TITLE, "reopen_for": "7d", "steps": [TASK, ASK]}
    async with parts.means.sessions.begin() as session:
        await documents.publish(session, "process", "asks", body, "test")
    async with published(parts.means.sessions, rule("all", {"route": {"process": "asks"}})):
        hand = await begin(parts, "suggestion")
    plan = await hand.act(Verb.COMPLETE, {"fields": {}}, outcome="unclear")
    known = len(await hand.events())
    hand.now += timedelta(hours=hours)
    while plan.moments[0].at <= hand.now:
        plan = await hand.turn(Moments(parts.means).fire, plan.moments[0])
    assert [event["kind"] for event in (await hand.events())[known:]] == kinds
