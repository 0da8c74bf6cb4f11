"""Objects with a global id, made from rows. A global id is base64 of ``Type:id``."""

import base64
import binascii
from collections.abc import Hashable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import strawberry

from voxloop.graphql.errors import bad_input
from voxloop.store.sessions import Row

T = TypeVar("T")


@strawberry.interface(description="An object that `node` finds by its global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Global id: opaque, and the same for ever.")


def global_id(type_: str, id_: object) -> strawberry.ID:
    """The global id of an object."""
    return strawberry.ID(base64.b64encode(f"{type_}:{id_}".encode()).decode())


def read_global_id(value: str) -> tuple[str, str] | None:
    """Type and id of a global id; None when it is none."""
    try:
        type_, separator, id_ = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (type_, id_) if separator and id_.isprintable() else None


def uuid_of(type_: str, value: str) -> UUID | None:
    """The UUID in a global id of that type; None when it is no such id."""
    parts = read_global_id(value)
    if parts is None or parts[0] != type_:
        return None
    try:
        return UUID(parts[1])
    except ValueError:
        return None


def wanted_uuid(type_: str, value: str, argument: str) -> UUID:
    """The UUID in a global id.

    Raises:
        GraphQLError: it is no global id of that type.
    """
    id_ = uuid_of(type_, value)
    if id_ is None:
        raise bad_input(f"{argument}: “{value}” is no id of a {type_}")
    return id_


def made(type_: type[T], columns: Row, /, **more: Any) -> T:
    """An object of a schema type whose fields are among the columns, or given."""
    return type_(**{name: columns[name] for name in _fields(cast(Hashable, type_)) if name not in more}, **more)


@cache
def _fields(type_: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(type_) if field.init)
