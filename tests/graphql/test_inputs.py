"""Inputs are read as Strawberry alone would read them."""

from datetime import datetime
from enum import Enum
from typing import Any

import pytest
import strawberry

from voxloop.graphql.execution import Schema


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.input
class Inner:
    word: str
    colours: list[Colour] | None = None


@strawberry.input
class Outer:
    must: int
    bare: str | None
    some_words: list[str] | None = strawberry.field(default_factory=lambda: ["default"])
    colour: Colour | None = Colour.RED
    at: datetime | None = None
    inner: Inner | None = None
    many: list[Inner | None] | None = strawberry.UNSET
    again: "Outer | None" = None


@strawberry.type
class Query:
    @strawberry.field
    async def read(self, outer: Outer | None = None) -> str:
        return repr(outer)


@pytest.mark.parametrize(
    "given",
    [
        None,
        {"must": 1},
        {"must": 1, "bare": None, "someWords": None, "colour": None, "inner": None, "many": None},
        {"must": 1, "bare": "x", "someWords": ["a", "b"], "colour": "RED", "at": "2026-10-01T08:00:00+00:00"},
        {"must": 1, "inner": {"word": "w", "colours": ["RED"]}, "many": [{"word": "v"}, None]},
        {"must": 1, "again": {"must": 2, "again": {"must": 3, "inner": {"word": "deep"}}}},
    ],
)
async def test_inputs_are_what_strawberry_makes_of_them(given: dict[str, Any] | None) -> None:
    document, variables = "query ($outer: Outer) { read(outer: $outer) }", {"outer": given}
    plain = await strawberry.Schema(Query).execute(document, variables)
    ours = await Schema(Query).execute(document, variable_values=variables, context_value=None)
    assert plain.errors is None
    assert ours.data == plain.data
