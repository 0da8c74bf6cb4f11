"""The items of one answer with all that is selected below them, in as many statements for many items as for one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.graphql.feedback import LONGEST_TIMELINE, TIMELINE, Feedback
from voxloop.graphql.lookahead import Selection
from voxloop.graphql.nodes import global_id, made
from voxloop.store import clocks, customers, decisions, documents, events, linked_items, messages, steps
from voxloop.store.sessions import Row, Session

_Load = Callable[[Session, list[UUID]], Awaitable[Sequence[Row]]]
_LOADS: Mapping[str, tuple[_Load, tuple[str, ...]]] = {
    "steps": (steps.of_items, ("steps", "step", "timeline.sentence")),
    "assignments": (steps.assignments_of, ("steps.assignments", "step.assignments")),
    "clocks": (clocks.of_items, ("clocks",)),
    "messages": (messages.of_items, ("messages",)),
    "linked_items": (linked_items.of_items, ("linkedItems",)),
    "decisions": (decisions.of_items, ("decision",)),
}


@dataclass
class Page:
    """What lies below the items: rows by relation and item, and what they refer to by its id."""

    relations: dict[str, dict[UUID, list[Row]]] = field(default_factory=dict)
    customers: dict[UUID | None, Row] = field(default_factory=dict)
    documents: dict[int | None, Row] = field(default_factory=dict)

    def below(self, relation: str, item: UUID) -> Sequence[Row]:
        """The rows of a relation that was selected."""
        return self.relations.get(relation, {}).get(item, ())


async def feedback_page(session: Session, rows: Sequence[Row], selection: Selection) -> list[Feedback]:
    """Items from their rows, each ready to answer all of ``selection`` without another statement."""
    page = Page()
    if rows:
        await _load_relations(session, page, [row["id"] for row in rows], selection)
        await _load_references(session, page, rows, selection)
    return [made(Feedback, row, id=global_id("Feedback", row["id"]), row=row, page=page) for row in rows]


async def _load_relations(session: Session, page: Page, items: list[UUID], selection: Selection) -> None:
    loads = {name: load for name, (load, paths) in _LOADS.items() if any(path in selection for path in paths)}
    if "timeline" in selection:
        last = min(selection.at("timeline").most("last", TIMELINE), LONGEST_TIMELINE)
        loads["events"] = partial(_last_events, last=last)
    for name, load in loads.items():
        by_item = page.relations.setdefault(name, {})
        for row in await load(session, items):
            by_item.setdefault(row["item"], []).append(row)


async def _last_events(session: Session, items: list[UUID], last: int) -> Sequence[Row]:
    return await events.of_items(session, items, last)


async def _load_references(session: Session, page: Page, rows: Sequence[Row], selection: Selection) -> None:
    if "customer" in selection:
        found = await customers.of_ids(session, _distinct(rows, "customer"))
        page.customers = {row["id"]: row for row in found}
    pins = [column for column, name in (("process", "process"), ("rule_set", "ruleSet")) if name in selection]
    if pins:
        titles = await documents.titles(session, {id_ for column in pins for id_ in _distinct(rows, column)})
        page.documents = {row["id"]: row for row in titles}


def _distinct(rows: Sequence[Row], column: str) -> set[Any]:
    return {row[column] for row in rows} - {None}
