"""The items of one answer with all that is selected below them, in as many statements for many items as for one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.graphql.feedback import TIMELINE, Feedback, checked_last
from voxloop.graphql.lookahead import Selection
from voxloop.graphql.nodes import global_id, made
from voxloop.store import (
    attachments,
    clocks,
    corrections,
    customers,
    decisions,
    documents,
    events,
    installation,
    linked_items,
    messages,
    rewards,
    steps,
)
from voxloop.store.sessions import Row, Session

_Load = Callable[[Session, list[UUID]], Awaitable[Sequence[Row]]]
_LOADS: Mapping[str, tuple[_Load, tuple[str, ...]]] = {
    "attachments": (attachments.of_items, ("attachments",)),
    "steps": (steps.of_items, ("steps", "step", "timeline.sentence")),
    "assignments": (steps.assignments_of, ("steps.assignments", "step.assignments")),
    "clocks": (clocks.of_items, ("clocks",)),
    "messages": (messages.of_items, ("messages",)),
    "linked_items": (linked_items.of_items, ("linkedItems",)),
    "decisions": (decisions.of_items, ("decision", "decisions")),
    "corrections": (corrections.of_items, ("corrections",)),
    "rewards": (rewards.of_items, ("rewards",)),
}


_PINS = {"process": "process", "rule_set": "ruleSet"}


@dataclass(frozen=True)
class Needs:
    """What a selection needs below items; ``last``: how many events of each, None for none, and whether ``whole``."""

    relations: frozenset[str] = frozenset()
    last: int | None = None
    whole: bool = False
    customers: bool = False
    pins: tuple[str, ...] = ()


@dataclass
class Page:
    """What lies below the items: rows by relation and item, and what they refer to by its id."""

    relations: dict[str, dict[UUID, list[Row]]] = field(default_factory=dict)
    customers: dict[UUID | None, Row] = field(default_factory=dict)
    documents: dict[int | None, Row] = field(default_factory=dict)
    secret: str = ""

    def below(self, relation: str, item: UUID) -> Sequence[Row]:
        """The rows of a relation that was selected."""
        return self.relations.get(relation, {}).get(item, ())


async def feedback_page(session: Session, rows: Sequence[Row], selection: Selection) -> list[Feedback]:
    """Items from their rows, each ready to answer all of ``selection`` without another statement."""
    page = await load_page(session, rows, needs(selection))
    return [on_page(row, page) for row in rows]


def on_page(row: Row, page: Page) -> Feedback:
    """The item of a row whose page is loaded."""
    return made(Feedback, row, id=global_id("Feedback", row["id"]), row=row, page=page)


def needs(selection: Selection) -> Needs:
    """What has to be loaded to answer all of ``selection``."""
    relations = frozenset(name for name, (_, paths) in _LOADS.items() if any(path in selection for path in paths))
    timeline = selection.at("timeline")
    last = checked_last(timeline.most("last", TIMELINE)) if "timeline" in selection else None
    pins = tuple(column for column, name in _PINS.items() if name in selection)
    whole = any(name in timeline for name in ("sentence", "changes", "detail"))
    return Needs(relations, last, whole, "customer" in selection, pins)


async def load_page(session: Session, rows: Sequence[Row], needed: Needs) -> Page:
    """What lies below these items."""
    page = Page()
    if rows:
        await _load_relations(session, page, [row["id"] for row in rows], needed)
        await _load_references(session, page, rows, needed)
    return page


async def _load_relations(session: Session, page: Page, items: list[UUID], needed: Needs) -> None:
    loads = {name: load for name, (load, _) in _LOADS.items() if name in needed.relations}
    if needed.last is not None:
        loads["events"] = partial(events.newest, last=needed.last, whole=needed.whole)
    for name, load in loads.items():
        by_item = page.relations.setdefault(name, {})
        for row in await load(session, items):
            by_item.setdefault(row["item"], []).append(row)


async def _load_references(session: Session, page: Page, rows: Sequence[Row], needed: Needs) -> None:
    if needed.customers:
        found = await customers.of_ids(session, _distinct(rows, "customer"))
        page.customers = {row["id"]: row for row in found}
    if "attachments" in needed.relations:
        page.secret = await installation.secret_of(session)
    if needed.pins:
        titles = await documents.titles(session, {id_ for column in needed.pins for id_ in _distinct(rows, column)})
        page.documents = {row["id"]: row for row in titles}


def _distinct(rows: Sequence[Row], column: str) -> set[Any]:
    return {row[column] for row in rows} - {None}
