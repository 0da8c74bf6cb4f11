"""What is done to an installation while people use it. Each scenario answers with its checks and its remarks."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field

from temporalio.client import Client

from voxloop.store.sessions import open_sessions
from voxloop.tests.chaos.api import Api, open_client
from voxloop.tests.chaos.counting import Check, Count
from voxloop.tests.chaos.levels import ASSIGNEE, DIRECTOR, TEAM_LEAD, Levels
from voxloop.tests.chaos.load import Ledger, People
from voxloop.tests.chaos.processes import Installation
from voxloop.tests.chaos.storm import storm
from voxloop.tests.integrations.mail_server import Mailbox, serve_mail

_SCALE = 1440  # a day is a minute, so that warnings, escalations and silence come while things break
_PATIENCE_SECONDS = 90
_STALL_SECONDS = 40
_SEED = 20260730
_DOWN_ITEMS = 200
_STORM_SCALE = 60  # a day is 24 minutes
_STORM_SECONDS = 600
_STORM_ITEMS = 2000
_COMPLAINTS = 20
_DIRECTOR_AFTER_SECONDS = 24 * 3600 / _SCALE
_OPEN = {"stage": {"in": ["RECEIVED", "WORKING", "WAITING_CUSTOMER", "WAITING_LINKED", "ANSWERED"]}}


@dataclass
class Outcome:
    """``remarks`` are measurements that no check is about."""

    checks: list[Check] = field(default_factory=list)
    remarks: dict[str, object] = field(default_factory=dict)


@dataclass
class Stage:
    """An installation with people in it."""

    house: Installation
    people: People
    outcome: Outcome
    mailbox: Mailbox | None = None

    def remark(self, name: str, seconds: float) -> None:
        self.outcome.remarks[name] = f"{seconds:.1f} s"

    async def count(self, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """All checks, asked until they hold or the patience is over."""
        async with self.counting() as count:
            checks, waited = await count.all(patience_seconds)
            self.outcome.remarks |= await count.mail_remarks()
        self.outcome.checks += checks
        self.remark("all counts were right, or given up, after", waited)

    @contextlib.asynccontextmanager
    async def counting(self) -> AsyncIterator[Count]:
        """Who counts here."""
        sessions = open_sessions(self.house.database_url, size=4)
        temporal = await Client.connect(self.house.temporal_address)
        yield Count(sessions, temporal, self.house.var / "outbox.jsonl", self.people.ledger, self.mailbox)
        await sessions.dispose()


async def killed() -> Outcome:
    """kill -9 of the worker, the server, both, and of ``voxloop up`` with them, in the middle of 300 items."""
    async with _stage() as stage:
        async with _working(stage), asyncio.TaskGroup() as group:
            group.create_task(stage.people.submit(300, per_second=5))
            for roles in (("worker",), ("server",), ("worker", "server"), ("worker",)):
                await asyncio.sleep(8)
                stage.house.kill(*roles)
            await asyncio.sleep(8)
            stage.house.kill_all()
            stage.remark("ready again after kill -9 of everything of ours", await stage.house.start())
            await asyncio.sleep(15)
        await stage.count()
    return stage.outcome


async def without_temporal() -> Outcome:
    """200 items handed in while Temporal is dead; then it comes back on the same file and port."""
    async with _stage(temporal_apart=True) as stage:
        stage.house.kill_target("temporal")
        began = time.monotonic()
        await stage.people.submit(_DOWN_ITEMS, per_second=40)
        stage.remark(f"{_DOWN_ITEMS} items accepted without Temporal in", time.monotonic() - began)
        accepted = len(stage.people.ledger.items)
        stage.outcome.checks.append(Check("items accepted without Temporal", accepted, _DOWN_ITEMS))
        await stage.house.start_temporal()
        async with stage.counting() as count:
            run, waited = await count.until_all_run(60)
        stage.outcome.checks.append(Check("loops that run within a minute of its start", run, accepted))
        stage.remark("from Temporal's start until all loops ran", waited)
        async with _working(stage):
            await asyncio.sleep(10)
        await stage.count()
    return stage.outcome


async def stalled() -> Outcome:
    """PostgreSQL stops answering for 40 s in the middle of flowing items, and goes on."""
    async with _stage() as stage:
        async with _working(stage), asyncio.TaskGroup() as group:
            group.create_task(stage.people.submit(150, per_second=2.5))
            await asyncio.sleep(15)
            with stage.house.stopped("postgres"):
                await asyncio.sleep(_STALL_SECONDS)
            began = time.monotonic()
            await stage.people.submit(1, per_second=1)
            stage.remark("first item accepted after the stall", time.monotonic() - began)
            await asyncio.sleep(15)
        await stage.count()
    return stage.outcome


async def at_random() -> Outcome:
    """Ten minutes of kill -9 and SIGSTOP of worker, server, PostgreSQL and Temporal, while 2,000 items flow."""
    async with serve_mail() as mailbox, _stage(_STORM_SCALE, mailbox) as stage:
        async with _working(stage), asyncio.TaskGroup() as group:
            group.create_task(stage.people.submit(_STORM_ITEMS, per_second=_STORM_ITEMS / _STORM_SECONDS))
            struck = await storm(stage.house, _STORM_SECONDS, _SEED)
        stage.outcome.remarks["strikes"] = dict(sorted(struck.items()))
        stage.outcome.checks.append(Check("items accepted", len(stage.people.ledger.items), _STORM_ITEMS))
        await stage.count(4 * _PATIENCE_SECONDS)
    return stage.outcome


async def escalated() -> Outcome:
    """Urgent complaints on which nobody acts; kill -9 of the worker after the first level and just before the last."""
    async with _stage() as stage:
        began = time.monotonic()
        codes = await stage.people.complain(_COMPLAINTS)
        async with stage.counting() as count:
            levels = Levels(count.sessions, count.file, codes)
            await levels.until_all_reach(ASSIGNEE, _PATIENCE_SECONDS)
            stage.house.kill("worker")
            await levels.until_all_reach(TEAM_LEAD, _PATIENCE_SECONDS)
            await asyncio.sleep(_DIRECTOR_AFTER_SECONDS - 1 - (time.monotonic() - began))
            stage.house.kill("worker")
            await levels.until_all_reach(DIRECTOR, _PATIENCE_SECONDS)
            await levels.until_all_is_sent(_PATIENCE_SECONDS)
            await stage.count()
            stage.outcome.checks += await levels.checks()
            stage.outcome.remarks |= await levels.lateness()
    return stage.outcome


SCENARIOS: dict[str, Callable[[], Coroutine[None, None, Outcome]]] = {
    "killed": killed,
    "without-temporal": without_temporal,
    "stalled": stalled,
    "at-random": at_random,
    "escalated": escalated,
}


@contextlib.asynccontextmanager
async def _stage(
    scale: int = _SCALE, mailbox: Mailbox | None = None, temporal_apart: bool = False
) -> AsyncIterator[Stage]:
    """``mailbox``: where its mail goes; without one, mail is simulated."""
    settings = {} if mailbox is None else {"SMTP_URL": mailbox.url}
    house, outcome = Installation(scale, settings, temporal_apart), Outcome()
    try:
        ready = await house.start()
        async with open_client(house.url, house.token()) as http:
            api = Api(http, 2 * _PATIENCE_SECONDS)
            by_mail = mailbox is not None
            people = People(api, _SEED, by_mail, where=_OPEN if by_mail else None)
            stage = Stage(house, people, outcome, mailbox)
            stage.remark("ready after", ready)
            yield stage
            stage.remark("slowest answer of the API", api.slowest)
            outcome.remarks["what came instead of answers"] = dict(api.troubles)
            outcome.remarks |= _summary(stage.people.ledger) | {"load of the machine": os.getloadavg()[0]}
        stage.remark("all stopped after Ctrl-C in", await house.stop())
    finally:
        left = house.end()
        outcome.checks.append(Check("processes left after Ctrl-C", len(left), 0, ", ".join(left)))
        if sys.exc_info()[0] is None and all(check.holds for check in outcome.checks):
            house.forget()
        else:
            print(f"data and logs are kept in {house.var}", file=sys.stderr)


@contextlib.asynccontextmanager
async def _working(stage: Stage) -> AsyncIterator[None]:
    """People work items meanwhile; what they have begun they finish."""
    work = asyncio.create_task(stage.people.work())
    try:
        yield
    finally:
        stage.people.rest()
        await work


def _summary(ledger: Ledger) -> dict[str, object]:
    acts = {kind: 0 for _, kind in ledger.acts}
    for (_, kind), times in ledger.acts.items():
        acts[kind] += times
    return {"items": len(ledger.items), "acts": acts, "refused": dict(ledger.refused)}
