"""A process whose steps run side by side, put in the place of the starter pack's suggestions."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import yaml

from voxloop.domain.loop import Verb
from voxloop.store import documents, steps
from voxloop.store.sessions import Row
from voxloop.tests.workflows.house import House

SAFETY = yaml.safe_load("""
key: suggestion
title: {zh-CN: 安全风险, en: Safety risk}
handles: [suggestion]
reopen_for: 1d
clocks: {first_response: {normal: 8h, warn: [75%]}}
steps:
  - key: look
    kind: parallel
    title: {zh-CN: 同时调查, en: Look into it}
    team: customer_service
    limit: {normal: 72h}
    branches:
      - key: quality
        kind: task
        title: {zh-CN: 质量检验, en: Quality check}
        team: rd_bugfix
        assign: least_loaded
        respond: {normal: 4h}
        limit: {normal: 24h}
        require: [cause]
        escalate:
          - {at: 75%, tell: {to: assignee}}
          - {at: 100%, tell: {to: team_lead}}
        outcomes: [safe, unsafe]
      - key: design
        kind: task
        title: {zh-CN: 设计复核, en: Design review}
        team: product
        assign: least_loaded
        limit: {normal: 48h}
        outcomes: [agreed, refuted]
      - key: supplier
        kind: linked
        title: {zh-CN: 供应商, en: Supplier}
        system: srm
        open: [{system: srm, template: supplier_case}]
    choice:
      - {if: {quality: unsafe}, go: recall}
      - {if: {quality: safe, design: agreed}, go: reply}
      - {else: reply}
  - {key: recall, kind: task, title: {zh-CN: 召回, en: Recall}, team: product, outcomes: {recalled: reply}}
  - {key: reply, kind: reply, title: {zh-CN: 答复, en: Reply}, team: customer_service, outcomes: {sent: close}}
""")
BRANCHES = ("quality", "design", "supplier")


def joined_by(join: Any, **more: Any) -> dict[str, Any]:
    """The process with two branches, joined in another way and then answered."""
    [look, *others] = SAFETY["steps"]
    kept = {name: value for name, value in look.items() if name != "choice"}
    two = {"branches": look["branches"][:2], "join": join, "outcomes": {"done": "reply"}}
    return {**SAFETY, "steps": [{**kept, **two, **more}, *others[1:]]}


@contextlib.asynccontextmanager
async def published(house: House, body: Mapping[str, Any]) -> AsyncIterator[None]:
    """Suggestions go this way meanwhile."""
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "process", "suggestion")
        assert standing is not None
        await documents.publish(session, "process", "suggestion", dict(body), "test")
    try:
        yield
    finally:
        async with house.sessions.begin() as session:
            await documents.publish(session, "process", "suggestion", standing["body"], "test")


async def runs(house: House, item: UUID) -> dict[str, Row]:
    """The newest run of each step and branch."""
    async with house.sessions.begin() as session:
        return {run["step"]: run for run in await steps.of_items(session, [item])}


async def owners(house: House, item: UUID) -> dict[str, str | None]:
    """Who has each open branch."""
    return {branch.step: branch.owner for branch in (await house.plan(item)).branches}


async def done(house: House, item: UUID, branch: str, outcome: str, fields: Sequence[str] = ()) -> None:
    """Complete a task branch."""
    await house.act(
        item, Verb.COMPLETE, {"fields": dict.fromkeys(fields, "x")}, step=branch, outcome=outcome, fields=list(fields)
    )
