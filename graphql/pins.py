"""What an item or a clock keeps to, whatever is published later."""

from typing import Any

import strawberry

from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.store.sessions import Row


@strawberry.type(description="Why items of a process are closed.")
class ClosingReason:
    key: str = strawberry.field(description="Its key in the process.")
    titles: strawberry.Private[Any]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language) if self.titles else self.key


@strawberry.type(description="The version of a process, a rule set or a calendar that something keeps to.")
class PinnedDocument:
    key: str = strawberry.field(description="Its key.")
    version: int = strawberry.field(description="Which version of it.")
    titles: strawberry.Private[Any]
    reason_titles: strawberry.Private[Any]

    @resolver("The closing reasons that it offers; only processes have any.")
    def reasons(self) -> list[ClosingReason]:
        return [ClosingReason(key=key, titles=titles) for key, titles in (self.reason_titles or {}).items()]

    @resolver("Its name, if it has one.")
    def title(self, info: Info, language: InLanguage = None) -> str | None:
        return info.context.title(self.titles, language) if self.titles else None


def pinned_document(row: Row | None) -> PinnedDocument | None:
    """The version of a row; None for none."""
    return made(PinnedDocument, row, titles=row["title"], reason_titles=row["reasons"]) if row else None
