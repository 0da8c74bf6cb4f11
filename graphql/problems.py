"""What a checker says about a document, as the schema shows it."""

from collections.abc import Mapping
from typing import Any, cast

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.texts import sentence, texts
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver


@strawberry.type(description="Something that is wrong with a document.")
class Problem:
    path: str = strawberry.field(description="Where in it: `rules[2].when.all[0].value`; empty: the whole.")
    code: str = strawberry.field(description="What is wrong, for programs.")
    params: JSON = strawberry.field(description="The values in the message.")
    warning: bool = strawberry.field(description="Whether it may be published nevertheless.")

    @resolver("What is wrong, for people.")
    def message(self, info: Info, language: InLanguage = None) -> str:
        return said(self.code, cast(Mapping[str, Any], self.params), language or info.context.language)


def problem(kept: Mapping[str, Any]) -> Problem:
    """A problem as rows keep it."""
    return Problem(**kept)


def said(code: str, params: Mapping[str, Any], language: str) -> str:
    """A problem in words; one of an earlier release that has none any more is told by its code."""
    key = f"problem.{code}"
    return sentence(language, key, params) if key in texts(language) else code
