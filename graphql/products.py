"""Product lines, products and their modules, as the schema shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import Node


@strawberry.type(description="A family of products.")
class ProductLine(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    titles: strawberry.Private[Mapping[str, str]]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)


@strawberry.type(description="A part of a product that feedback can be about.")
class Module:
    key: str = strawberry.field(description="Its key within the product.")
    titles: strawberry.Private[Mapping[str, str]]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)


@strawberry.type(description="Something that customers use.")
class Product(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    line: ProductLine = strawberry.field(description="The line it belongs to.")
    versions: list[str] = strawberry.field(description="The versions that exist.")
    batches: list[str] = strawberry.field(description="The batches that were made.")
    titles: strawberry.Private[Mapping[str, str]]
    parts: strawberry.Private[Sequence[Mapping[str, Any]]]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)

    @resolver("Its modules.")
    def modules(self) -> list[Module]:
        return [Module(key=part["key"], titles=part["title"]) for part in self.parts]
