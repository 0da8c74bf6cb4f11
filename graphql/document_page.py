"""Documents and their studies with all that is selected below them, in as many statements for many as for one."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from voxloop.domain.documents import Kind
from voxloop.domain.rights import EDIT_DOCUMENTS, may
from voxloop.domain.viewer import Viewer
from voxloop.graphql.backtests import Backtest
from voxloop.graphql.documents import Document, DocumentPage
from voxloop.graphql.lookahead import Selection
from voxloop.graphql.nodes import global_id, made
from voxloop.graphql.rules import Rule, readable_rules
from voxloop.graphql.shadows import ShadowReport
from voxloop.store import backtests, documents, shadows
from voxloop.store.sessions import Row, Session

_OF_THE_BODY = ("body", "rules", "differences", "drawing")


def whole(wanted: Selection) -> bool:
    """Whether what is wanted of documents needs their bodies."""
    return any(name in wanted for name in _OF_THE_BODY)


async def document_page(session: Session, viewer: Viewer, rows: Sequence[Row], wanted: Selection) -> list[Document]:
    """Documents from their rows, ready to answer all of ``wanted``; the rows are ``whole`` if that asks for it."""
    ids = [row["id"] for row in rows]
    page = DocumentPage()
    if "base" in wanted or "differences" in wanted:
        page.bases = await _bases(session, viewer, rows, wanted)
    if "rules" in wanted:
        page.rules = await asyncio.to_thread(_rules, rows)
    if may(viewer, EDIT_DOCUMENTS):
        if "backtests" in wanted:
            found = await backtests.of_drafts(session, ids)
            page.backtests = _by_draft(found, await backtest_page(session, viewer, found, wanted.at("backtests")))
        if "shadow" in wanted:
            found = await shadows.newest_of(session, ids)
            reports = await shadow_page(session, viewer, found, wanted.at("shadow"))
            page.shadows = {row["draft"]: report for row, report in zip(found, reports, strict=True)}
    return [made(Document, row, id=global_id("Document", row["id"]), row=row, page=page) for row in rows]


async def backtest_page(session: Session, viewer: Viewer, rows: Sequence[Row], wanted: Selection) -> list[Backtest]:
    """Backtests from their rows."""
    sets = await _rule_sets(session, viewer, rows, wanted)
    return [made(Backtest, row, id=global_id("Backtest", row["id"]), row=row, **_compared(row, sets)) for row in rows]


async def shadow_page(session: Session, viewer: Viewer, rows: Sequence[Row], wanted: Selection) -> list[ShadowReport]:
    """Shadows from their rows."""
    sets = await _rule_sets(session, viewer, rows, wanted)
    return [
        made(ShadowReport, row, id=global_id("ShadowReport", row["id"]), row=row, **_compared(row, sets))
        for row in rows
    ]


async def find_documents(
    session: Session, viewer: Viewer, ids: Iterable[int], wanted: Selection
) -> Mapping[int, Document]:
    """Those of these documents that ``viewer`` may read, by their ids."""
    rows = await documents.seen(session, viewer, ids, whole(wanted))
    found = await document_page(session, viewer, rows, wanted)
    return {row["id"]: document for row, document in zip(rows, found, strict=True)}


async def find_backtests(
    session: Session, viewer: Viewer, ids: Iterable[UUID], wanted: Selection
) -> Mapping[UUID, Backtest]:
    """These backtests by their ids, for who may edit documents."""
    rows = await backtests.of_ids(session, ids) if may(viewer, EDIT_DOCUMENTS) else ()
    found = await backtest_page(session, viewer, rows, wanted)
    return {row["id"]: backtest for row, backtest in zip(rows, found, strict=True)}


async def find_shadows(
    session: Session, viewer: Viewer, ids: Iterable[UUID], wanted: Selection
) -> Mapping[UUID, ShadowReport]:
    """These shadows by their ids, likewise."""
    rows = await shadows.of_ids(session, ids) if may(viewer, EDIT_DOCUMENTS) else ()
    found = await shadow_page(session, viewer, rows, wanted)
    return {row["id"]: report for row, report in zip(rows, found, strict=True)}


async def _bases(session: Session, viewer: Viewer, rows: Sequence[Row], wanted: Selection) -> Mapping[int, Document]:
    below = wanted.at("base")
    ids = {row["base"] for row in rows} - {None}
    found = await documents.seen(session, viewer, ids, whole(below) or "differences" in wanted)
    made_ = await document_page(session, viewer, found, below)
    return {row["id"]: base for row, base in zip(found, made_, strict=True)}


def _rules(rows: Sequence[Row]) -> Mapping[int, Sequence[Rule] | None]:
    return {row["id"]: readable_rules(row["body"]) for row in rows if row["kind"] == Kind.RULE_SET}


async def _rule_sets(
    session: Session, viewer: Viewer, rows: Sequence[Row], wanted: Selection
) -> Mapping[int, Document]:
    ids = {row[name] for row in rows for name in ("draft", "standing") if name in wanted}
    return await find_documents(session, viewer, ids, wanted.at("draft", "standing")) if ids else {}


def _compared(row: Row, sets: Mapping[int, Document]) -> Mapping[str, Document | None]:
    return {"draft": sets.get(row["draft"]), "standing": sets.get(row["standing"])}


def _by_draft(rows: Sequence[Row], found: Sequence[Backtest]) -> Mapping[int, list[Backtest]]:
    grouped: dict[int, list[Backtest]] = {}
    for row, backtest in zip(rows, found, strict=True):
        grouped.setdefault(row["draft"], []).append(backtest)
    return grouped
