"""The mutations that tie an item to other items, and members to items, if only for as long as they look."""

from typing import Annotated
from uuid import UUID

import strawberry

from voxloop import acts
from voxloop.acts import Wish
from voxloop.domain.identity import uuid_of
from voxloop.domain.loop import Verb
from voxloop.domain.relations import LinkKind
from voxloop.graphql.acts import FeedbackPayload, ItemInput, ItemNamed, answered, perform, reread
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import mutation


@strawberry.input(description="Link an item to another one.")
class LinkFeedbackInput(ItemInput):
    other: strawberry.ID = strawberry.field(description="The other item's global id or its code.")
    kind: LinkKind = strawberry.field(description="What this item is to the other one.")


@strawberry.input(description="Remove a link between two items, from whichever side it was made.")
class UnlinkFeedbackInput(ItemInput):
    other: strawberry.ID = strawberry.field(description="The other item's global id or its code.")
    kind: LinkKind = strawberry.field(description="What kind of link.")


@strawberry.input(description="Let another item stand for a duplicate.")
class MergeFeedbackInput(ItemInput):
    into: strawberry.ID = strawberry.field(description="Global id or code of the item that stands for it from now on.")


@strawberry.input(description="Let a merged item stand for itself again.")
class UnmergeFeedbackInput(ItemInput):
    pass


@strawberry.input(description="Follow an item.")
class FollowFeedbackInput(ItemNamed):
    pass


@strawberry.input(description="Follow an item no more.")
class UnfollowFeedbackInput(ItemNamed):
    pass


@strawberry.input(description="Have an item open.")
class AnnouncePresenceInput(ItemNamed):
    writing: bool = strawberry.field(default=False, description="Whether you are writing an answer or a note.")


@strawberry.input(description="Have an item open no more.")
class EndPresenceInput(ItemNamed):
    pass


_GIVEN = strawberry.argument(description="What is wanted.")


@strawberry.type
class RelationMutations:
    @mutation("Link two items; one link of each kind between the same two is enough.")
    async def link_feedback(self, info: Info, input: Annotated[LinkFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.LINK, other=_item(input.other), reason=input.kind))

    @mutation("Remove a link between two items.")
    async def unlink_feedback(self, info: Info, input: Annotated[UnlinkFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.UNLINK, other=_item(input.other), reason=input.kind))

    @mutation(
        "Merge a duplicate into another item. It is closed and waits; its own customer is answered when the other item "
        "is closed. What was merged into it goes along. It can be unmerged."
    )
    async def merge_feedback(self, info: Info, input: Annotated[MergeFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.MERGE, other=_item(input.into)))

    @mutation("Take a merged item out again: it goes on at the step that it left, and its clocks begin anew.")
    async def unmerge_feedback(self, info: Info, input: Annotated[UnmergeFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await perform(info, input, lambda: Wish(Verb.UNMERGE))

    @mutation(
        "Follow an item: you are told when it is answered, closed, reopened or overdue, unless you did it yourself. "
        "For members."
    )
    async def follow_feedback(self, info: Info, input: Annotated[FollowFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await answered(info, _follow(info, input.id, on=True))

    @mutation("Follow an item no more.")
    async def unfollow_feedback(self, info: Info, input: Annotated[UnfollowFeedbackInput, _GIVEN]) -> FeedbackPayload:
        return await answered(info, _follow(info, input.id, on=False))

    @mutation(
        "Say that you have an item open. It lasts a minute, so say it again every half; who watches the item hears of "
        "it when it begins, when you start or stop writing, and when you end it. For members."
    )
    async def announce_presence(self, info: Info, input: Annotated[AnnouncePresenceInput, _GIVEN]) -> FeedbackPayload:
        return await answered(info, _attend(info, input.id, input.writing))

    @mutation("Say that you have it open no more.")
    async def end_presence(self, info: Info, input: Annotated[EndPresenceInput, _GIVEN]) -> FeedbackPayload:
        return await answered(info, _attend(info, input.id, None))


def _item(given: str) -> UUID | str:
    return uuid_of("Feedback", given) or given


async def _follow(info: Info, wanted: str, on: bool) -> Feedback | None:
    context = info.context
    return await reread(info, await acts.follow(context.parts, context.viewer, _item(wanted), on))


async def _attend(info: Info, wanted: str, writing: bool | None) -> Feedback | None:
    context = info.context
    return await reread(info, await acts.attend(context.parts, context.viewer, _item(wanted), writing))
