"""Handing in feedback."""

from datetime import datetime
from typing import Annotated

import strawberry

from voxloop.domain.feedback import Channel
from voxloop.domain.identity import uuid_of
from voxloop.graphql.acts import FeedbackPayload, answered
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Language
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import mutation
from voxloop.graphql.lookahead import selection
from voxloop.graphql.page import Needs, Page, load_page, needs, on_page
from voxloop.graphql.refusals import given_key
from voxloop.reception import receive


@strawberry.input(description="Who gives the feedback. What is said here fills what was unknown and replaces nothing.")
class CustomerInput:
    ref: str = strawberry.field(description="Her reference in the system that brings the feedback.")
    name: str | None = strawberry.field(default=None, description="Her name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Telephone number.")
    language: Language | None = strawberry.field(default=None, description="The language to answer her in.")


@strawberry.input(description="One piece of feedback to be accepted.")
class SubmitFeedbackInput:
    text: str = strawberry.field(description="What the customer wrote: up to 20,000 characters.")
    channel: Channel = strawberry.field(description="The way it came in.")
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters: the same key again answers with the same item. "
        "Needed here or as the header `Idempotency-Key`.",
    )
    form: str | None = strawberry.field(default=None, description="The form it was given in.")
    scenario: str | None = strawberry.field(default=None, description="What the form asked about.")
    rating: int | None = strawberry.field(default=None, description="Stars: 1 to 5.")
    nps: int | None = strawberry.field(default=None, description="How likely she would recommend us: 0 to 10.")
    product: str | None = strawberry.field(default=None, description="Key of the product.")
    module: str | None = strawberry.field(default=None, description="Key of one of the product's modules.")
    product_version: str | None = strawberry.field(default=None, description="The version of the product.")
    batch: str | None = strawberry.field(default=None, description="The batch that the product is from.")
    part: str | None = strawberry.field(default=None, description="The part of the product that it is about.")
    region: str | None = strawberry.field(default=None, description="Where it comes from.")
    order_ref: str | None = strawberry.field(default=None, description="The order it belongs to.")
    language: Language | None = strawberry.field(default=None, description="Its language; else seen from the text.")
    customer: CustomerInput | None = strawberry.field(default=None, description="Who gives it.")
    follow_up_of: strawberry.ID | None = strawberry.field(
        default=None, description="Global id or code of an earlier item that it follows."
    )
    received_at: datetime | None = strawberry.field(
        default=None, description="When it was really received, if that was earlier than now; from 2000 on."
    )


@strawberry.type
class SubmissionMutations:
    @mutation("Hand in feedback. Once this answers without errors, it cannot get lost.")
    async def submit_feedback(
        self, info: Info, input: Annotated[SubmitFeedbackInput, strawberry.argument(description="What is handed in.")]
    ) -> FeedbackPayload:
        return await answered(info, _submit(info, input))


async def _submit(info: Info, given: SubmitFeedbackInput) -> Feedback:
    context = info.context
    customer = None if given.customer is None else vars(given.customer)
    values = vars(given) | {"customer": customer, "key": given_key(context, given.key)}
    if given.follow_up_of is not None:
        values["follow_up_of"] = uuid_of("Feedback", given.follow_up_of) or given.follow_up_of
    accepted = await receive(context.parts, context.viewer, values, context.directory.known_products)
    needed = needs(selection(info).at("feedback"))
    if needed == Needs():
        return on_page(accepted.row, Page())
    async with context.parts.sessions.connect() as session:
        return on_page(accepted.row, await load_page(session, [accepted.row], needed))
