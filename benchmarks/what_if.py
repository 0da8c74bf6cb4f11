"""A stored month of 20,000 items, replayed under another process: the whole what-if as an owner starts it.

Items, their steps, clocks and what happened to these are made by one statement, every third late and every fourth
waiting for its customer for a while. The draft has shorter limits under a calendar with a lunch break, and pauses in
other stages, so that every clock is measured anew. It is run twice: both must find the same.
"""

import asyncio
import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import asyncpg

from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import Comparison, Section, table
from voxloop.domain.documents import Kind
from voxloop.domain.errands import ErrandKind
from voxloop.domain.operations import RunState
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.store import documents, what_ifs
from voxloop.store.sessions import Row
from voxloop.trying_out import Tried, what_if
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

ITEMS, _SECONDS, _LOOK_SECONDS = 20_000, 60, 0.25
_OWNER = Viewer("bench", "bench", Role.ADMIN)
_DAY = ["09:00-12:00", "13:30-18:00"]
_OFFICE = {
    "key": "office",
    "title": {"zh-CN": "办公时间", "en": "Office"},
    "time_zone": "Asia/Shanghai",
    "country": "CN",
    "day_hours": "8h",
    "week": {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _DAY), "sat": [], "sun": []},
}
_STOCK = f"""
SET session_replication_role = replica;
CREATE TEMPORARY TABLE made AS
SELECT n, gen_random_uuid() AS id, now() - n * interval '2 minutes' AS at, n % 3 = 0 AS late, n % 4 = 0 AS waits,
    (ARRAY['urgent', 'high', 'normal', 'normal', 'low'])[1 + n % 5] AS priority,
    (SELECT id FROM document WHERE kind = 'process' AND state = 'published' AND key = 'complaint') AS process
FROM generate_series(1, {ITEMS}) AS n;
INSERT INTO feedback (id, source, idempotency_key, argument_hash, text, language, channel, received_at, search_keys,
    version, stage, type, priority, team, process, outcome, first_closed_at, closed_at)
SELECT id, 'bench', n, '-', '漏水', 'zh-CN', 'app', at, ARRAY['漏水'], 12, 'closed', 'complaint', priority,
    'customer_service', process, 'solved', at + interval '4 days', at + interval '4 days' FROM made;
INSERT INTO event (item, version, at, actor_kind, kind, round, changes)
SELECT id, v, at + after, 'system', kind, 1, changes FROM made, LATERAL (VALUES
    (1, interval '0', 'received', '{{"stage": "received"}}'::jsonb),
    (3, interval '1 second', 'classified', '{{"type": "complaint"}}'),
    (4, interval '2 seconds', 'decided', jsonb_build_object('process', process, 'priority', priority)),
    (5, interval '3 seconds', 'step_entered', '{{"stage": "working"}}'),
    (6, interval '20 minutes', 'accepted', '{{"owner": "li_na"}}'),
    (7, interval '1 hour', CASE WHEN waits THEN 'waits' ELSE 'noted' END,
        CASE WHEN waits THEN '{{"stage": "waiting_customer"}}' ELSE '{{}}' END::jsonb),
    (8, interval '9 hours', CASE WHEN waits THEN 'resumed' ELSE 'noted' END,
        CASE WHEN waits THEN '{{"stage": "working"}}' ELSE '{{}}' END::jsonb),
    (9, interval '30 hours', 'escalated', CASE WHEN late THEN '{{"priority": "urgent"}}' ELSE '{{}}' END::jsonb),
    (10, interval '40 hours', 'completed', '{{}}'),
    (11, interval '45 hours', 'replied', '{{"stage": "answered"}}'),
    (12, interval '4 days', 'closed', '{{"stage": "closed"}}')) AS told (v, after, kind, changes);
INSERT INTO step_run (item, seq, step, kind, title, round, team, entered_at, accepted_at, ended_at, outcome)
SELECT id, seq, step, kind, '{{}}', 1, team, at + entered, at + entered + interval '20 minutes', at + ended, outcome
FROM made, LATERAL (VALUES
    (1, 'handle', 'task', 'customer_service', interval '3 seconds', interval '40 hours', 'settled'),
    (2, 'reply', 'reply', 'customer_service', interval '40 hours', interval '45 hours', 'sent'),
    (3, 'confirm', 'customer', NULL, interval '45 hours', interval '4 days', 'confirmed')
) AS told (seq, step, kind, team, entered, ended, outcome);
CREATE TEMPORARY TABLE timed AS
SELECT id, waits, name, seq, at + began AS began, at + ended AS ended, target, at, late FROM made, LATERAL (VALUES
    ('first_response', 0, interval '0', interval '45 hours', 14400),
    ('resolution', 0, interval '0', interval '4 days', 432000),
    ('respond', 1, interval '3 seconds', interval '20 minutes', 7200),
    ('finish', 1, interval '3 seconds', interval '40 hours', 86400),
    ('respond', 2, interval '40 hours', interval '41 hours', NULL),
    ('finish', 2, interval '40 hours', interval '45 hours', 14400)) AS told (name, seq, began, ended, target);
INSERT INTO clock (item, name, seq, started_at, target_seconds, due_at, breached_at, ended_at, fulfilled)
SELECT id, name, seq, began, target, began + target * interval '1 second',
    CASE WHEN began + target * interval '1 second' < ended THEN began + target * interval '1 second' END, ended, true
FROM timed;
INSERT INTO clock_event (clock, kind, at)
SELECT c.id, told.kind, told.at FROM clock c JOIN made m ON m.id = c.item, LATERAL (VALUES
    (1, 'activate', c.started_at, true),
    (2, 'pause', m.at + interval '1 hour', m.waits AND c.name IN ('finish', 'resolution') AND c.seq < 2),
    (3, 'resume', m.at + interval '9 hours', m.waits AND c.name IN ('finish', 'resolution') AND c.seq < 2),
    (4, 'fulfil', c.ended_at, true)) AS told (place, kind, at, happened)
WHERE told.happened ORDER BY c.id, told.place;
ANALYZE;
"""


