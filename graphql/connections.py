"""Relay connections over keyset slices: a cursor holds the sort keys of its row, and the order it belongs to."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import orjson
import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from voxloop.domain.submission import unreadable
from voxloop.graphql.errors import bad_input
from voxloop.graphql.fields import Resolver
from voxloop.graphql.lookahead import Selection
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice

DEFAULT_PAGE = 25
LARGEST_PAGE = 100

T = TypeVar("T")
Readers = Mapping[str, Callable[[Any], Any]]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether something follows.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first entry.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last entry.")


@strawberry.type(description="One entry of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Continue behind or before this entry with it.")
    node: T = strawberry.field(description="The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries without their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int | None = strawberry.field(description="How many entries there are; counted when selected.")


@dataclass(frozen=True)
class Ask:
    """The page that a query asks for, as given."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


_PAGING = {
    "first": (int, "How many from the start: 0 to 100, else 25."),
    "after": (str, "Only entries behind this cursor."),
    "last": (int, "How many from the end: 0 to 100."),
    "before": (str, "Only entries before this cursor."),
}


class Paging(FieldExtension):
    """Gives a list field its four arguments; its resolver gets them as one, ``ask``."""

    def apply(self, field: StrawberryField) -> None:
        own = [argument for argument in field.arguments if argument.python_name != "ask"]
        field.arguments = own + [
            StrawberryArgument(name, None, StrawberryAnnotation(type_ | None), default=None, description=description)
            for name, (type_, description) in _PAGING.items()
        ]

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **given: Any) -> Any:
        ask = Ask(**{name: given.pop(name, None) for name in _PAGING})
        return await next_(source, info, ask=ask, **given)


def paged(description: str) -> Callable[[Resolver], Resolver]:
    """A field that is a list in pages."""
    return cast(Callable[[Resolver], Resolver], strawberry.field(description=description, extensions=[Paging()]))


@dataclass(frozen=True)
class Keys:
    """What a list is sorted by: ``name`` of the order, and its sort keys with how each is read from a cursor."""

    name: str
    readers: Readers

    def slice(self, ask: Ask, descending: bool = False) -> Slice:
        """The slice that a page means.

        Raises:
            GraphQLError: the arguments contradict each other, or a cursor belongs to another order.
        """
        if (ask.last is not None or ask.before) and (ask.first is not None or ask.after):
            raise bad_input("last", "one_way")
        backwards = ask.last is not None or ask.before is not None
        name, limit = ("last", ask.last) if backwards else ("first", ask.first)
        limit = DEFAULT_PAGE if limit is None else limit
        if not 0 <= limit <= LARGEST_PAGE:
            raise bad_input(name, "range", least=0, most=LARGEST_PAGE)
        cursor = ask.before if backwards else ask.after
        mark = None if cursor is None else self._mark(cursor, "before" if backwards else "after")
        return Slice(limit, mark, descending, backwards)

    def cursor(self, row: Row) -> str:
        """The cursor of a row."""
        values = [self.name, *(row[key] for key in self.readers)]
        return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode()

    def _mark(self, cursor: str, argument: str) -> tuple[Any, ...]:
        try:
            name, *values = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
            mark = tuple(read(value) for read, value in zip(self.readers.values(), values, strict=True))
        except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise bad_input(argument, "no_cursor") from error
        if name != self.name:
            raise bad_input(argument, "other_order")
        return mark


def instant(value: str | None) -> datetime | None:
    """A sort key that is an instant, or missing."""
    if value is None:
        return None
    read = datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError(value)
    return read.astimezone(UTC)


def word(value: str) -> str:
    """A sort key that is a text."""
    if not isinstance(value, str) or unreadable(value):
        raise ValueError(value)
    return value


def uuid(value: str) -> UUID:
    """A sort key that is an id."""
    return UUID(value)


def number(value: int) -> int:
    """A sort key that is a number which PostgreSQL has given."""
    if not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError(value)
    return value


@dataclass(frozen=True)
class Rows:
    """The rows of a page in the list's order, and whether the list goes on in the direction of reading."""

    rows: Sequence[Row]
    slice: Slice
    more: bool

    @classmethod
    def of(cls, found: Sequence[Row], slice_: Slice) -> "Rows":
        """From what a slice found: one row more than its limit says that it goes on."""
        rows = found[: slice_.limit]
        return cls(rows[::-1] if slice_.backwards else rows, slice_, len(found) > slice_.limit)

    def connection(self, keys: Keys, nodes: Sequence[T], total: int | None, wanted: Selection) -> Connection[T]:
        """The page as the schema shows it; ``nodes`` are made from the rows, in their order.

        Edges are made only if they are ``wanted``.
        """
        pairs = zip(self.rows, nodes, strict=True) if "edges" in wanted else ()
        edges = [Edge(cursor=keys.cursor(row), node=node) for row, node in pairs]
        beyond = self.slice.mark is not None
        info = PageInfo(
            has_next_page=beyond if self.slice.backwards else self.more,
            has_previous_page=self.more if self.slice.backwards else beyond,
            start_cursor=keys.cursor(self.rows[0]) if self.rows else None,
            end_cursor=keys.cursor(self.rows[-1]) if self.rows else None,
        )
        return Connection(edges=edges, nodes=list(nodes), page_info=info, total_count=total)
