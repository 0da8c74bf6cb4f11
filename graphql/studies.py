"""What backtests and shadows have in common, as the schema shows it: sums, and the items that would go another way."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar, cast
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.rules import Scalar
from voxloop.domain.studies import Field
from voxloop.domain.texts import say
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.people import Team
from voxloop.graphql.problems import said
from voxloop.graphql.runs import Run, page_of_items
from voxloop.rules.sentences import value_label
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice

if TYPE_CHECKING:
    from voxloop.graphql.documents import Document

T = TypeVar("T")
Differences = Callable[[Session, UUID, Slice], Awaitable[Sequence[Row]]]


@strawberry.type(description="One thing that would be decided otherwise about an item.")
class Change:
    field: Field = strawberry.field(description="What.")
    before: JSON | None = strawberry.field(description="How it was, or would be as published.")
    after: JSON | None = strawberry.field(description="How it would be by the draft.")
    rule: str | None = strawberry.field(description="The rule that is behind the difference, if it is one.")

    @resolver("The change in words.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        chosen = language or info.context.language
        before, after = (_words(chosen, self.field, value) for value in (self.before, self.after))
        return say(chosen, "change.sentence", field=_field(chosen, self.field), before=before, after=after)


@strawberry.type(description="An item about which the draft would decide otherwise.")
class Difference:
    code: str = strawberry.field(description="The item's code: FB-000123.")
    changes: list[Change] = strawberry.field(description="What would be otherwise.")
    feedback: Feedback | None = strawberry.field(description="The item as it stands now.")


@strawberry.type(description="How many items would differ in one thing.")
class FieldCount:
    field: Field = strawberry.field(description="In what.")
    count: int = strawberry.field(description="In how many items.")

    @resolver("What people call it.")
    def label(self, info: Info, language: InLanguage = None) -> str:
        return _field(language or info.context.language, self.field)


def _field(language: str, field: Field) -> str:
    return say(language, f"decision_field.{field}")


def _words(language: str, field: Field, value: object) -> str:
    """The value as people read it; a dash for nothing."""
    if isinstance(value, list):
        return say(language, "rule.comma").join(map(str, value)) or "–"
    return "–" if value is None else value_label(language, field, cast(Scalar, value))


@strawberry.type(description="How many items a team would get as its first task.")
class TeamLoad:
    team: Team | None = strawberry.field(description="The team; empty where no team gets the first task.")
    key: str | None = strawberry.field(description="Its key, also of a team that is gone.")
    before: int = strawberry.field(description="By the published rules.")
    after: int = strawberry.field(description="By the draft.")


@strawberry.type
class Study(Run):
    revision: int = strawberry.field(description="The revision of the draft that is tried.")
    changed: int = strawberry.field(description="How many decisions differ so far.")
    draft: Annotated["Document", strawberry.lazy("voxloop.graphql.documents")] | None = strawberry.field(
        description="The draft that is tried, as it is now."
    )
    standing: Annotated["Document", strawberry.lazy("voxloop.graphql.documents")] | None = strawberry.field(
        description="The published version that it is compared with."
    )

    @resolver("How many decisions differ in what, for what differs at all.")
    def fields(self) -> list[FieldCount]:
        return [FieldCount(field=Field(name), count=count) for name, count in self._sums("fields").items()]

    @resolver("How many items each team would get as its first task, before and after, the most loaded first.")
    def teams(self, info: Info) -> list[TeamLoad]:
        before, after = self._sums("before"), self._sums("after")
        loads = [
            TeamLoad(
                team=info.context.directory.teams.get(key),
                key=key or None,  # the sums have a count of those that no team gets
                before=before.get(key, 0),
                after=after.get(key, 0),
            )
            for key in sorted({*before, *after})
        ]
        return sorted(loads, key=lambda load: -max(load.before, load.after))

    @resolver("Why it could not go on, if it could not.")
    def failure(self, info: Info, language: InLanguage = None) -> str | None:
        failed = self.row["failure"]
        return said(failed["code"], failed["params"], language or info.context.language) if failed else None

    def _sums(self, name: str) -> Mapping[str, int]:
        sums: Mapping[str, int] = self.row["sums"].get(name, {})
        return sums


async def difference_page(info: Info, study: Study, read: Differences, ask: Ask) -> Connection[Difference]:
    """Differences of a study in the order in which they were found, each with its item if that is selected."""

    def difference(row: Row, item: Feedback | None) -> Difference:
        changes = [Change(**{**change, "field": Field(change["field"])}) for change in row["changes"]]
        return Difference(code=row["code"], changes=changes, feedback=item)

    return await kept_page(info, study.row, read, ask, difference)


async def kept_page(
    info: Info, study: Row, read: Differences, ask: Ask, shown: Callable[[Row, Feedback | None], T]
) -> Connection[T]:
    """What a study keeps of items, in the order in which it was found, as it is ``shown``."""

    async def changed(_: Session) -> int:
        return int(study["changed"])

    return await page_of_items(info, ask, lambda session, slice_: read(session, study["id"], slice_), changed, shown)
