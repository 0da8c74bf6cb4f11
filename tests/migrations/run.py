"""``make migrations``: 500 running items on real processes. A new version disturbs none; half go there, and come back.

Midway the worker is killed. Then it is counted, and 10,000 items are looked at beforehand. Exit code 1 if a count is
wrong.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from voxloop.store.sessions import Sessions, open_sessions
from voxloop.tests.chaos.processes import Installation
from voxloop.tests.workflows.moving import KEY, LONGER, OLD, publish

COUNT, MANY = 500, 10_000
KILLED_AT = 60
_PATIENCE_SECONDS = 300
SUBMIT = """mutation ($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) { feedback { code } userErrors { message } } }"""
START = """mutation ($input: StartMigrationInput!) { done: startMigration(input: $input) {
  migration { id } userErrors { message } } }"""
UNDO = """mutation ($input: UndoMigrationInput!) { done: undoMigration(input: $input) {
  migration { id } userErrors { message } } }"""
READ = "query ($id: ID!) { migration(id: $id) { state total done refused } }"
PREVIEW = """{ migrationPreview(process: "suggestion") { total examined movable later earlier missed
  groups { count message } deadlines(first: 100) { totalCount nodes { code dueBefore dueAfter } } } }"""
TIMELINES = """query ($after: String) { feedbacks(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
  nodes { code timeline { kind sentence(language: ZH_CN) } } } }"""
STATE = """SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (
  SELECT f::text x FROM feedback f UNION ALL SELECT s::text FROM step_run s UNION ALL SELECT c::text FROM clock c
  UNION ALL SELECT e::text FROM clock_event e UNION ALL SELECT v::text FROM event v) rows"""
DUE = "SELECT md5(string_agg(item || name || due_at, '|' ORDER BY item, name)) FROM clock WHERE ended_at IS NULL"
MOVES = """SELECT count(*) FILTER (WHERE times = 1), count(*) FILTER (WHERE times = 2),
  count(*) FILTER (WHERE times > 2)
  FROM (SELECT count(*) times FROM event WHERE kind = 'migrated' GROUP BY item) moves"""
VERSIONS = "SELECT process, count(*) FROM feedback GROUP BY process ORDER BY process"


@dataclass
class Trial:
    """The installation as this trial sees it. ``wrong``: what was not as it should be."""

    house: Installation
    http: httpx.AsyncClient
    sessions: Sessions
    wrong: list[str] = field(default_factory=list)

    async def ask(self, document: str, **variables: Any) -> Any:
        answer = (await self.http.post("/graphql", json={"query": document, "variables": variables})).json()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.sessions.begin() as session:
            return [tuple(row) for row in await session.execute(text(statement), values)]

    def check(self, what: str, found: object, wanted: object) -> None:
        print(
            f"  {'ok ' if found == wanted else 'BAD'} {what}: {found}" + ("" if found == wanted else f", not {wanted}")
        )
        if found != wanted:
            self.wrong.append(what)

    async def begin(self, document: str, **given: Any) -> str:
        done = (await self.ask(document, input=given))["done"]
        if done["userErrors"]:
            raise RuntimeError(done["userErrors"])
        id_: str = done["migration"]["id"]
        return id_

    async def ended(self, id_: str, kill: bool = False) -> tuple[Any, float]:
        """A migration once it has ended, and after how many seconds; ``kill``: the worker, on the way."""
        began = time.monotonic()
        while time.monotonic() - began < _PATIENCE_SECONDS:
            read = (await self.ask(READ, id=id_))["migration"]
            if kill and read["done"] >= KILLED_AT:
                print(f"  worker killed with {read['done']} of {read['total']} done")
                self.house.kill("worker")
                kill = False
            if read["state"] in ("DONE", "FAILED", "CANCELLED"):
                return read, time.monotonic() - began
            await asyncio.sleep(0.1)
        raise TimeoutError(id_)


@asynccontextmanager
async def started() -> AsyncIterator[Trial]:
    """A fresh installation."""
    house = Installation(scale=1)
    try:
        await house.start()
        sessions = open_sessions(house.database_url)
        headers = {"Authorization": f"Bearer {house.token()}"}
        async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=60, trust_env=False) as http:
            yield Trial(house, http, sessions)
        await sessions.dispose()
        await house.stop()
    finally:
        house.end()
        house.forget()


async def hand_in(trial: Trial) -> None:
    """Hand in items and wait until each waits for somebody, and everything is sent."""
    for number in range(COUNT):
        item = {"text": f"希望增加功能{number}", "channel": "APP", "scenario": "suggestion", "key": f"item-{number}"}
        await trial.ask(SUBMIT, input=item)
    working = "SELECT count(*) FROM feedback WHERE step = 'review'"
    idle = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM receipt WHERE settled_at IS NULL)"
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE_SECONDS:
        if [await trial.rows(working), await trial.rows(idle)] == [[(COUNT,)], [(0,)]]:
            return
        await asyncio.sleep(0.5)
    raise TimeoutError("not all at their first step")


async def half_and_back(trial: Trial) -> None:
    """Nobody is disturbed; half of them go to the new version and back."""
    [(state,)], [(due,)] = await trial.rows(STATE), await trial.rows(DUE)
    [(old, _)] = await trial.rows(VERSIONS)
    new = await publish(trial.sessions, LONGER)
    await asyncio.sleep(5)
    trial.check("rows that a new version changed", int((await trial.rows(STATE))[0][0] != state), 0)
    id_ = await trial.begin(START, process=KEY, limit=COUNT // 2, key="half")
    run, seconds = await trial.ended(id_, kill=True)
    print(f"  {COUNT // 2} items moved in {seconds:.1f} s, with the worker killed on the way")
    trial.check("moved", run["done"] - run["refused"], COUNT // 2)
    trial.check("by version", dict(await trial.rows(VERSIONS)), {old: COUNT // 2, new: COUNT // 2})
    trial.check("items by number of moves", (await trial.rows(MOVES))[0], (COUNT // 2, 0, 0))
    run, seconds = await trial.ended(await trial.begin(UNDO, id=id_, key="back"))
    print(f"  {COUNT // 2} items moved back in {seconds:.1f} s ({COUNT / 2 / seconds:.0f} a second)")
    trial.check("moved back", run["done"] - run["refused"], COUNT // 2)
    trial.check("by version", dict(await trial.rows(VERSIONS)), {old: COUNT})
    trial.check("items by number of moves", (await trial.rows(MOVES))[0], (0, COUNT // 2, 0))
    trial.check("deadlines that are not as before", int((await trial.rows(DUE))[0][0] != due), 0)


async def timelines(trial: Trial) -> None:
    """Every timeline tells of each move, in words."""
    told: Counter[int] = Counter()
    after: str | None = None
    example: list[str] = []
    while True:
        page = (await trial.ask(TIMELINES, after=after))["feedbacks"]
        for node in page["nodes"]:
            moves = [event["sentence"] for event in node["timeline"] if event["kind"] == "migrated"]
            told[len(moves)] += 1
            example = moves or example
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    trial.check("timelines by moves told", dict(told), {0: COUNT // 2, 2: COUNT // 2})
    print(*(f"      {sentence}" for sentence in example), sep="\n")


async def look_at_many(trial: Trial) -> None:
    """Look at 10,000 items: copies of the first, as far as a preview reads them."""
    await multiply(trial, "feedback", "id, source, idempotency_key", "gen_random_uuid(), 'copy', n::text")
    await multiply(trial, "step_run", "item", "c.id")
    await multiply(trial, "clock", "item", "c.id")
    copied = """INSERT INTO clock_event (clock, kind, at) SELECT id, 'activate', started_at FROM clock
      WHERE NOT EXISTS (SELECT FROM clock_event e WHERE e.clock = clock.id)"""
    await trial.rows(f"WITH done AS ({copied} RETURNING 1) SELECT count(*) FROM done")
    began = time.monotonic()
    found = (await trial.ask(PREVIEW))["migrationPreview"]
    print(f"  looked at {found['examined']} of {found['total']} items in {time.monotonic() - began:.2f} s")
    trial.check("looked at, movable, later", (found["examined"], found["movable"], found["later"]), (MANY, MANY, MANY))


async def multiply(trial: Trial, table: str, own: str, values: str) -> None:
    """Copy the rows of the first item, once for each copy of it (of the item itself: so many times)."""
    key = "id" if table == "feedback" else "item"
    names = f"""SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
      WHERE table_name = '{table}' AND is_identity = 'NO' AND is_generated = 'NEVER'
      AND column_name <> ALL (string_to_array('{own}', ', '))"""
    [(others,)] = await trial.rows(names)
    copies = (
        f"generate_series(1, {MANY - COUNT}) n"
        if table == "feedback"
        else "(SELECT id FROM feedback WHERE source = 'copy') c"
    )
    chosen = f"WITH first AS (SELECT * FROM {table} WHERE {key} = (SELECT id FROM feedback ORDER BY number LIMIT 1))"
    qualified = ", ".join(f"first.{name}" for name in others.split(", "))
    new = f"INSERT INTO {table} ({own}, {others}) SELECT {values}, {qualified} FROM first, {copies} RETURNING 1"
    await trial.rows(f"{chosen}, made AS ({new}) SELECT count(*) FROM made")


async def run() -> int:
    """All of it; answers the exit code."""
    async with started() as trial:
        await publish(trial.sessions, OLD)
        began = time.monotonic()
        await hand_in(trial)
        print(f"  {COUNT} items run after {time.monotonic() - began:.0f} s", flush=True)
        await half_and_back(trial)
        await timelines(trial)
        await look_at_many(trial)
        print(f"\n{len(trial.wrong)} wrong")
        return 1 if trial.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
