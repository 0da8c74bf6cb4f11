"""Two versions of one process, for tests that take running items from one to the other and back."""

from copy import deepcopy
from typing import Any
from uuid import UUID

import yaml

from voxloop import migrating
from voxloop.domain.viewer import Role, Viewer
from voxloop.migrating import Move
from voxloop.reception import Parts
from voxloop.store import documents, migration_runs
from voxloop.store.listing import Comparison, Where
from voxloop.store.sessions import Row, Sessions
from voxloop.tests.workflows.house import until

OWNER = Viewer("li_na", "li_na", Role.ADMIN, "li_na")
KEY = "suggestion"
OLD: dict[str, Any] = yaml.safe_load("""
key: suggestion
title: {zh-CN: 建议, en: Suggestion}
handles: [suggestion]
reopen_for: 1d
clocks:
  resolution: {normal: 10d, pause: [waiting_customer]}
steps:
  - key: review
    kind: task
    title: {zh-CN: 评审, en: Review}
    team: product
    respond: {normal: 4h}
    limit: {normal: 24h}
    wait: 3d
    escalate:
      - {at: 100%, tell: {to: team_lead}}
    outcomes: {good: plan, bad: answer}
  - key: plan
    kind: task
    title: {zh-CN: 排期, en: Plan}
    team: product
    outcomes: {planned: answer}
  - key: answer
    kind: reply
    title: {zh-CN: 答复, en: Answer}
    team: customer_service
    outcomes: {sent: close}
""")


def version(body: dict[str, Any] = OLD, drop: str | None = None, **steps: dict[str, Any]) -> dict[str, Any]:
    """Another version: keys of steps with what is different in them; ``drop``: a step that goes, with its outcomes."""
    made = deepcopy(body)
    made["steps"] = [step | steps.get(step["key"], {}) for step in made["steps"] if step["key"] != drop]
    return made


LONGER = version(
    review={
        "title": {"zh-CN": "产品评审", "en": "Product review"},
        "limit": {"normal": "48h"},
        "require": ["value"],
        "outcomes": {"good": "plan", "bad": "answer", "unclear": "answer"},
    }
)
WITHOUT_PLAN = version(drop="plan", review={"outcomes": {"good": "answer", "bad": "answer"}})


async def publish(sessions: Sessions, body: dict[str, Any], key: str = KEY) -> int:
    """Publish a version; answers its id."""
    async with sessions.begin() as session:
        return await documents.publish(session, "process", key, body | {"key": key}, "test")


def among(region: str) -> Where:
    """The items of one test."""
    return Where((Comparison("region", "eq", region),))


async def ended(parts: Parts, id_: UUID) -> Row:
    """A migration, once it has ended."""

    async def read() -> Row:
        async with parts.sessions.begin() as session:
            run = await migration_runs.get(session, id_)
        assert run is not None
        return run

    async def has_ended() -> bool:
        return (await read())["finished_at"] is not None

    await until(has_ended, "ended")
    return await read()


async def moved(parts: Parts, key: str, region: str, limit: int | None = None, **steps: str) -> Row:
    """The migration of a test's items to what is published, once it has ended."""
    run = await migrating.start(parts, OWNER, Move(KEY, None, steps, among(region)), key, limit)
    return await ended(parts, run["id"])


async def taken_back(parts: Parts, key: str, run: Row) -> Row:
    """The way back of a migration, once it has ended."""
    return await ended(parts, (await migrating.undo(parts, OWNER, run["id"], key))["id"])
