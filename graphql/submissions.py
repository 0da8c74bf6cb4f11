"""Handing in feedback: checked whole, accepted by one statement, its loop started at once or as soon as possible."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from voxloop.analysis.language import language_of
from voxloop.analysis.search_keys import search_keys
from voxloop.domain.feedback import Channel
from voxloop.domain.identity import digest, new_id
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.submission import clean, problems
from voxloop.graphql.acts import FeedbackPayload, answered, find
from voxloop.graphql.context import Context, Info
from voxloop.graphql.enums import Language
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import mutation
from voxloop.graphql.lookahead import selection
from voxloop.graphql.page import feedback_page
from voxloop.graphql.refusals import SUBMIT, demand, demand_right, given_key
from voxloop.store import customers, feedback
from voxloop.store.sessions import Session

_SAME_NAME = (
    "text", "channel", "form", "scenario", "rating", "nps", "product", "module", "product_version", "batch", "region",
    "order_ref",
)  # fmt: skip


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
    demand_right(context.viewer, SUBMIT)
    values = _checked(context, given)
    async with context.parts.sessions.begin() as session:
        item = await _item(session, context, values)
        accepted = await feedback.accept(session, item, context.viewer.actor)
        if accepted.row["argument_hash"] != item["argument_hash"]:
            raise Refused(RefusalCode.KEY_REUSED, ["key"])
    if accepted.created:
        context.parts.relay.poke()
    async with context.parts.sessions.connect() as session:
        [answer] = await feedback_page(session, [accepted.row], selection(info).at("feedback"))
    return answer


def _checked(context: Context, given: SubmitFeedbackInput) -> dict[str, Any]:
    values = clean(asdict(given)) | {"key": given_key(context, given.key)}
    demand(*problems(values, context.directory.known_products, datetime.now(UTC)))
    return values


async def _item(session: Session, context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The columns of the new item."""
    product = context.directory.products.get(values["product"] or "")
    return {
        **{name: values[name] for name in _SAME_NAME},
        "id": new_id(),
        "source": context.viewer.name,
        "idempotency_key": values["key"],
        "argument_hash": digest({name: value for name, value in values.items() if name != "key"}),
        "language": values["language"] or language_of(values["text"]),
        "product_line": product.line.key if product else None,
        "customer": await _customer(session, values["customer"]),
        "follow_up_of": await _earlier(session, context, values["follow_up_of"]),
        "received_at": values["received_at"] or datetime.now(UTC),
        "search_keys": search_keys(values["text"]),
    }


async def _customer(session: Session, given: dict[str, Any] | None) -> UUID | None:
    if given is None:
        return None
    known = {name: value for name, value in given.items() if name != "ref" and value is not None}
    return await customers.ensure(session, given["ref"], known)


async def _earlier(session: Session, context: Context, id_: str | None) -> UUID | None:
    if id_ is None:
        return None
    try:
        row = await find(session, context.viewer, id_)
    except Refused as refused:
        raise Refused(refused.code, ["follow_up_of"]) from refused
    earlier: UUID = row["id"]
    return earlier
