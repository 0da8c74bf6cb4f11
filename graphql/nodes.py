"""Objects with a global id, made from rows."""

from typing import Any, TypeVar
from uuid import UUID

import strawberry

from voxloop.domain import identity
from voxloop.graphql.errors import bad_input
from voxloop.store.sessions import Row

T = TypeVar("T")


@strawberry.interface(description="An object that `node` finds by its global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Global id: opaque, and the same for ever.")


def global_id(type_: str, id_: object) -> strawberry.ID:
    """The global id of an object."""
    return strawberry.ID(identity.global_id(type_, id_))


def wanted_uuid(type_: str, value: str, argument: str) -> UUID:
    """The UUID in a global id.

    Raises:
        GraphQLError: it is no global id of that type.
    """
    id_ = identity.uuid_of(type_, value)
    if id_ is None:
        raise bad_input(argument, "no_id", type=type_)
    return id_


def wanted_number(type_: str, value: str, argument: str) -> int:
    """The number in a global id.

    Raises:
        GraphQLError: it is no global id of that type.
    """
    id_ = identity.number_of(type_, value)
    if id_ is None:
        raise bad_input(argument, "no_id", type=type_)
    return id_


def made(type_: type[T], columns: Row, /, **more: Any) -> T:
    """An object of a schema type: its fields are the columns of a row, and what else is given.

    Columns that are no fields come along; sorting them out would cost more than all else about the object.
    """
    made = object.__new__(type_)
    values: Any = columns.items()
    made.__dict__.update(values, **more)
    return made
