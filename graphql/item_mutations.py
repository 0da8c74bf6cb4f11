"""The mutations on one item, a verb each."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop.acts import Wish
from voxloop.answering import MOST_MENTIONS
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.submission import LONGEST_TAG, clean, text_problem
from voxloop.graphql.acts import FeedbackPayload, ItemInput, claim, perform
from voxloop.graphql.context import Info
from voxloop.graphql.fields import mutation
from voxloop.graphql.filling import bad_reason, bad_values, names, read_filled
from voxloop.graphql.wishes import LONGEST_NAME, comment, giving_up, reassignment, step_key, tag, words

_SCORES = (0, 10)
_FIELDS = "What was filled in, by the keys of the step's `form`: texts, numbers, lists of options, as each field takes."
_REASON = "Key of a closing reason of the process; needed when this closes the item and its outcome names none."
_WHICH = "Key of the step that is meant; needed only where several branches are open that members do."


@strawberry.input(description="Accept the step at which the item stands.")
class AcceptInput(ItemInput):
    step: str | None = strawberry.field(default=None, description=_WHICH)


@strawberry.input(description="Take on what comes first in the queue of a team of yours.")
class ClaimNextInput:
    team: str = strawberry.field(description="Key of the team.")
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters: the same key again is the same item. "
        "Needed here or as the header `Idempotency-Key`.",
    )


@strawberry.input(description="Complete the task at which the item stands.")
class CompleteStepInput(ItemInput):
    step: str | None = strawberry.field(default=None, description=_WHICH)
    outcome: str = strawberry.field(description="One of the step's outcomes.")
    fields: JSON | None = strawberry.field(default=None, description=_FIELDS)
    closing_reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="Say something.")
class ReplyInput(ItemInput):
    text: str = strawberry.field(description="The words.")
    public: bool | None = strawberry.field(default=True, description="false: a note, as by `addNote`.")
    fields: JSON | None = strawberry.field(default=None, description=_FIELDS)
    closing_reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="Hand the present step to somebody else.")
class ReassignInput(ItemInput):
    step: str | None = strawberry.field(default=None, description=_WHICH)
    team: str | None = strawberry.field(default=None, description="Key of the team; else the present one.")
    member: str | None = strawberry.field(default=None, description="Key of an active member of it; else its queue.")
    note: str | None = strawberry.field(default=None, description="What she should know; only members read it.")


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
    closing_reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="Let the present step wait for the customer.")
class WaitForCustomerInput(ItemInput):
    text: str | None = strawberry.field(default=None, description="What she is asked; without it nothing is sent.")


@strawberry.input(description="Go on with a step that waits for the customer.")
class ResumeInput(ItemInput):
    pass


@strawberry.input(description="Change how soon the organisation wants to act.")
class ChangePriorityInput(ItemInput):
    priority: Priority = strawberry.field(description="The priority from now on.")


@strawberry.input(description="Put an item aside.")
class SnoozeFeedbackInput(ItemInput):
    until: datetime = strawberry.field(description="Until this instant, which lies in the future.")


@strawberry.input(description="Take up an item again that is put aside.")
class WakeFeedbackInput(ItemInput):
    pass


@strawberry.input(description="Correct what the writer mainly does.")
class ChangeTypeInput(ItemInput):
    type: FeedbackType = strawberry.field(description="The right type.")


@strawberry.input(description="Leave a note that only members read.")
class AddNoteInput(ItemInput):
    text: str = strawberry.field(description="The words; who is named in them as `@key` is mentioned.")
    mentions: list[str] | None = strawberry.field(
        default=None, description=f"Keys of members to be told of it, up to {MOST_MENTIONS}."
    )


@strawberry.input(description="Add a tag.")
class AddTagInput(ItemInput):
    tag: str = strawberry.field(description=f"The tag: up to {LONGEST_TAG} characters.")


@strawberry.input(description="Remove a tag.")
class RemoveTagInput(ItemInput):
    tag: str = strawberry.field(description="The tag.")


@strawberry.input(description="Mark an item as spam.")
class MarkSpamInput(ItemInput):
    reason: str | None = strawberry.field(default=None, description="Why; only members read it.")


@strawberry.input(description="Set when a running clock is due.")
class SetDueDateInput(ItemInput):
    clock: ClockName = strawberry.field(description="Which of the item's running clocks; of a step, the present one's.")
    step: str | None = strawberry.field(default=None, description="Key of the branch whose clock is meant.")
    at: datetime | None = strawberry.field(
        default=None, description="When, in the next ten years; empty: its target says so again."
    )


@strawberry.input(description="Answer the survey of a closed item.")
class AnswerSurveyInput(ItemInput):
    score: int = strawberry.field(description="NPS: 0 to 10; CSAT: 1 to 5; CES: 1 to 7.")
    comment: str | None = strawberry.field(default=None, description="More about it.")


_GIVEN = strawberry.argument(description="What is wanted.")


@strawberry.type
class ItemMutations:
    @mutation("Take on the step: its response clock stops, and it is yours.")
    async def accept(self, info: Info, input: Annotated[AcceptInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.ACCEPT, step=step_key(input.step)))

    @mutation("Complete the task with an outcome, which says where the item goes.")
    async def complete_step(self, info: Info, input: Annotated[CompleteStepInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _completion(input))

    @mutation("Answer the customer, or leave a note for members.")
    async def reply(self, info: Info, input: Annotated[ReplyInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _answer(input))

    @mutation("Take on what comes first in a team's queue: the next one when somebody else was faster.")
    async def claim_next(self, info: Info, input: Annotated[ClaimNextInput, _GIVEN]) -> FeedbackPayload:
        return await claim(info, input.team, input.key)

    @mutation("Hand the present step to another team or member.")
    async def reassign(self, info: Info, input: Annotated[ReassignInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _handing_over(input))

    @mutation("Say for the customer whether the answer helped.")
    async def confirm(self, info: Info, input: Annotated[ConfirmInput, _GIVEN]) -> FeedbackPayload:
        verb = Verb.CONFIRM if input.satisfied else Verb.REJECT
        return await perform(info, input, lambda: Wish(verb, comment("comment", input.comment)))

    @mutation("Hand in what the customer wrote since.")
    async def customer_reply(self, info: Info, input: Annotated[CustomerReplyInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CUSTOMER_REPLY, words("text", input.text)))

    @mutation("Reopen a closed item while its time for that lasts.")
    async def reopen(self, info: Info, input: Annotated[ReopenInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.REOPEN, comment("comment", input.comment)))

    @mutation("Give the item up; managers and admins only.")
    async def cancel(self, info: Info, input: Annotated[CancelInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: giving_up(input.reason, input.closing_reason))

    @mutation("Let the present step wait for the customer, until she writes or it is resumed: clocks stand still.")
    async def wait_for_customer(self, info: Info, input: Annotated[WaitForCustomerInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.WAIT_FOR_CUSTOMER, comment("text", input.text)))

    @mutation("Go on with a step that waits for the customer.")
    async def resume(self, info: Info, input: Annotated[ResumeInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.RESUME))

    @mutation(
        "Put an item aside until an instant: it leaves `myWork` and queues, while its clocks run on. It comes back "
        "then, or sooner when its customer writes, a target nears or is missed, or it comes to somebody else."
    )
    async def snooze_feedback(self, info: Info, input: Annotated[SnoozeFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.SNOOZE, at=input.until))

    @mutation("Take up an item again that is put aside.")
    async def wake_feedback(self, info: Info, input: Annotated[WakeFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.SNOOZE))

    @mutation("Change the priority. Targets count anew from the original start; pauses stay.")
    async def change_priority(self, info: Info, input: Annotated[ChangePriorityInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CHANGE_PRIORITY, priority=input.priority))

    @mutation("Set when a clock is due: neither pauses nor another target move that. Managers and admins only.")
    async def set_due_date(self, info: Info, input: Annotated[SetDueDateInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _due(input))

    @mutation("Correct the type. As long as nobody has worked on the item, it goes to the process of its right type.")
    async def change_type(self, info: Info, input: Annotated[ChangeTypeInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.CHANGE_TYPE, type=input.type))

    @mutation("Leave a note that only members read.")
    async def add_note(self, info: Info, input: Annotated[AddNoteInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.NOTE, _note(input)))

    @mutation("Add a tag; one that the item has stays as it is.")
    async def add_tag(self, info: Info, input: Annotated[AddTagInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.ADD_TAG, tag(input.tag)))

    @mutation("Remove a tag, if the item has it.")
    async def remove_tag(self, info: Info, input: Annotated[RemoveTagInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.REMOVE_TAG, tag(input.tag)))

    @mutation("Close an item as spam: its customer hears nothing of it. It can be reopened.")
    async def mark_spam(self, info: Info, input: Annotated[MarkSpamInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.MARK_SPAM, comment("reason", input.reason)))

    @mutation("Answer for the customer what the survey of a closed item asks, once a round.")
    async def answer_survey(self, info: Info, input: Annotated[AnswerSurveyInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: _survey_answer(input))


def _note(given: AddNoteInput) -> dict[str, Any]:
    named = list(dict.fromkeys(given.mentions or ()))
    demand(*(text_problem({"mentions": key}, "mentions", LONGEST_NAME) for key in named))
    return {**words("text", given.text), **({"mentions": named} if named else {})}


def _handing_over(given: ReassignInput) -> Wish:
    wish = reassignment(given.team, given.member)
    return replace(wish, words=comment("note", given.note), step=step_key(given.step))


def _answer(given: ReplyInput) -> Wish:
    said: dict[str, Any] = {**words("text", given.text)}
    if given.public is False:
        return Wish(Verb.NOTE, said)
    filled = read_filled(given.fields)
    demand(*bad_values(filled), bad_reason(given.closing_reason))
    more = {"fields": filled} if filled else {}
    return Wish(Verb.REPLY, said | more, fields=names(filled), reason=given.closing_reason or None)


def _due(given: SetDueDateInput) -> Wish:
    return Wish(Verb.SET_DUE, clock=given.clock, at=given.at, step=step_key(given.step))


def _survey_answer(given: AnswerSurveyInput) -> Wish:
    least, most = _SCORES
    demand(
        None if least <= given.score <= most else Refused(RefusalCode.OUT_OF_RANGE, ["score"], least=least, most=most)
    )
    more = comment("comment", given.comment)
    return Wish(Verb.ANSWER_SURVEY, {"score": given.score, "comment": more["text"] if more else None})


def _completion(given: CompleteStepInput) -> Wish:
    filled, named = read_filled(given.fields), clean({"outcome": given.outcome})
    demand(text_problem(named, "outcome", LONGEST_NAME), *bad_values(filled), bad_reason(given.closing_reason))
    reason, step = given.closing_reason or None, step_key(given.step)
    return Wish(Verb.COMPLETE, {"fields": filled}, named["outcome"], names(filled), reason=reason, step=step)
