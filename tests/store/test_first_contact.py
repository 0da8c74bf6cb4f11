"""First-contact resolution: SQL, of one item and of many, says of any event log what its definition says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from voxloop.domain.feedback import Outcome
from voxloop.domain.first_contact import Said, at_first_contact
from voxloop.store import first_contact
from voxloop.store.effect_tables import message
from voxloop.store.item_tables import event, feedback
from voxloop.store.sessions import Session, Sessions
from voxloop.tests.items import hand_in

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
OPEN = {"stage": "working", "closed_at": None, "outcome": None}
PERSONS = ("member:li_na", "integration:hotline")
WAYS = (("out", "public"), ("in", "public"), ("internal", "internal"))
KINDS = ("replied", "waiting", "customer_replied", "confirmed", "rejected", "reopened", "noted", "step_entered")


@dataclass(frozen=True)
class Words:
    """One message."""

    way: tuple[str, str]
    purpose: str
    author: str

    @property
    def by_person(self) -> bool:
        return self.way == ("out", "public") and self.purpose == "reply" and self.author in PERSONS


@dataclass(frozen=True)
class Log:
    """How an item ended, if it did, its round, and what happened to it, with what was said then."""

    outcome: str | None
    round: int
    events: Sequence[tuple[str, Sequence[Words]]]

    @property
    def at_first_contact(self) -> bool | None:
        return at_first_contact(self.outcome, self.round, list(self._said()))

    def _said(self) -> Iterable[Said]:
        for kind, words in self.events:
            for each in words:
                if each.by_person or (each.way[0] == "in" and kind != "confirmed"):
                    yield Said(theirs=not each.by_person)


_words = st.builds(
    Words, st.sampled_from(WAYS), st.sampled_from(["reply", "thanks"]), st.sampled_from([*PERSONS, "system"])
)
_REPLY = ("replied", [Words(WAYS[0], "reply", PERSONS[0])])
_events = st.one_of(st.just(_REPLY), st.tuples(st.sampled_from(KINDS), st.lists(_words, max_size=2)))
_ends = st.one_of(st.just("solved"), st.sampled_from([*(outcome.value for outcome in Outcome), None]))
_logs = st.builds(Log, _ends, st.sampled_from([1, 1, 2]), st.lists(_events, max_size=4))


@settings(max_examples=60, deadline=None)
@given(logs=st.lists(_logs, min_size=1, max_size=6))
async def test_sql_says_what_the_definition_says(stocked: Sessions, logs: list[Log]) -> None:
    async with stocked.connect() as session:
        items = {await _write(session, log): log for log in logs}
        of_each, of_many = await _of_each(session, items), await _of_many(session, items)
        await session.rollback()
    expected = {item: log.at_first_contact for item, log in items.items()}
    assert of_each == expected
    assert of_many == {item: value for item, value in expected.items() if value is not None}


async def _write(session: Session, log: Log) -> UUID:
    closed = {"stage": "closed", "closed_at": AT, "outcome": log.outcome}
    item = await hand_in(session, AT, round=log.round, **(closed if log.outcome else OPEN))
    told = {"item": item, "at": AT, "actor_kind": "system", "round": 1, "changes": {}}
    for version, (kind, words) in enumerate(log.events, start=2):
        await session.execute(insert(event).values(**told, version=version, kind=kind))
        for each in words:
            direction, visibility = each.way
            said = {"direction": direction, "visibility": visibility, "purpose": each.purpose, "author": each.author}
            await session.execute(insert(message).values(item=item, version=version, at=AT, text="-", **said))
    return item


async def _of_each(session: Session, items: dict[UUID, Log]) -> dict[UUID, bool | None]:
    said: dict[UUID, list[Said]] = {item: [] for item in items}
    for row in await first_contact.of_items(session, items):
        said[row["item"]].append(Said(row["theirs"]))
    return {item: at_first_contact(log.outcome, log.round, said[item]) for item, log in items.items()}


async def _of_many(session: Session, items: dict[UUID, Log]) -> dict[Any, bool]:
    columns = feedback.c
    picked = select(columns.id, columns.outcome.label("ended"), columns.round).where(columns.id.in_(items)).cte()
    resolved = first_contact.resolved(picked)
    found = await session.execute(select(resolved.c.item, resolved.c.at_first))
    return {row.item: row.at_first for row in found}
