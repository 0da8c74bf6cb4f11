"""The mutations on one item, a verb each."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop.acts import Wish
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.submission import LONGEST_TAG, LONGEST_TEXT, clean, optional_problem, text_problem
from voxloop.graphql.acts import FeedbackPayload, ItemInput, perform
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
    public: bool | None = strawberry.field(default=True, description="false: a note, as by `addNote`.")


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


@strawberry.input(description="Let the present step wait for the customer.")
class WaitForCustomerInput(ItemInput):
    text: str | None = strawberry.field(default=None, description="What she is asked; without it nothing is sent.")


@strawberry.input(description="Go on with a step that waits for the customer.")
class ResumeInput(ItemInput):
    pass


@strawberry.input(description="Change how soon the organisation wants to act.")
class ChangePriorityInput(ItemInput):
    priority: Priority = strawberry.field(description="The priority from now on.")


@strawberry.input(description="Correct what the writer mainly does.")
class ChangeTypeInput(ItemInput):
    type: FeedbackType = strawberry.field(description="The right type.")


@strawberry.input(description="Leave a note that only members read.")
class AddNoteInput(ItemInput):
    text: str = strawberry.field(description="The words.")


@strawberry.input(description="Add a tag.")
class AddTagInput(ItemInput):
    tag: str = strawberry.field(description=f"The tag: up to {LONGEST_TAG} characters.")


@strawberry.input(description="Remove a tag.")
class RemoveTagInput(ItemInput):
    tag: str = strawberry.field(description="The tag.")


@strawberry.input(description="Mark an item as spam.")
class MarkSpamInput(ItemInput):
    reason: str | None = strawberry.field(default=None, description="Why; only members read it.")


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

    @mutation("Let the present step wait for the customer, until she writes or it is resumed: clocks stand still.")
    async def wait_for_customer(self, info: Info, input: Annotated[WaitForCustomerInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.WAIT_FOR_CUSTOMER, _comment("text", input.text)))

    @mutation("Go on with a step that waits for the customer.")
    async def resume(self, info: Info, input: Annotated[ResumeInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.RESUME))

    @mutation("Change the priority. Targets count anew from the original start; pauses stay.")
    async def change_priority(self, info: Info, input: Annotated[ChangePriorityInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CHANGE_PRIORITY, priority=input.priority))

    @mutation("Correct the type. As long as nobody has worked on the item, it goes to the process of its right type.")
    async def change_type(self, info: Info, input: Annotated[ChangeTypeInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CHANGE_TYPE, type=input.type))

    @mutation("Leave a note that only members read.")
    async def add_note(self, info: Info, input: Annotated[AddNoteInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.NOTE, _words("text", input.text)))

    @mutation("Add a tag; one that the item has stays as it is.")
    async def add_tag(self, info: Info, input: Annotated[AddTagInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.ADD_TAG, _tag(input.tag)))

    @mutation("Remove a tag, if the item has it.")
    async def remove_tag(self, info: Info, input: Annotated[RemoveTagInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.REMOVE_TAG, _tag(input.tag)))

    @mutation("Close an item as spam: its customer hears nothing of it. It can be reopened.")
    async def mark_spam(self, info: Info, input: Annotated[MarkSpamInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.MARK_SPAM, _comment("reason", input.reason)))


def _words(name: str, given: str) -> dict[str, str]:
    value = clean({name: given})[name]
    demand(text_problem({name: value}, name, LONGEST_TEXT))
    return {"text": value}


def _comment(name: str, given: str | None) -> dict[str, str] | None:
    value = clean({name: given})[name]
    demand(optional_problem({name: value}, name, LONGEST_TEXT))
    return None if value is None else {"text": value}


def _tag(given: str) -> dict[str, str]:
    value = " ".join(given.split()) or None
    demand(text_problem({"tag": value}, "tag", LONGEST_TAG))
    return {"tag": str(value)}


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
