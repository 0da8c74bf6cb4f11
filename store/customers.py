"""Customers, and what rules want to know about them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, bindparam, column, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.identity import new_id
from voxloop.domain.texts import DEFAULT_LANGUAGE
from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.tables import customer
from voxloop.store.visibility import visible

# What rules may ask of a customer, by the name of the fact.
TRAITS = {f"customer_{name}": customer.c[name] for name in ("level", "segment", "value", "health")}
_GIVEN = ("name", "email", "phone", "language")


async def ensure(session: Session, ref: str, values: dict[str, Any]) -> UUID:
    """The customer whom ``ref`` names, made now if unknown; given ``values`` (columns) fill what was empty."""
    new = upsert(customer).values(id=new_id(), ref=ref, **values)
    kept = {name: _first_known(name, new.excluded[name]) for name in values} or {"ref": new.excluded.ref}
    known = new.on_conflict_do_update(index_elements=["ref"], set_=kept).returning(customer.c.id)
    id_: UUID = (await session.execute(known)).scalar_one()
    return id_


async def ensure_all(session: Session, given: Mapping[str, Mapping[str, Any]]) -> dict[str, UUID]:
    """As ``ensure``, for many at once: the values of each by its ``ref``; answers their ids."""
    rows = [{"id": new_id(), "ref": ref, **values} for ref, values in sorted(given.items())]  # one order: no deadlock
    columns = [column(name, customer.c[name].type) for name in ("id", "ref", *_GIVEN)]
    recordset = func.json_to_recordset(bindparam("rows", rows, type_=JSON)).table_valued(*columns)
    people = recordset.render_derived(name="people", with_types=True)
    language = func.coalesce(people.c.language, DEFAULT_LANGUAGE)
    wanted = select(*(language if name == "language" else people.c[name] for name in ("id", "ref", *_GIVEN)))
    new = upsert(customer).from_select(["id", "ref", *_GIVEN], wanted)
    kept = {name: _first_known(name, new.excluded[name]) for name in _GIVEN}
    known = new.on_conflict_do_update(index_elements=["ref"], set_=kept).returning(customer.c.ref, customer.c.id)
    return {row.ref: row.id for row in await session.execute(known)}


def _first_known(name: str, given: Any) -> Any:
    return func.coalesce(customer.c[name], given)


_GET = select(customer).where(customer.c.id == bindparam("id"))


async def get(session: Session, id_: UUID | None) -> Row | None:
    """One customer; None for none."""
    if id_ is None:
        return None
    return (await session.execute(_GET, {"id": id_})).mappings().one_or_none()


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These customers."""
    return (await session.execute(select(customer).where(customer.c.id.in_(list(ids))))).mappings().all()


async def page(session: Session, viewer: Viewer, search: str | None, slice_: Slice) -> Sequence[Row]:
    """A slice of the customers whom ``viewer`` may see, in order of their ids, one more than its limit if it goes on.

    ``search``: part of the reference or of the name.
    """
    wanted = select(customer).where(_visible(viewer), _searched(search))
    return (await session.execute(cut(wanted, [customer.c.id], slice_))).mappings().all()


async def count(session: Session, viewer: Viewer, search: str | None) -> int:
    """How many customers there are of that kind."""
    counted = select(func.count()).select_from(customer).where(_visible(viewer), _searched(search))
    return (await session.execute(counted)).scalar_one()


async def seen(session: Session, viewer: Viewer, ids: Iterable[UUID]) -> Sequence[Row]:
    """Those of these customers whom ``viewer`` may see."""
    wanted = select(customer).where(customer.c.id.in_(list(ids)), _visible(viewer))
    return (await session.execute(wanted)).mappings().all()


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """Who sees all items sees all customers, others those who are behind an item that they see."""
    if viewer.sees_all:
        return true()
    return exists(select(feedback.c.id).where(feedback.c.customer == customer.c.id, visible(viewer)))


def _searched(search: str | None) -> ColumnElement[bool]:
    if search is None:
        return true()
    return or_(customer.c.ref.icontains(search, autoescape=True), customer.c.name.icontains(search, autoescape=True))
