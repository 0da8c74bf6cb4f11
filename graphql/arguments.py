"""The argument that every localised text takes, described once."""

from typing import Annotated

import strawberry

from voxloop.graphql.enums import Language

InLanguage = Annotated[Language | None, strawberry.argument(description="The language wanted; else your own.")]
