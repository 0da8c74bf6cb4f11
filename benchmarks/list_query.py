"""The list query of a console: 50 items with 15 fields, their owner and their last three events, some 1,550 values.

What counts is the processor time of the server for one request: against a hand-written endpoint that does only this
(``raw_list.py``), and against a GraphQL server as its documentation shows it (``plain_list.py``). All answer with the
same, which is checked before anything is measured.
"""

import asyncio
from contextlib import AsyncExitStack
from hashlib import sha256
from itertools import repeat
from pathlib import Path
from time import perf_counter

import asyncpg
import httpx
import orjson

from voxloop.benchmarks.ground import Ground, free_port, prepared, running, until_open
from voxloop.benchmarks.load import post, send_all
from voxloop.benchmarks.measure import Comparison, Section, cpu_seconds, in_turns, table
from voxloop.store import operations

ITEMS, _EVENTS = 30_000, 5
_SENT, _CONNECTIONS, _ROUNDS = 300, 8, 7
DOCUMENT = """query Inbox($first: Int!) { feedbacks(first: $first) {
  nodes { id version text language channel rating nps type sentiment priority stage round region dueAt receivedAt
    owner { id key name active } timeline(last: 3) { at kind actorKind actor } }
  pageInfo { hasNextPage endCursor } } }"""
_HASH = sha256(DOCUMENT.encode()).hexdigest()
_STOCK = f"""
SET session_replication_role = replica;
INSERT INTO feedback (id, source, idempotency_key, argument_hash, text, language, channel, rating, nps, region,
    received_at, search_keys, version, stage, type, type_confidence, sentiment, priority, team, owner, due_at)
SELECT gen_random_uuid(), 'bench', n, '-',
    '收到货以后按键不灵，客服说会换新的，等了三天还没有消息。第 ' || n || ' 条', 'zh-CN',
    (ARRAY['app', 'web', 'email'])[1 + n % 3], 1 + n % 5, n % 11, (ARRAY['华东', '华南', '西北'])[1 + n % 3],
    now() - n * interval '1 minute', ARRAY['收到', '货', '按键', '不灵', '客服', '换新', '消息'], {_EVENTS},
    (ARRAY['received', 'working'])[1 + n % 2], (ARRAY['complaint', 'defect', 'praise'])[1 + n % 3], 0.9, 0.25,
    (ARRAY['normal', 'high'])[1 + n % 2], (SELECT key FROM team ORDER BY key LIMIT 1),
    (SELECT array_agg(key ORDER BY key) FROM member)[1 + n % (SELECT count(*) FROM member)],
    now() + n * interval '1 minute'
FROM generate_series(1, {ITEMS}) AS n;
INSERT INTO event (item, version, at, actor_kind, actor, kind, round, changes, detail)
SELECT id, v, received_at + v * interval '1 second', 'member', owner, (ARRAY['received', 'acknowledged', 'classified',
    'decided', 'accepted'])[v], 1, jsonb_build_object('owner', owner, 'stage', stage), '{{"step": "handle"}}'
FROM feedback, generate_series(1, {_EVENTS}) AS v;
ANALYZE;
"""


async def measure(ground: Ground) -> Section:
    """Ordinary path and stored operation against both limits, all in one interleaved run."""
    await _stock(ground.database_url)
    async with ground.sessions.begin() as session:
        await operations.add(session, {_HASH: DOCUMENT})
    ordinary = {"query": DOCUMENT, "variables": {"first": 50}}
    stored = {"documentId": f"sha256:{_HASH}", "variables": {"first": 50}}
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(ground.server())
        servers = {"ordinary": ours, "stored": await stack.enter_async_context(ground.server())}
        for name in ("raw", "plain"):
            port, script = free_port(), str(Path(__file__).with_name(f"{name}_list.py"))
            process = await stack.enter_async_context(running(script, str(port), ground.database_url))
            await until_open(port)
            servers[name] = process.pid, port
        bodies = {"ordinary": ordinary, "stored": stored, "raw": ordinary, "plain": ordinary}
        asked = {name: _Asked(*servers[name], orjson.dumps(body), ground.token) for name, body in bodies.items()}
        _check_same([await one.answer() for one in asked.values()])
        costs = await in_turns({name: one.cost for name, one in asked.items()}, _ROUNDS)
    rates = ", ".join(f"{name} {one.rate:,.0f}" for name, one in asked.items())
    return Section("The list query of a console", f"{ITEMS:,} items. Requests a second: {rates}.", _compared(costs))


def _compared(costs: dict[str, list[float]]) -> list[Comparison]:
    cpu = {name: [seconds * 1000 for seconds in given] for name, given in costs.items()}
    return [
        Comparison("GraphQL", "raw endpoint", "CPU ms/request", cpu["ordinary"], cpu["raw"], 9, less_is_better=True),
        Comparison("stored", "raw endpoint", "CPU ms/request", cpu["stored"], cpu["raw"], 3, less_is_better=True),
        Comparison(
            "GraphQL", "plain Strawberry", "CPU ms/request", cpu["ordinary"], cpu["plain"], 0.4, less_is_better=True
        ),
    ]


class _Asked:
    """A server that is asked the same again and again; ``rate`` is that of the best round, in requests a second."""

    def __init__(self, pid: int, port: int, body: bytes, token: str) -> None:
        self._pid, self._port, self._body, self._token = pid, port, body, token
        self.rate = 0.0

    async def answer(self) -> bytes:
        """One answer, in a form in which all are alike."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(trust_env=False) as client:
            response = await client.post(f"http://127.0.0.1:{self._port}/graphql", content=self._body, headers=headers)
        answer = orjson.loads(response.text.replace("+00:00", "Z"))
        return orjson.dumps({"data": answer["data"]}, option=orjson.OPT_SORT_KEYS)

    async def cost(self) -> float:
        """Seconds of processor time that a request takes the server."""
        began, used = perf_counter(), cpu_seconds(self._pid)
        await send_all(self._port, repeat(post("/graphql", self._body, self._token), _SENT), _CONNECTIONS)
        self.rate = max(self.rate, _SENT / (perf_counter() - began))
        return (cpu_seconds(self._pid) - used) / _SENT


def _check_same(answers: list[bytes]) -> None:
    if len(set(answers)) != 1 or answers[0].count(b'"actorKind"') != 150:
        raise RuntimeError(b"\n".join(answer[:1500] for answer in answers).decode())


async def _stock(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT count(*) FROM feedback WHERE source = 'bench' AND owner IS NOT NULL"):
            await connection.execute(_STOCK)
    finally:
        await connection.close()


async def _main() -> None:
    async with prepared() as ground:
        section = await measure(ground)
    print(section.how, table(section.comparisons), sep="\n\n")


if __name__ == "__main__":
    asyncio.run(_main())
