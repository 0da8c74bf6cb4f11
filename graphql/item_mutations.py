"""The mutations on one item, a verb each."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.submission import LONGEST_TEXT, clean, optional_problem, text_problem
from voxloop.graphql.acts import FeedbackPayload, ItemInput, Wish, perform
from voxloop.graphql.context import Info
from voxloop.graphql.fields import mutation

LONGEST_FIELD = 5_000
_MOST_FIELDS = 50
_LONGEST_NAME = 100
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)


@strawberry.input(description="Accept the step at which the item stands.")
class AcceptInput(ItemInput):
    pass


@strawberry.input(description="Complete the task at which the item stands.")
class CompleteStepInput(ItemInput):
    outcome: str = strawberry.field(description="One of the step's outcomes.")
    fields: JSON | None = strawberry.field(
        default=None, description="What was filled in: an object of texts by name; some names the step may require."
    )


@strawberry.input(description="Say something.")
class ReplyInput(ItemInput):
    text: str = strawberry.field(description="The words.")
    public: bool | None = strawberry.field(default=True, description="false: a note that only members read.")


@strawberry.input(description="Hand the present step to somebody else.")
class ReassignInput(ItemInput):
    team: str | None = strawberry.field(default=None, description="Key of the team; else the present one.")
    member: str | None = strawberry.field(default=None, description="Key of an active member of it; else its queue.")


@strawberry.input(description="Say whether the answer helped.")
class ConfirmInput(ItemInput):
    satisfied: bool = strawberry.field(description="Whether it did.")
    comment: str | None = strawberry.field(default=None, description="More about it.")


@strawberry.input(description="Hand in what the customer wrote since.")
class CustomerReplyInput(ItemInput):
    text: str = strawberry.field(description="Her words.")


@strawberry.input(description="Reopen a closed item.")
class ReopenInput(ItemInput):
    comment: str | None = strawberry.field(default=None, description="Why.")


@strawberry.input(description="Give an item up.")
class CancelInput(ItemInput):
    reason: str | None = strawberry.field(default=None, description="Why.")


_GIVEN = strawberry.argument(description="What is wanted.")


@strawberry.type
class ItemMutations:
    @mutation("Take on the step: its response clock stops, and it is yours.")
    async def accept(self, info: Info, input: Annotated[AcceptInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.ACCEPT))

    @mutation("Complete the task with an outcome, which says where the item goes.")
    async def complete_step(self, info: Info, input: Annotated[CompleteStepInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _completion(input))

    @mutation("Answer the customer, or leave a note for members.")
    async def reply(self, info: Info, input: Annotated[ReplyInput, _GIVEN]) -> FeedbackPayload:
        verb = Verb.NOTE if input.public is False else Verb.REPLY
        return await perform(info, input, lambda: Wish(verb, _words("text", input.text)))

    @mutation("Hand the present step to another team or member.")
    async def reassign(self, info: Info, input: Annotated[ReassignInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _reassignment(input))

    @mutation("Say for the customer whether the answer helped.")
    async def confirm(self, info: Info, input: Annotated[ConfirmInput, _GIVEN]) -> FeedbackPayload:
        verb = Verb.CONFIRM if input.satisfied else Verb.REJECT
        return await perform(info, input, lambda: Wish(verb, _comment("comment", input.comment)))

    @mutation("Hand in what the customer wrote since.")
    async def customer_reply(self, info: Info, input: Annotated[CustomerReplyInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CUSTOMER_REPLY, _words("text", input.text)))

    @mutation("Reopen a closed item while its time for that lasts.")
    async def reopen(self, info: Info, input: Annotated[ReopenInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.REOPEN, _comment("comment", input.comment)))

    @mutation("Give the item up; managers and admins only.")
    async def cancel(self, info: Info, input: Annotated[CancelInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CANCEL, _comment("reason", input.reason)))


def _words(name: str, given: str) -> dict[str, str]:
    value = clean({name: given})[name]
    demand(text_problem({name: value}, name, LONGEST_TEXT))
    return {"text": value}


def _comment(name: str, given: str | None) -> dict[str, str] | None:
    value = clean({name: given})[name]
    demand(optional_problem({name: value}, name, LONGEST_TEXT))
    return None if value is None else {"text": value}


def _reassignment(given: ReassignInput) -> Wish:
    values = {"team": given.team or None, "member": given.member or None}
    demand(*(optional_problem(values, name, _LONGEST_NAME) for name in values))
    if not any(values.values()):
        demand(Refused(RefusalCode.REQUIRED, ["team"]))
    return Wish(Verb.REASSIGN, team=values["team"], member=values["member"])


def _completion(given: CompleteStepInput) -> Wish:
    fields: Any = given.fields if given.fields is not None else {}
    if not isinstance(fields, dict) or len(fields) > _MOST_FIELDS or not _all_texts(fields):
        demand(Refused(RefusalCode.BAD_FIELDS, ["fields"], most=_MOST_FIELDS))
    filled = clean(fields)
    named = clean({"outcome": given.outcome})
    problems = [optional_problem(filled, name, LONGEST_FIELD) for name in filled]
    demand(
        text_problem(named, "outcome", _LONGEST_NAME),
        *(Refused(problem.code, ["fields", *problem.field], **problem.params) for problem in problems if problem),
    )
    names = tuple(sorted(name for name, value in filled.items() if value is not None))
    return Wish(Verb.COMPLETE, {"fields": filled}, named["outcome"], names)


def _all_texts(fields: Mapping[str, object]) -> bool:
    """Whether all values are texts, and all names keys: names go into histories, where only codes may stand."""
    return all(_FIELD_NAME.fullmatch(name) and isinstance(value, str | None) for name, value in fields.items())
