"""One item, as the schema shows it. What lies below it stands in its page, fetched before any resolver runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from voxloop.domain.feedback import Channel, FeedbackType, Outcome, Priority, Stage
from voxloop.domain.viewer import Role
from voxloop.graphql.assignments import Assignment, assignment
from voxloop.graphql.attachments import Attachment, attachment
from voxloop.graphql.clocks import Clock, read_clock
from voxloop.graphql.context import Info
from voxloop.graphql.corrections import Correction
from voxloop.graphql.customers import Customer, customer
from voxloop.graphql.decisions import Decision, decision
from voxloop.graphql.enums import Language
from voxloop.graphql.errors import bad_input
from voxloop.graphql.events import Event, by_step, event, for_customers
from voxloop.graphql.fields import resolver
from voxloop.graphql.first_contact import FirstContactResolution, first_contact_resolution
from voxloop.graphql.linked_items import LinkedItem, linked_item
from voxloop.graphql.messages import Message, read_messages
from voxloop.graphql.nodes import Node, global_id, made
from voxloop.graphql.people import Member, Team
from voxloop.graphql.pins import ClosingReason, PinnedDocument, pinned_document
from voxloop.graphql.presence import Presence
from voxloop.graphql.products import Product, ProductLine
from voxloop.graphql.relations import FeedbackLink, RelatedFeedback, links, related
from voxloop.graphql.rewards import Reward
from voxloop.graphql.steps import StepRun, step_runs
from voxloop.graphql.surveys import Survey
from voxloop.signing import Links
from voxloop.store.sessions import Row

if TYPE_CHECKING:
    from voxloop.graphql.page import Page

TIMELINE = 50
LONGEST_TIMELINE = 200


def checked_last(last: int) -> int:
    """How many events of a timeline are wanted.

    Raises:
        RequestRefused: it is less than none, or too many.
    """
    if not 0 <= last <= LONGEST_TIMELINE:
        raise bad_input("timeline.last", "range", least=0, most=LONGEST_TIMELINE)
    return last


@strawberry.type(description="One piece of feedback and all that became of it.")
class Feedback(Node):
    code: str = strawberry.field(description="Its code for people: FB-000123.")
    version: int = strawberry.field(description="Rises by one with every event; give it as `expect` when you act.")
    text: str = strawberry.field(description="What the customer wrote.")
    language: Language = strawberry.field(description="The language it is written in.")
    channel: Channel = strawberry.field(description="The way it came in.")
    form: str | None = strawberry.field(description="The form it was given in.")
    scenario: str | None = strawberry.field(description="What the form asked about.")
    rating: int | None = strawberry.field(description="Stars: 1 to 5.")
    nps: int | None = strawberry.field(description="How likely she would recommend us: 0 to 10.")
    type: FeedbackType | None = strawberry.field(description="What the writer mainly does; empty until classified.")
    type_confidence: float | None = strawberry.field(description="How sure the classification is: 0 to 1.")
    sentiment: float | None = strawberry.field(description="From -1 (bad) to 1 (good).")
    urgency: str | None = strawberry.field(description="How urgent the text sounds; not the priority.")
    priority: Priority = strawberry.field(description="How soon the organisation wants to act.")
    stage: Stage = strawberry.field(description="Where it stands.")
    outcome: Outcome | None = strawberry.field(description="How it ended; only when closed.")
    round: int = strawberry.field(description="1, and one more each time it was reopened or the answer rejected.")
    tags: list[str] = strawberry.field(description="The tags that rules added.")
    module: str | None = strawberry.field(description="Key of the product's module that it is about.")
    product_version: str | None = strawberry.field(description="The version of the product.")
    batch: str | None = strawberry.field(description="The batch that the product is from.")
    part: str | None = strawberry.field(description="The part of the product that it is about.")
    region: str | None = strawberry.field(description="Where it comes from.")
    order_ref: str | None = strawberry.field(description="The order it belongs to.")
    due_at: datetime | None = strawberry.field(description="When the next target is reached.")
    overdue: bool = strawberry.field(description="Whether a target is missed.")
    received_at: datetime = strawberry.field(description="When it was received.")
    acknowledged_at: datetime | None = strawberry.field(description="When the customer was told of its arrival.")
    first_responded_at: datetime | None = strawberry.field(description="When a member first answered.")
    answered_at: datetime | None = strawberry.field(description="When it was last answered.")
    first_closed_at: datetime | None = strawberry.field(description="When it was closed for the first time.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; empty while it is open.")
    finished_at: datetime | None = strawberry.field(description="Since when it can no longer be reopened.")
    row: strawberry.Private[Row]
    page: strawberry.Private["Page"]

    @resolver("Global id of the earlier item that it follows.")
    def follow_up_of(self) -> strawberry.ID | None:
        earlier = self.row["follow_up_of"]
        return global_id("Feedback", earlier) if earlier else None

    @resolver("Who gave it; empty when nobody knows.")
    def customer(self) -> Customer | None:
        row = self.page.customers.get(self.row["customer"])
        return customer(row) if row else None

    @resolver("The product line that it is about.")
    def product_line(self, info: Info) -> ProductLine | None:
        return info.context.directory.lines.get(self.row["product_line"] or "")

    @resolver("The product that it is about.")
    def product(self, info: Info) -> Product | None:
        return info.context.directory.products.get(self.row["product"] or "")

    @resolver("The team that has it.")
    def team(self, info: Info) -> Team | None:
        return info.context.directory.teams.get(self.row["team"] or "")

    @resolver("The member who has it; empty while it lies in the team's queue, and while branches of it are open.")
    def owner(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["owner"] or "")

    @resolver("The process that it goes through; empty until decided.")
    def process(self) -> PinnedDocument | None:
        return self._document("process")

    @resolver("Why it was closed, as far as its process asks; empty while it is open.")
    def closing_reason(self) -> ClosingReason | None:
        key = self.row["closing_reason"]
        row = self.page.documents.get(self.row["process"])
        return ClosingReason(key=key, titles=((row and row["reasons"]) or {}).get(key)) if key else None

    @resolver("What its customer was asked after it was closed last, and what she said.")
    def survey(self) -> Survey | None:
        rows = self._below("surveys")
        return made(Survey, rows[-1]) if rows else None

    @resolver("The rule set that decided about it.")
    def rule_set(self) -> PinnedDocument | None:
        return self._document("rule_set")

    @resolver("The step at which it stands, with its branches; empty before the first and when closed.")
    def step(self) -> StepRun | None:
        return next((run for run in self._step_runs() if run.ended_at is None), None)

    @resolver("All steps that it went through, in order; branches stand below the parallel step that they belong to.")
    def steps(self) -> list[StepRun]:
        return self._step_runs()

    @resolver("Who had its steps and why, in order; not for intake tokens.")
    def assignments(self, info: Info) -> list[Assignment]:
        return [assignment(row) for row in self._between_colleagues(info, "assignments")]

    @resolver("All its clocks, in order of their start.")
    def clocks(self) -> list[Clock]:
        return [read_clock(row, self._below("clock_events"), self.page) for row in self._below("clocks")]

    @resolver("What was said about it, in order; intake tokens see what the customer may read.")
    def messages(self, info: Info) -> list[Message]:
        rows = self._below("messages")
        if info.context.viewer.role is Role.INTAKE:
            rows = [row for row in rows if row["visibility"] == "public"]
        return read_messages(rows)

    @resolver("What was attached to it, in order.")
    def attachments(self, info: Info) -> list[Attachment]:
        links = Links(info.context.parts.address, self.page.secret)
        return [attachment(row, links) for row in self._below("attachments")]

    @resolver("What other departments' systems work on because of it.")
    def linked_items(self) -> list[LinkedItem]:
        return [linked_item(row) for row in self._below("linked_items")]

    @resolver("Links between it and other items that you see, in the order in which they were made.")
    def links(self, info: Info) -> list[FeedbackLink]:
        return links(self._below("links"), info.context.viewer)

    @resolver("The item that stands for it, if it is merged into one that you see.")
    def merged_into(self, info: Info) -> RelatedFeedback | None:
        return next(iter(related(self._below("merged_into"), info.context.viewer)), None)

    @resolver("The items that are merged into it, as far as you see them, in the order of their reception.")
    def merged(self, info: Info) -> list[RelatedFeedback]:
        return related(self._below("merged"), info.context.viewer)

    @resolver("Whether one answer was enough; empty unless it is closed as solved, adopted or declined.")
    def first_contact_resolution(self) -> FirstContactResolution | None:
        return first_contact_resolution(self.row, self._below("first_contact"))

    @resolver("Who follows it, in the order in which they began; not for intake tokens.")
    def followers(self, info: Info) -> list[Member]:
        members = info.context.directory.members
        rows = self._between_colleagues(info, "followers")
        return [members[row["member"]] for row in rows if row["member"] in members]

    @resolver("Whether you follow it.")
    def followed_by_me(self, info: Info) -> bool:
        viewer = info.context.viewer
        return viewer.member is not None and any(row["member"] == viewer.member for row in self._below("followers"))

    @resolver("Until when it is put aside, while its clocks run on; not for intake tokens.")
    def snoozed_until(self, info: Info) -> datetime | None:
        until: datetime | None = self.row["snoozed_until"]
        return None if info.context.viewer.role is Role.INTAKE else until

    @resolver("Who has it open, in the order in which they opened it; not for intake tokens.")
    def presence(self, info: Info) -> list[Presence]:
        return [made(Presence, row, row=row) for row in self._between_colleagues(info, "presence")]

    @resolver("What happened to it, in order.")
    def timeline(
        self,
        info: Info,
        last: Annotated[int | None, strawberry.argument(description="How many of the newest: up to 200.")] = TIMELINE,
    ) -> list[Event]:
        most = checked_last(TIMELINE if last is None else last)
        steps = by_step(self._below("steps"))
        rows = self._below("events")
        if info.context.viewer.role is Role.INTAKE:
            rows = for_customers(rows)
        kept = rows[max(0, len(rows) - most) :]
        return [event(row, steps) for row in kept]

    @resolver("Why it is handled as it is: what the rules decided when it came in, or anew; not for intake tokens.")
    def decision(self, info: Info) -> Decision | None:
        lasting = [row for row in self._between_colleagues(info, "decisions") if row["lasting"]]
        return decision(lasting[-1], info.context.viewer) if lasting else None

    @resolver("All that rules decided about it, later too, in order; not for intake tokens.")
    def decisions(self, info: Info) -> list[Decision]:
        return [decision(row, info.context.viewer) for row in self._between_colleagues(info, "decisions")]

    @resolver("What people put right of what had been decided by itself, in order; not for intake tokens.")
    def corrections(self, info: Info) -> list[Correction]:
        return [made(Correction, row) for row in self._between_colleagues(info, "corrections")]

    @resolver("What its customer was given for it, in order.")
    def rewards(self) -> list[Reward]:
        return [made(Reward, row, own_rule=row["rule"]) for row in self._below("rewards")]

    def _step_runs(self) -> list[StepRun]:
        return step_runs(self._below("steps"), self._below("assignments"), self._below("clocks"))

    def _between_colleagues(self, info: Info, relation: str) -> Sequence[Row]:
        return () if info.context.viewer.role is Role.INTAKE else self._below(relation)

    def _below(self, relation: str) -> Sequence[Row]:
        return self.page.below(relation, self.row["id"])

    def _document(self, column: str) -> PinnedDocument | None:
        return pinned_document(self.page.documents.get(self.row[column]))
