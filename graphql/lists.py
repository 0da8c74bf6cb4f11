"""The paged lists: items, customers, linked items. Each is a fixed number of statements, however long its page is."""

from strawberry.utils.str_converters import to_camel_case

from voxloop.graphql.connections import Ask, Connection, Keys, Rows, instant, uuid, word
from voxloop.graphql.context import Info
from voxloop.graphql.customers import Customer, customer
from voxloop.graphql.enums import Direction
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.filters import FeedbackOrder
from voxloop.graphql.linked_items import LinkedItem, linked_item
from voxloop.graphql.lookahead import selection
from voxloop.graphql.page import feedback_page
from voxloop.store import customers, linked_items, listing
from voxloop.store.listing import Order, Wanted

# Fields have the names of the columns they show, but for those that are made of several.
_COLUMNS = {to_camel_case(name): (name,) for name in listing.COLUMNS} | {
    "closingReason": ("closing_reason", "process"),  # which has its name
    "firstContactResolution": ("outcome", "round", "finished_at"),
}
_BY_ID = Keys("ID", {"id": uuid})
_BY_OPENING = Keys("OPENED_AT", {"opened_at": instant, "key": word})


async def feedback_list(info: Info, ask: Ask, wanted: Wanted, order: FeedbackOrder) -> Connection[Feedback]:
    """Items."""
    field = order.field or Order.RECEIVED_AT
    keys = Keys(field.name, {field.value: instant, "id": uuid})
    slice_ = keys.slice(ask, descending=order.direction is not Direction.ASC)
    viewer, chosen = info.context.viewer, selection(info)
    below = chosen.at("nodes", "edges.node")
    columns = frozenset(column for name in below for column in _COLUMNS.get(name, ()))
    async with info.context.parts.sessions.connect() as session:
        found = await listing.page(viewer, wanted, field, slice_, columns).rows(session)
        page = Rows.of(found, slice_)
        nodes = await feedback_page(session, page.rows, below)
        total = await listing.count(session, viewer, wanted) if "totalCount" in chosen else None
    return page.connection(keys, nodes, total, chosen)


async def customer_list(info: Info, ask: Ask, search: str | None) -> Connection[Customer]:
    """Customers, in the order in which they were first heard of."""
    slice_ = _BY_ID.slice(ask)
    viewer, chosen = info.context.viewer, selection(info)
    async with info.context.parts.sessions.connect() as session:
        page = Rows.of(await customers.page(session, viewer, search, slice_), slice_)
        total = await customers.count(session, viewer, search) if "totalCount" in chosen else None
    return page.connection(_BY_ID, [customer(row) for row in page.rows], total, chosen)


async def linked_item_list(info: Info, ask: Ask, system: str | None, state: str | None) -> Connection[LinkedItem]:
    """Linked items, the newest first."""
    slice_ = _BY_OPENING.slice(ask, descending=True)
    viewer, chosen = info.context.viewer, selection(info)
    async with info.context.parts.sessions.connect() as session:
        page = Rows.of(await linked_items.page(session, viewer, system, state, slice_), slice_)
        total = await linked_items.count(session, viewer, system, state) if "totalCount" in chosen else None
    return page.connection(_BY_OPENING, [linked_item(row) for row in page.rows], total, chosen)
