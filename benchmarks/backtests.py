"""A draft over 100,000 stored items: the whole backtest as an owner starts it, against two minutes.

Items and decisions are made by one statement. The draft changes who is urgent, routes one module elsewhere and asks a
count that was not counted when the items came in. It is run twice: both must find the same.
"""

import asyncio
from contextlib import AsyncExitStack
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import asyncpg

from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import Comparison, Section, table
from voxloop.domain.documents import Kind, State
from voxloop.domain.errands import ErrandKind
from voxloop.domain.operations import RunState
from voxloop.domain.viewer import Role, Viewer
from voxloop.editing import Edit, create
from voxloop.reception import Parts
from voxloop.store import backtests, documents, drafts
from voxloop.store.listing import Where
from voxloop.store.sessions import Row
from voxloop.studying import backtest
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

ITEMS, _SECONDS, _LOOK_SECONDS = 100_000, 120, 0.25
_OWNER = Viewer("bench", "bench", Role.ADMIN)
_STOCK = f"""
SET session_replication_role = replica;
INSERT INTO feedback (id, source, idempotency_key, argument_hash, text, language, channel, rating, customer, product,
    product_line, module, product_version, batch, region, received_at, search_keys, version, stage, type, sentiment)
SELECT gen_random_uuid(), 'bench', n, '-',
    (ARRAY['按键不灵', '漏水严重', '物流很快', '希望增加预约功能', '客服不回复，我要投诉'])[1 + n % 5] || '，' ||
    (ARRAY['等了三天', '用了两次就这样', '推荐给朋友了', '老人用起来不方便'])[1 + n % 4]
        || '。第 ' || n || ' 条', 'zh-CN',
    (ARRAY['app', 'web', 'email'])[1 + n % 3], 1 + n % 5,
    (SELECT array_agg(id ORDER BY ref) FROM customer)[1 + n % (SELECT count(*) FROM customer)],
    'air_fryer_p3', 'kitchen', (ARRAY['heating', 'basket', 'panel', 'wifi'])[1 + n % 4], '3.1.0',
    'P3-' || n % 5000, (ARRAY['华东', '华南', '西北'])[1 + n % 3],
    now() - n * interval '25 seconds', ARRAY['收到'], 4, 'working',
    (ARRAY['complaint', 'defect', 'praise', 'suggestion'])[1 + n % 4], 0.1
FROM generate_series(1, {ITEMS}) AS n;
INSERT INTO decision (item, version, rule_set, at, body)
SELECT f.id, 4, d.id, f.received_at, jsonb_build_object('type', null, 'priority', null, 'tags', '[]'::jsonb,
    'tells', '[]'::jsonb, 'opens', '[]'::jsonb, 'hold', false, 'spam', false,
    'route', '{{"process": null, "team": null, "member": null}}'::jsonb,
    'explanation', jsonb_build_object('fired', '[]'::jsonb, 'overruled', '[]'::jsonb, 'nearest', null,
        'engine', 'reference', 'facts', jsonb_build_object('language', f.language, 'channel', f.channel,
            'rating', f.rating, 'product', f.product, 'product_line', f.product_line, 'module', f.module,
            'version', f.product_version, 'batch', f.batch, 'region', f.region, 'type', f.type, 'priority', 'normal',
            'type_confidence', 0.8, 'sentiment', 'neutral', 'urgency', 'normal', 'customer_level', 'regular',
            'follow_up', false, 'is_reopen', false, 'accepted', false, 'batch_count_30d', 2)))
FROM feedback f, document d WHERE f.source = 'bench' AND d.kind = 'rule_set' AND d.key = 'intake';
ANALYZE;
"""


async def measure(ground: Ground) -> Section:
    """Items a second, against those that two minutes need."""
    await _stock(ground.database_url)
    client = await connect(ground.temporal_address, lazy=False)
    loops = Loops(client)
    parts = Parts(ground.sessions, loops, Relay(ground.sessions, loops))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(ground.worker())
        draft = await _draft(parts)
        first, second = [await _run(parts, draft) for _ in range(2)]
    studies = [first[0], second[0]]
    rates = [study["total"] / seconds for study, seconds in (first, second)]
    _check(studies)
    how = (
        f"{first[0]['total']:,} items, {first[0]['changed']:,} of them decided otherwise, in {first[1]:.0f} and "
        f"{second[1]:.0f} s; both runs give the digest {first[0]['digest'][:12]}…, and sums that equal their lists."
    )
    aim = [ITEMS / _SECONDS] * 2
    return Section("Backtest", how, [Comparison("items decided twice", "two minutes", "items/s", rates, aim, 1)])


async def _draft(parts: Parts) -> Row:
    """A draft that differs from the starter's rules, as if it had been checked."""
    async with parts.sessions.begin() as session:
        standing = await documents.published(session, Kind.RULE_SET, "intake")
    assert standing is not None
    body = deepcopy(standing["body"])
    body.pop("cases", None)
    body["rules"][:0] = [
        _rule("again", {"fact": "customer_count_7d", "is": "at_least", "value": 3}, {"set_priority": "high"}),
        _rule("wifi", {"fact": "module", "is": "equals", "value": "wifi"}, {"route": {"team": "quality"}}),
    ]
    row = await create(parts, _OWNER, Kind.RULE_SET, "intake", Edit(body))
    async with parts.sessions.begin() as session:
        checked = await drafts.note_check(session, row["id"], row["revision"], [], sound=True)
    assert checked is not None
    assert checked["state"] == State.CHECKED
    return checked


def _rule(key: str, when: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "title": {"zh-CN": key, "en": key}, "when": when, "then": [then]}


async def _run(parts: Parts, draft: Row) -> tuple[Row, float]:
    now = datetime.now(UTC)
    began = perf_counter()
    study = await backtest(parts, _OWNER, draft["id"], (now - timedelta(days=60), now), Where())
    await parts.relay.carry()
    found = study
    while found["finished_at"] is None:
        await asyncio.sleep(_LOOK_SECONDS)
        found = await _read(parts, study)
    if found["state"] != RunState.DONE:
        raise RuntimeError(f"{ErrandKind.BACKTEST} {found['state']}: {found['failure']}")
    return found, perf_counter() - began


async def _read(parts: Parts, study: Row) -> Row:
    async with parts.sessions.begin() as session:
        found = await backtests.get(session, study["id"])
    assert found is not None
    return found


def _check(studies: list[Row]) -> None:
    first, second = studies
    if (first["digest"], first["sums"], first["changed"]) != (second["digest"], second["sums"], second["changed"]):
        raise RuntimeError("two runs of one backtest differ")
    if first["done"] != ITEMS or sum(first["sums"]["after"].values()) != ITEMS:
        raise RuntimeError(f"the sums are about other items: {first['done']}, {first['sums']}")


async def _stock(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_STOCK)
    finally:
        await connection.close()


async def _main() -> None:
    async with prepared() as ground:
        section = await measure(ground)
    print(section.how, table(section.comparisons), sep="\n\n")


if __name__ == "__main__":
    asyncio.run(_main())