async def measure(ground: Ground) -> Section:
    """Items a second, against those that a minute needs."""
    await _stock(ground.database_url)
    client = await connect(ground.temporal_address, lazy=False)
    loops = Loops(client)
    parts = Parts(ground.sessions, loops, Relay(ground.sessions, loops))
    async with ground.worker():
        tried = await _tried(parts)
        first, second = [await _run(parts, tried) for _ in range(2)]
    rates = [study["total"] / seconds for study, seconds in (first, second)]
    _check(first[0], second[0])
    how = (
        f"{first[0]['total']:,} items with six clocks each, {first[0]['changed']:,} of which would be late where they "
        f"were not or the other way, in {first[1]:.1f} and {second[1]:.1f} s; both runs give the digest "
        f"{first[0]['digest'][:12]}…"
    )
    aim = [ITEMS / _SECONDS] * 2
    return Section("What-if", how, [Comparison("items replayed", "a minute", "items/s", rates, aim, 1)])


async def _tried(parts: Parts) -> Tried:
    async with parts.sessions.begin() as session:
        standing = await documents.published(session, Kind.PROCESS, "complaint")
    assert standing is not None
    body = deepcopy(standing["body"])
    for name, limits in body["clocks"].items():
        limits |= {"calendar": "office", "pause": ["waiting_customer"]}
        body["clocks"][name] = _under_calendar(limits)
    for step in body["steps"]:
        if "limit" in step:
            step["limit"] = _under_calendar({**step["limit"], "calendar": "office"})
    until = datetime.now(UTC)
    staffing = ({"team": "customer_service", "members": 30, "calendar": "office"},)
    window = (until - timedelta(days=60), until)
    return Tried(window, process=body, calendars={"office": _OFFICE}, staffing=staffing)


def _under_calendar(limits: dict[str, Any]) -> dict[str, Any]:
    whole = {name: text for name, text in limits.items() if re.fullmatch("[0-9]+d", str(text))}
    return limits | {name: f"{text[:-1]}wd" for name, text in whole.items()}


async def _run(parts: Parts, tried: Tried) -> tuple[Row, float]:
    began = perf_counter()
    study = await what_if(parts, _OWNER, tried)
    await parts.relay.carry()
    found = study
    while found["finished_at"] is None:
        await asyncio.sleep(_LOOK_SECONDS)
        async with parts.sessions.begin() as session:
            found = await what_ifs.get(session, study["id"]) or found
    if found["state"] != RunState.DONE:
        raise RuntimeError(f"{ErrandKind.WHAT_IF} {found['state']}: {found['failure']}")
    return found, perf_counter() - began


def _check(first: Row, second: Row) -> None:
    if (first["digest"], first["changed"]) != (second["digest"], second["changed"]):
        raise RuntimeError("two runs of one what-if differ")
    if first["done"] != ITEMS or first["skipped"]:
        raise RuntimeError(f"it is about other items: {first['done']}, {first['skipped']}")


async def _stock(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_STOCK, timeout=300)
    finally:
        await connection.close()


async def _main() -> None:
    async with prepared() as ground:
        section = await measure(ground)
    print(section.how, table(section.comparisons), sep="\n\n")


if __name__ == "__main__":
    asyncio.run(_main())
