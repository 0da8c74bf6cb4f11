"""One object of each kind that has a global id, and as many entries as ``MANY`` in each list below them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select

from voxloop.domain.identity import global_id, new_id
from voxloop.store import absences, linked_items, mentions, messages, views
from voxloop.store.item_tables import feedback
from voxloop.store.operation_tables import bulk, bulk_item, migration, migration_item
from voxloop.store.sessions import Session
from voxloop.store.study_tables import (
    backtest,
    backtest_difference,
    shadow,
    shadow_difference,
    what_if,
    what_if_difference,
)
from voxloop.store.tables import document
from voxloop.tests.items import hand_in

MANY = 7
BEGAN = datetime(2026, 10, 1, 9, tzinfo=UTC)
_TIME = {"since": BEGAN, "until": BEGAN + timedelta(days=1)}
_BY = {"author": "integration:test"}


async def everything(session: Session) -> Mapping[str, str]:
    """Write them; answers their ids by the names of their types."""
    items = [await hand_in(session, BEGAN + timedelta(minutes=number)) for number in range(MANY)]
    await _say(session, items)
    link = {"key": "vox-test-1", "system": "pms", "template": "bug", "title": "t", "body": "b"}
    await linked_items.open_for(session, items[0], None, link | {"opened_at": BEGAN, "changed_at": BEGAN})
    process, rules = [await _published(session, kind) for kind in ("process", "rule_set")]
    customer = (await session.execute(select(feedback.c.customer).where(feedback.c.id == items[0]))).scalar_one()
    found = {"Feedback": items[0], "Customer": customer, "LinkedItem": link["key"], "Document": process}
    found |= {"Team": "quality", "Member": "li_na", "Product": "robot_vacuum_x5", "ProductLine": "cleaning"}
    found["Absence"] = (await absences.add(session, id=new_id(), member="li_na", hand_over=False, **_TIME, **_BY))["id"]
    found["View"] = new_id()
    order = {"field": "received_at", "descending": True}
    shared = {"id": found["View"], "owner": "member:li_na", "sharing": "everybody", "title": "全部", "where": {}}
    await views.add(session, **shared, **order)
    found |= await _operations(session, items, process) | await _studies(session, items, rules)
    return {name: global_id(name, id_) for name, id_ in found.items()}


async def _published(session: Session, kind: str) -> int:
    wanted = select(document.c.id).where(document.c.kind == kind, document.c.state == "published")
    id_: int = (await session.execute(wanted.order_by(document.c.key.desc()).limit(1))).scalar_one()
    return id_


async def _say(session: Session, items: list[UUID]) -> None:
    for number, item in enumerate(items):
        said = {"direction": "internal", "visibility": "internal", "purpose": "reply", "author": "member:zhou_ming"}
        at = BEGAN + timedelta(minutes=number // 2)
        note = await messages.add(session, item=item, version=1, at=at, text="@li_na", **said)
        await mentions.add(session, note, item, ["li_na"], at)


async def _operations(session: Session, items: list[UUID], process: int) -> dict[str, UUID]:
    run = await _written(session, bulk, total=MANY, wish={}, viewer={})
    moves = [
        await _written(session, migration, total=MANY, process=process, created_at=BEGAN + timedelta(minutes=each // 2))
        for each in range(MANY)
    ]
    await _keep(session, bulk_item, items, bulk=run)
    await _keep(session, migration_item, items, migration=moves[0], before=process, after=process)
    return {"BulkRun": run, "Migration": moves[0]}


async def _studies(session: Session, items: list[UUID], rules: int) -> dict[str, UUID]:
    of = {"draft": rules, "standing": rules, "revision": 1, "changed": MANY}
    tried = await _written(session, backtest, bodies={}, **of, **_TIME)
    beside = await _written(session, shadow, body={}, asked=[], after_xid=0, **of)
    replayed = await _written(session, what_if, request={}, changed=MANY, **_TIME)
    await _keep(session, backtest_difference, items, backtest=tried, changes=[])
    await _keep(session, shadow_difference, items, shadow=beside, changes=[], version=4)
    await _keep(session, what_if_difference, items, what_if=replayed, changes=[])
    return {"Backtest": tried, "ShadowReport": beside, "WhatIf": replayed}


async def _written(session: Session, table: Table, **values: Any) -> UUID:
    id_ = new_id()
    await session.execute(insert(table).values(id=id_, **values, **_BY))
    return id_


async def _keep(session: Session, table: Table, items: list[UUID], **values: Any) -> None:
    rows = [{"position": place, "item": item, **values} for place, item in enumerate(items)]
    await session.execute(insert(table), rows)
