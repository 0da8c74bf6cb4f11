"""Accepting many at once: what is handed in while one statement is under way goes into the next, all of it together.

A commit costs the same for one item as for twenty. Each caller still gets an answer of its own, and only after the
commit that holds its item.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Select, bindparam, column, func, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DataError, IntegrityError

from voxloop import tracing
from voxloop.store.feedback import FIRST_VERSION, NOT_IN_EVENTS, Accepted
from voxloop.store.item_tables import event, feedback, outbox
from voxloop.store.sessions import Row, Session, Sessions

_MOST_TOGETHER = 100
_WRITERS = 2
_COLUMNS = (
    "id", "source", "idempotency_key", "argument_hash", "text", "language", "channel", "form", "scenario", "rating",
    "nps", "product_line", "product", "module", "product_version", "batch", "part", "region", "order_ref", "customer",
    "follow_up_of", "received_at", "search_keys",
)  # fmt: skip
_TOLD = tuple(name for name in _COLUMNS if name not in NOT_IN_EVENTS)


def _statement() -> Select[tuple[Any, ...]]:
    """Inserts the items of a JSON array, the first event and start command of each, and gives those that were new."""
    extra = [
        column("changes", JSONB),
        column("carried", JSONB),
        column("actor_kind", event.c.actor_kind.type),
        column("actor", event.c.actor.type),
        column("starts_at", outbox.c.created_at.type),
    ]
    columns = [column(name, feedback.c[name].type) for name in _COLUMNS]
    recordset = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*columns, *extra)
    given = recordset.render_derived(name="given", with_types=True)
    items = select(literal(FIRST_VERSION), *(given.c[name] for name in _COLUMNS))
    new = upsert(feedback).from_select(["version", *_COLUMNS], items).on_conflict_do_nothing()
    new_row = new.returning(*feedback.c).cte("new")
    first = insert(event).from_select(
        ["item", "version", "at", "actor_kind", "actor", "kind", "round", "changes"],
        select(
            *(given.c.id, literal(FIRST_VERSION), given.c.received_at, given.c.actor_kind, given.c.actor),
            *(literal("received"), literal(1), given.c.changes),
        ).join(new_row, new_row.c.id == given.c.id),
    )
    payload = func.jsonb_build_object("code", new_row.c.code).concat(given.c.carried)
    due = func.coalesce(given.c.starts_at, func.now())
    start = select(literal("start_loop"), func.concat("feedback/", new_row.c.id), payload, due, due)
    start = start.join(given, given.c.id == new_row.c.id)
    queued = insert(outbox).from_select(["command", "workflow", "payload", "created_at", "next_attempt_at"], start)
    return select(new_row).add_cte(first.cte("told"), queued.cte("queued"))


_ACCEPT = _statement()


def told(item: Mapping[str, Any], actor: str) -> dict[str, Any]:
    """An item (columns of ``feedback``) with what its first event and its start command need.

    ``starts_at``, if it has that too, is when its loop may start.
    """
    kind, _, name = actor.partition(":")
    changes = {column: item.get(column) for column in _TOLD}
    return {**item, "actor_kind": kind, "actor": name, "changes": changes, "carried": tracing.carried()}


async def accept(session: Session, item: Mapping[str, Any], actor: str) -> Accepted:
    """Insert ``item`` (columns of ``feedback``), its first event and its loop's start command, in one statement.

    A repeated (source, idempotency_key) inserts nothing and answers with the item that stands.
    """
    [accepted] = await accept_all(session, [told(item, actor)])
    return accepted


async def accept_all(session: Session, items: Sequence[Mapping[str, Any]]) -> list[Accepted]:
    """As ``accept``, for many items (as ``told`` gives them); the answers in their order."""
    new = {row["id"]: row for row in (await session.execute(_ACCEPT, {"rows": items})).mappings()}
    keys = [_key(item) for item in items if item["id"] not in new]
    standing: dict[tuple[str, str], Row] = {}
    if keys:
        wanted = select(feedback).where(tuple_(feedback.c.source, feedback.c.idempotency_key).in_(keys))
        standing = {_key(row): row for row in (await session.execute(wanted)).mappings()}
    return [
        Accepted(new[item["id"]], created=True) if item["id"] in new else Accepted(standing[_key(item)], created=False)
        for item in items
    ]


def _key(row: Mapping[str, Any] | Row) -> tuple[str, str]:
    return row["source"], row["idempotency_key"]


class Acceptance:
    """Takes items one by one, from any number of callers at once."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions.execution_options(isolation_level="AUTOCOMMIT")
        self._waiting: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()  # held here, so that none is lost before it is done
        self._writers = 0

    async def accept(self, item: Mapping[str, Any], actor: str) -> Accepted:
        """As ``accept``, but committed when it answers."""
        asked = _Asked(told(item, actor), asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._writers < _WRITERS:
            self._writers += 1
            task = asyncio.create_task(self._write())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asked.answer

    async def _write(self) -> None:
        """Write until nothing waits; between finding that and being no writer any more, nobody else runs."""
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
                try:
                    await self._accept(together)
                except (IntegrityError, DataError):  # one of them, nobody knows which, must not stand in others' way
                    for asked in together:
                        await self._accept([asked])
        finally:
            self._writers -= 1

    async def _accept(self, together: "Sequence[_Asked]") -> None:
        try:
            async with self._sessions.connect() as session:
                accepted = await accept_all(session, [asked.item for asked in together])
        except Exception as error:
            if len(together) > 1 and isinstance(error, IntegrityError | DataError):
                raise
            for asked in together:
                asked.refuse(error)
        else:
            for asked, answer in zip(together, accepted, strict=True):
                asked.tell(answer)


@dataclass(frozen=True)
class _Asked:
    item: Mapping[str, Any]
    answer: "asyncio.Future[Accepted]"

    def tell(self, accepted: Accepted) -> None:
        if not self.answer.done():  # else the caller has gone
            self.answer.set_result(accepted)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
