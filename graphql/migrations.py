"""Migrations of running items to another version of their process, as the schema shows them: beforehand and after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry

from voxloop.domain.limits import ClockName
from voxloop.domain.migration_previews import Deadline, Shift
from voxloop.domain.refusals import RefusalCode, Refused, refusal_sentence
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection, Rows, paged
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import global_id, made
from voxloop.graphql.runs import (
    BY_POSITION,
    InState,
    Operation,
    OperationItem,
    items_below,
    operation_item,
    page_of_items,
)
from voxloop.migrating import Previewed
from voxloop.store import migration_runs
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice


@strawberry.type(description="A step, and the one that stands in for it.")
class StepPair:
    from_: str = strawberry.field(name="from", description="Key of the step in the version that is left.")
    to: str = strawberry.field(description="Key of the step in the version that is gone to.")


@strawberry.type(description="Items that go one way.")
class MigrationGroup:
    from_version: int = strawberry.field(description="The version under which they run.")
    from_step: str | None = strawberry.field(description="Key of the step at which they stand; empty when closed.")
    to_step: str | None = strawberry.field(description="Key of the step at which they stand then.")
    count: int = strawberry.field(description="How many.")
    refusal_code: RefusalCode | None = strawberry.field(
        description="Why they cannot go, for programs; empty when they can."
    )

    @resolver("Why they cannot go, for people.")
    def message(self, info: Info, language: InLanguage = None) -> str | None:
        if self.refusal_code is None:
            return None
        refused = Refused(self.refusal_code, (), step=self.from_step or "")
        return refusal_sentence(language or info.context.language, refused)


@strawberry.type(description="A deadline that would move.")
class MovedDeadline:
    code: str = strawberry.field(description="The item's code: FB-000123.")
    feedback: Feedback | None = strawberry.field(description="The item as it stands now.")
    clock: ClockName = strawberry.field(description="What is timed.")
    step: str | None = strawberry.field(description="Key of the step that is timed; empty for the whole item.")
    due_before: datetime | None = strawberry.field(description="When it is due; empty without a target.")
    due_after: datetime | None = strawberry.field(description="When it would be due.")
    shift: Shift = strawberry.field(description="Which way it moves.")
    missed: bool = strawberry.field(description="Whether it would lie in the past, so that it is missed at once.")


@strawberry.type(description="What a migration would come to. Nothing is changed.")
class MigrationPreview:
    process: str = strawberry.field(description="Key of the process.")
    version: int = strawberry.field(description="The version to which items would go.")
    total: int = strawberry.field(description="How many items run under other versions.")
    examined: int = strawberry.field(description="How many of them were looked at: the first 10,000 by number.")
    movable: int = strawberry.field(description="How many of those can go.")
    groups: list[MigrationGroup] = strawberry.field(description="Who goes where, and who cannot, by version and step.")
    earlier: int = strawberry.field(description="How many deadlines would come earlier.")
    later: int = strawberry.field(description="How many would come later.")
    gained: int = strawberry.field(description="How many clocks would have a deadline that have none.")
    lost: int = strawberry.field(description="How many would have none any more.")
    missed: int = strawberry.field(description="How many deadlines would be missed at once.")
    moved: strawberry.Private[Sequence[Deadline]]

    @paged("The deadlines that would move, by the numbers of their items.")
    async def deadlines(self, info: Info, ask: Ask) -> Connection[MovedDeadline]:
        slice_, chosen = BY_POSITION.slice(ask), selection(info)
        found = [(place, self.moved[place]) for place in _places(len(self.moved), slice_)]
        rows: Any = [{"position": place, "item": each.item["id"], "deadline": each} for place, each in found]
        page = Rows.of(rows, slice_)
        async with info.context.parts.sessions.connect() as session:
            items = await items_below(info, session, page.rows)
        nodes = [_deadline(row["deadline"], items.get(row["item"])) for row in page.rows]
        return page.connection(BY_POSITION, nodes, len(self.moved) if "totalCount" in chosen else None, chosen)


def _places(total: int, slice_: Slice) -> Sequence[int]:
    """The places of a slice in a list so long, as ``cut`` finds rows: one more if it goes on."""
    places = range(total)
    if slice_.mark is not None:
        places = places[: slice_.mark[0]] if slice_.backwards else places[slice_.mark[0] + 1 :]
    return (places[::-1] if slice_.backwards else places)[: slice_.limit + 1]


def _deadline(moved: Deadline, item: Feedback | None) -> MovedDeadline:
    return MovedDeadline(
        code=moved.item["code"],
        feedback=item,
        clock=ClockName(moved.clock),
        step=moved.step,
        due_before=moved.before,
        due_after=moved.after,
        shift=moved.shift,
        missed=moved.missed,
    )


def migration_preview(previewed: Previewed) -> MigrationPreview:
    """What was found, the groups by version and step."""
    found, versions = previewed.found, previewed.versions
    groups = [
        MigrationGroup(
            from_version=versions[group.version],
            from_step=group.step,
            to_step=group.to,
            count=count,
            refusal_code=group.why,
        )
        for group, count in found.groups.items()
    ]
    return MigrationPreview(
        process=previewed.target["key"],
        version=previewed.target["version"],
        total=previewed.total,
        examined=previewed.examined,
        movable=sum(group.count for group in groups if group.refusal_code is None),
        groups=sorted(groups, key=lambda group: (group.from_version, group.from_step or "", group.to_step or "")),
        moved=found.deadlines,
        **found.summed(),
    )


@strawberry.type(description="What became of one item of a migration.")
class MigrationItem(OperationItem):
    from_version: int = strawberry.field(description="The version of the process that it left.")
    from_step: str | None = strawberry.field(description="Key of the step at which it stood; empty when closed.")
    to_version: int = strawberry.field(description="The version that it goes to.")
    to_step: str | None = strawberry.field(description="Key of the step at which it stood then, once it is there.")


@strawberry.type(description="Running items on their way to another version of their process.")
class Migration(Operation):
    process: str = strawberry.field(description="Key of the process.")
    version: int = strawberry.field(description="The version to which items go; of a way back, that which they leave.")
    steps: list[StepPair] = strawberry.field(description="The steps for which others stand in.")

    @resolver("Global id of the migration that it takes back.")
    def back_of(self) -> strawberry.ID | None:
        return global_id("Migration", self.row["back_of"]) if self.row["back_of"] else None

    @resolver("Global id of the newest one that takes it back.")
    def taken_back_by(self) -> strawberry.ID | None:
        return global_id("Migration", self.row["taken_back_by"]) if self.row["taken_back_by"] else None

    @paged("What became of its items, by their numbers.")
    async def items(self, info: Info, ask: Ask, state: InState = None) -> Connection[MigrationItem]:
        id_ = self.row["id"]
        return await page_of_items(
            info,
            ask,
            lambda session, slice_: migration_runs.items(session, id_, state, slice_),
            lambda session: migration_runs.count_items(session, id_, state),
            _item,
        )


def migration(row: Row) -> Migration:
    """A migration from its row."""
    pairs = [StepPair(from_=left, to=entered) for left, entered in row["steps"].items()]
    shown = {"process": row["key"], "steps": pairs, "row": row}
    return made(Migration, row, **{"id": global_id("Migration", row["id"]), **shown})


def _item(row: Row, item: Feedback | None) -> MigrationItem:
    left = {"from_version": row["before_version"], "from_step": row["step"]}
    entered = {"to_version": row["after_version"], "to_step": row["goes_to"]}
    return operation_item(MigrationItem, row, item, **left, **entered)
