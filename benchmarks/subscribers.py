"""``make subscribers``: a thousand subscribers on one server, while loops run and while rows are written straight.

Counts at the end whether each holds what it may see, and prints what that cost: memory, processor time, delays.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
from sqlalchemy import func, insert, select, text, update

from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import cpu_seconds
from voxloop.benchmarks.sights import MANY, ONE, sight
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import changes, tokens
from voxloop.store.item_tables import event, feedback

_SUBMIT = (
    "mutation ($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { id } userErrors { code } } }"
)
_REGIONS = ("north", "south", "east", "west")
_PRIORITIES = ("urgent", "high", "normal", "low")
_PEOPLE = (("rd_bugfix", "zhou_ming"), ("quality", "sun_yi"), ("customer_service", "wang_fang"), ("product", "lin_xi"))
_QUIET_SECONDS, _SETTLED_SECONDS = 120, 10
_AT_ONCE = 20
_CHANGES_A_SECOND, _CUT_SECONDS = 200, 7
_SEED = 4


@dataclass
class Show:
    """What is shown: on ``ground``, with so many ``subscribers`` and ``items``, for so many ``seconds``."""

    ground: Ground
    subscribers: int
    items: int
    seconds: int
    port: int = 0
    pid: int = 0
    viewers: dict[str, Viewer] = field(default_factory=dict)
    ids: list[Any] = field(default_factory=list)
    wrong: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(_SEED)

    async def run(self) -> None:
        """Both phases, each counted at its end."""
        async with self.ground.server() as (self.pid, self.port):
            await self._let_in()
            clients = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "voxloop.benchmarks.watching", stdin=PIPE, stdout=PIPE, limit=2**28
            )
            try:
                async with self.ground.worker():
                    await self._submit(self.items // 4)
                    began = time.monotonic()
                    await _tell(clients, "open", self._wishes())
                    print(f"{self.subscribers} subscribed in {time.monotonic() - began:.1f} s", flush=True)
                    await self._submit(self.items - self.items // 4)
                    await self._settled()
                await self._count("loops", clients)
                await self._write(clients)
                await self._count("straight", clients)
            finally:
                clients.kill()
                await clients.wait()

    async def _let_in(self) -> None:
        async with self.ground.sessions.begin() as session:
            for name in ("web", "shop"):
                _, secret = await tokens.create(session, name, Role.INTAKE)
                self.viewers[secret] = Viewer("", name, Role.INTAKE)
            for team, member in _PEOPLE:
                _, secret = await tokens.create(session, member, Role.HANDLER, member)
                self.viewers[secret] = Viewer("", member, Role.HANDLER, member, (team,))
        self.viewers[self.ground.token] = Viewer("", "bench", Role.ADMIN, "li_na", ("customer_service",))

    async def _submit(self, count: int) -> None:
        """Hand in items as fast as they are taken; their loops begin at once."""
        rows = files("voxloop.starter").joinpath("sample", "feedback.jsonl").read_text("utf-8").splitlines()
        sources = [secret for secret, viewer in self.viewers.items() if viewer.role is Role.INTAKE]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False) as http:

            async def submit(number: int) -> None:
                row = json.loads(rows[number % len(rows)])
                given = {"text": row["text"], "channel": row["channel"].upper(), "key": str(uuid4())}
                given |= {"region": _REGIONS[number % len(_REGIONS)], "product": row.get("product")}
                headers = {"Authorization": f"Bearer {sources[number % len(sources)]}"}
                answer = await http.post(
                    "/graphql", json={"query": _SUBMIT, "variables": {"input": given}}, headers=headers
                )
                self.ids.append(answer.json()["data"]["submitFeedback"]["feedback"]["id"])

            for start in range(0, count, _AT_ONCE):
                await asyncio.gather(*map(submit, range(start, min(start + _AT_ONCE, count))))

    async def _settled(self) -> None:
        """Until no loop has written for some seconds."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < _SETTLED_SECONDS:
            async with self.ground.sessions.connect() as session:
                now = (await session.execute(text("SELECT count(*) FROM event"))).scalar_one()
            if now != last:
                last, since = now, time.monotonic()
            await asyncio.sleep(0.3)
        print(f"{len(self.ids)} items, {last} versions written by loops", flush=True)

    def _wishes(self) -> list[dict[str, Any]]:
        """A mix: a third watch one item, the others a filter or all that they see; half over each protocol."""
        return [self._wish(number) for number in range(self.subscribers)]

    def _wish(self, number: int) -> dict[str, Any]:
        by = self._dice.choice([*self.viewers, self.ground.token, self.ground.token])
        wish: dict[str, Any] = {"port": self.port, "over": "ws" if number % 2 else "sse", "by": by}
        if number % 3 == 0:
            return wish | {"by": self.ground.token, "query": ONE, "variables": {"id": self._dice.choice(self.ids)}}
        wheres: Sequence[dict[str, Any]] = (
            {"region": {"eq": self._dice.choice(_REGIONS)}, "priority": {"eq": self._dice.choice(_PRIORITIES).upper()}},
            {"team": {"eq": self._dice.choice(_PEOPLE)[0]}, "overdue": False},
            {"owner": {"eq": self._dice.choice(_PEOPLE)[1]}},
        )
        where = {} if number % 10 == 1 else self._dice.choice(wheres)
        return wish | {"query": MANY, "variables": {"where": where}}

    async def _write(self, clients: Process) -> None:
        """Changes straight to the rows; every few seconds the hub's connection is ended, and those of some clients."""
        items = await self._items()
        began, before, written, cuts = time.monotonic(), cpu_seconds(self.pid), 0, 0
        memory: list[float] = []
        delays: list[float] = []
        probing = asyncio.create_task(self._probe(delays))
        while (passed := time.monotonic() - began) < self.seconds:
            due = range(written, int(passed * _CHANGES_A_SECOND))
            await self._change([items[number % len(items)] for number in due[: len(items)]])
            written += len(due[: len(items)])
            if cuts < passed // _CUT_SECONDS and passed < self.seconds * 0.8:
                cuts += 1
                await self._cut_hub_off()
                await _tell(clients, f"drop {self.subscribers // 20}")
            if len(memory) < passed * 4 // self.seconds:
                memory.append(_memory(self.pid))
            await asyncio.sleep(0.01)
        probing.cancel()
        await self._change(items)  # who came back was told of the newest hundred only: now of all
        memory.append(_memory(self.pid))
        used = (cpu_seconds(self.pid) - before) / (time.monotonic() - began)
        print(f"{written} changes straight to the rows in {self.seconds} s, {cuts} times the hub was cut off")
        print("memory of the server at each quarter: " + ", ".join(f"{each:.0f} MB" for each in memory))
        print(
            f"processor time of the server: {used:.0%} of a core; a small query meanwhile: {_spread(delays)}",
            flush=True,
        )

    async def _probe(self, delays: list[float]) -> None:
        headers, query = {"Authorization": f"Bearer {self.ground.token}"}, "{ feedbacks(first: 5) { nodes { code } } }"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False) as http:
            while True:
                began = time.monotonic()
                await http.post("/graphql", json={"query": query}, headers=headers)
                delays.append(time.monotonic() - began)
                await asyncio.sleep(0.25)

    async def _items(self) -> list[UUID]:
        async with self.ground.sessions.connect() as session:
            return list((await session.execute(select(feedback.c.id).order_by(feedback.c.id))).scalars())

    async def _change(self, items: Sequence[UUID]) -> None:
        """Every second with an event, as a loop would, the others without."""
        async with self.ground.sessions.begin() as session:
            for number, item in enumerate(items):
                values = self._values()
                changed = update(feedback).where(feedback.c.id == item)
                changed = changed.values(version=feedback.c.version + 1, **values).returning(feedback.c.version)
                version = (await session.execute(changed)).scalar_one()
                if number % 2:
                    told = {"actor_kind": "system", "kind": "changed", "round": 1, "changes": values, "at": func.now()}
                    await session.execute(insert(event).values(item=item, version=version, **told))

    def _values(self) -> dict[str, Any]:
        team, member = self._dice.choice(_PEOPLE)
        return {
            "priority": self._dice.choice(_PRIORITIES),
            "region": self._dice.choice(_REGIONS),
            "team": team,
            "owner": self._dice.choice((None, member)),
            "overdue": self._dice.random() < 0.2,
            "order_ref": f"{time.time():.6f}",
        }

    async def _cut_hub_off(self) -> None:
        wanted = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")
        async with self.ground.sessions.begin() as session:
            await session.execute(wanted, {"name": changes.LISTENER})

    async def _count(self, phase: str, clients: Process) -> None:
        """Ask what each holds until all is right, or nothing more may come."""
        began = time.monotonic()
        while True:
            report = await _tell(clients, "report")
            sights: dict[str, Any] = {}
            wrong = [each for each in report["clients"] if not await self._right(each, sights)]
            if not wrong or time.monotonic() - began > _QUIET_SECONDS:
                break
            await asyncio.sleep(1)
        self.wrong += len(wrong)
        right, all_ = len(report["clients"]) - len(wrong), len(report["clients"])
        messages = sum(each["messages"] for each in report["clients"])
        print(
            f"{phase}: {right} of {all_} hold what they may see, {time.monotonic() - began:.1f} s after the last change"
        )
        print(f"  {messages} messages so far; from a change to its reader: {_spread(report['delays'])}", flush=True)
        for each in wrong[:3]:
            print(
                f"  wrong: {each['query'][:60]} {each['variables']} {each['ended']} holds {len(each['held'])}",
                flush=True,
            )

    async def _right(self, client: dict[str, Any], sights: dict[str, Any]) -> bool:
        key = f"{client['by']} {client['variables']}"
        if key not in sights:
            async with self.ground.sessions.connect() as session:
                sights[key] = await sight(session, self.viewers[client["by"]], client["variables"])
        return not client["ended"] and client["held"] == sights[key]


async def _tell(clients: Process, command: str, more: object = None) -> Any:
    assert clients.stdin is not None
    assert clients.stdout is not None
    clients.stdin.write(f"{command} {'' if more is None else orjson.dumps(more).decode()}\n".encode())
    await clients.stdin.drain()
    return orjson.loads(await clients.stdout.readline())


def _spread(seconds: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not seconds:
        return "none"
    known = sorted(seconds)
    return f"median {known[len(known) // 2]:.2f} s, p95 {known[int(len(known) * 0.95)]:.2f} s"


def _memory(pid: int) -> float:
    """Resident memory of a process, in MB (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def main() -> int:
    """Show it; 1 if a subscriber ended with anything but what it may see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    async with prepared() as ground:
        show = Show(ground, given.subscribers, given.items, given.seconds)
        await show.run()
    return 1 if show.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
