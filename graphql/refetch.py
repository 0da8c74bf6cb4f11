"""Finding objects again by their global ids: one statement for each kind of object, however many ids."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from voxloop.domain.identity import number_of, read_global_id
from voxloop.domain.rights import EDIT_DOCUMENTS, may
from voxloop.graphql.bulk import bulk_run
from voxloop.graphql.connections import LARGEST_PAGE
from voxloop.graphql.context import Context, Info
from voxloop.graphql.customers import customer
from voxloop.graphql.document_page import find_backtests, find_documents, find_shadows
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.linked_items import linked_item
from voxloop.graphql.lookahead import selection
from voxloop.graphql.migrations import migration
from voxloop.graphql.nodes import Node
from voxloop.graphql.page import feedback_page
from voxloop.graphql.people import absence, colleague
from voxloop.graphql.views import view_page
from voxloop.graphql.what_ifs import find_what_ifs
from voxloop.store import absences, bulks, customers, feedback, linked_items, migration_runs, views
from voxloop.store.sessions import Session

_BY_UUID = ("Feedback", "Customer", "Absence", "Backtest", "ShadowReport", "BulkRun", "Migration", "WhatIf", "View")
_IN_DIRECTORY = ("Team", "Member", "Product", "ProductLine")
_KINDS = (*_BY_UUID, "Document", "LinkedItem", *_IN_DIRECTORY)


async def find_nodes(info: Info, ids: Sequence[str]) -> list[Node | None]:
    """The objects of these ids, in their order; None for what does not exist or may not be seen.

    Raises:
        GraphQLError: there are too many, or one is no global id of ours.
    """
    if len(ids) > LARGEST_PAGE:
        raise bad_input("ids", "too_many_values", most=LARGEST_PAGE)
    pairs = [_read(id_) for id_ in ids]
    kinds: dict[str, list[str]] = {}
    for kind, key in pairs:
        kinds.setdefault(kind, []).append(key)
    found: dict[tuple[str, str], Node] = {}
    for kind, keys in kinds.items():
        nodes = await _find(info, kind, keys)
        found |= {(kind, key): node for key, node in nodes.items()}
    return [found.get(pair) for pair in pairs]


def _read(id_: str) -> tuple[str, str]:
    pair = read_global_id(readable("id", id_))
    if pair is None or pair[0] not in _KINDS or (pair[0] == "Document" and number_of("Document", id_) is None):
        raise bad_input("id", "no_global_id")
    if pair[0] not in _BY_UUID:
        return pair
    try:
        return pair[0], str(UUID(pair[1]))
    except ValueError as error:
        raise bad_input("id", "no_global_id") from error


async def _find(info: Info, kind: str, keys: Sequence[str]) -> Mapping[str, Node]:
    if kind in _IN_DIRECTORY:
        return _in_directory(info.context, kind)
    viewer = info.context.viewer
    async with info.context.parts.sessions.connect() as session:
        match kind:
            case "Feedback":
                return await _find_feedback(info, session, keys)
            case "Customer":
                rows = await customers.seen(session, viewer, map(UUID, keys))
                return {str(row["id"]): customer(row) for row in rows}
            case "Absence":
                return await _find_absences(info, session, keys)
            case "LinkedItem":
                return {row["key"]: linked_item(row) for row in await linked_items.seen(session, viewer, keys)}
            case "Document":
                return _by_key(await find_documents(session, viewer, map(int, keys), selection(info)))
            case "BulkRun":
                return {str(row["id"]): bulk_run(row) for row in await bulks.seen(session, viewer, map(UUID, keys))}
            case "Migration":
                return await _find_migrations(info, session, keys)
            case "Backtest":
                return _by_key(await find_backtests(session, viewer, map(UUID, keys), selection(info)))
            case "View":
                rows = await views.seen(session, viewer, map(UUID, keys))
                return {str(view.row["id"]): view for view in await view_page(info, session, rows, selection(info))}
            case "WhatIf":
                return _by_key(await find_what_ifs(session, viewer, map(UUID, keys)))
        return _by_key(await find_shadows(session, viewer, map(UUID, keys), selection(info)))


def _by_key(found: Mapping[Any, Node]) -> Mapping[str, Node]:
    return {str(id_): node for id_, node in found.items()}


async def _find_feedback(info: Info, session: Session, keys: Sequence[str]) -> Mapping[str, Node]:
    rows = await feedback.seen(session, info.context.viewer, map(UUID, keys))
    return {str(item.row["id"]): item for item in await feedback_page(session, rows, selection(info))}


async def _find_migrations(info: Info, session: Session, keys: Sequence[str]) -> Mapping[str, Node]:
    if not may(info.context.viewer, EDIT_DOCUMENTS):
        return {}
    return {str(row["id"]): migration(row) for row in await migration_runs.of_ids(session, map(UUID, keys))}


async def _find_absences(info: Info, session: Session, keys: Sequence[str]) -> Mapping[str, Node]:
    if not colleague(info):
        return {}
    return {str(row["id"]): absence(row) for row in await absences.of_ids(session, map(UUID, keys))}


def _in_directory(context: Context, kind: str) -> Mapping[str, Node]:
    directory = context.directory
    kinds: Mapping[str, Mapping[str, Node]] = {
        "Team": directory.teams,
        "Member": directory.members,
        "Product": directory.products,
        "ProductLine": directory.lines,
    }
    return kinds[kind]
