"""What owners do with documents, a verb each: from the draft to the published version, and back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop import editing, publishing
from voxloop.domain.documents import Kind
from voxloop.domain.identity import number_of
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.viewer import Viewer
from voxloop.editing import Edit
from voxloop.graphql.conflicts import OVERTAKEN, conflict
from voxloop.graphql.context import Info
from voxloop.graphql.document_page import find_documents
from voxloop.graphql.documents import Document
from voxloop.graphql.fields import mutation
from voxloop.graphql.lookahead import selection
from voxloop.graphql.refusals import UserError, user_errors
from voxloop.reception import Parts
from voxloop.store.sessions import Row


@strawberry.type(description="What became of a mutation on a document.")
class DocumentPayload:
    document: Document | None = strawberry.field(
        description="The document as it stands now; with CHANGED_MEANWHILE and PUBLISHED_MEANWHILE also where the wish "
        "was refused."
    )
    conflict: list[str] = strawberry.field(
        description="With CHANGED_MEANWHILE: what others have changed since the base, then how your body differs from "
        "theirs. With PUBLISHED_MEANWHILE: what the version changed that was published since. A sentence each."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Begin a draft. The same again, while nobody has worked on it, is the same draft.")
class CreateDraftInput:
    kind: Kind = strawberry.field(description="What it is to be.")
    key: str = strawberry.field(description="Of which document: that of a published one, or a new one.")
    body: JSON | None = strawberry.field(
        default=None, description="What it says, as an object; else it begins as what is published."
    )


@strawberry.input(description="What every wish about a document names.")
class DocumentInput:
    id: strawberry.ID = strawberry.field(description="The document's global id.")


@strawberry.input(description="Give a draft another content. It is then to be checked and approved again.")
class SaveDraftInput(DocumentInput):
    revision: int = strawberry.field(
        description="The revision that you saw; refused with CHANGED_MEANWHILE when it is another."
    )
    body: JSON = strawberry.field(description="What it says now, as an object.")
    rebase: bool | None = strawberry.field(
        default=False, description="true: it stands on top of what is published now, whatever it was made from."
    )


@strawberry.input(description="Check a draft as it stands.")
class CheckDraftInput(DocumentInput):
    pass


@strawberry.input(description="Approve of a checked draft that somebody else has edited.")
class ApproveDraftInput(DocumentInput):
    revision: int = strawberry.field(
        description="The revision that you approve of; refused with CHANGED_MEANWHILE when it is another."
    )


@strawberry.input(description="Give a draft up.")
class DiscardDraftInput(DocumentInput):
    pass


@strawberry.input(description="Let a checked draft of a rule set decide beside what is published.")
class StartShadowInput(DocumentInput):
    pass


@strawberry.input(description="Have a shadow decide beside nothing any more.")
class StopShadowInput(DocumentInput):
    pass


@strawberry.input(description="Publish a checked draft.")
class PublishDraftInput(DocumentInput):
    effective_at: datetime | None = strawberry.field(default=None, description="When, within a year; else at once.")


@strawberry.input(description="Do not publish a draft whose time has not come.")
class UnscheduleDraftInput(DocumentInput):
    pass


@strawberry.input(description="Publish what an earlier version says, as a new version.")
class RollBackInput(DocumentInput):
    pass


@strawberry.type
class DocumentMutations:
    @mutation("Begin a draft of a document.")
    async def create_draft(
        self, info: Info, input: Annotated[CreateDraftInput, strawberry.argument(description="What is wanted.")]
    ) -> DocumentPayload:
        parts, viewer = info.context.parts, info.context.viewer
        return await _answered(info, editing.create(parts, viewer, input.kind, input.key, Edit(input.body)))

    @mutation("Give a draft another content.")
    async def save_draft(
        self, info: Info, input: Annotated[SaveDraftInput, strawberry.argument(description="What is wanted.")]
    ) -> DocumentPayload:
        return await _answered(info, _save(info, input), input, input.body)

    @mutation("Check a draft: its `problems` then say what is wrong with it as it stands.")
    async def check_draft(
        self, info: Info, input: Annotated[CheckDraftInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(editing.check, info, input))

    @mutation("Approve of a draft.")
    async def approve_draft(
        self, info: Info, input: Annotated[ApproveDraftInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _approve(info, input), input)

    @mutation("Give a draft up.")
    async def discard_draft(
        self, info: Info, input: Annotated[DiscardDraftInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(editing.discard, info, input))

    @mutation("Let a draft decide beside what is published: `shadowReport` tells the differences.")
    async def start_shadow(
        self, info: Info, input: Annotated[StartShadowInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(editing.start_shadow, info, input))

    @mutation("End a shadow; its draft stays checked.")
    async def stop_shadow(
        self, info: Info, input: Annotated[StopShadowInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(editing.stop_shadow, info, input))

    @mutation("Publish a draft, now or later.")
    async def publish_draft(
        self, info: Info, input: Annotated[PublishDraftInput, strawberry.argument(description="Which, and when.")]
    ) -> DocumentPayload:
        return await _answered(info, _publish(info, input), input)

    @mutation("Do not publish a scheduled draft; it stays checked.")
    async def unschedule_draft(
        self, info: Info, input: Annotated[UnscheduleDraftInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(publishing.unschedule, info, input))

    @mutation("Publish an earlier version again, at once.")
    async def roll_back(
        self, info: Info, input: Annotated[RollBackInput, strawberry.argument(description="Which.")]
    ) -> DocumentPayload:
        return await _answered(info, _do(publishing.roll_back, info, input))


async def _answered(
    info: Info, work: Awaitable[Row], given: DocumentInput | None = None, mine: Any = None
) -> DocumentPayload:
    """The payload of a mutation; where others may have been faster, ``given`` names its document."""
    try:
        document = await _shown(info, (await work)["id"])
        return DocumentPayload(document=document, conflict=[], user_errors=[])
    except (Refused, RefusedTogether) as refused:
        errors = user_errors(info.context, refused)
        if given is None or not isinstance(refused, Refused) or refused.code not in OVERTAKEN:
            return DocumentPayload(document=None, conflict=[], user_errors=errors)
        told = await conflict(info.context, refused, _id(given), mine)
        return DocumentPayload(document=await _shown(info, _id(given)), conflict=told, user_errors=errors)


async def _shown(info: Info, id_: int) -> Document | None:
    async with info.context.parts.sessions.connect() as session:
        found = await find_documents(session, info.context.viewer, [id_], selection(info).at("document"))
    return found.get(id_)


def _id(given: DocumentInput) -> int:
    id_ = number_of("Document", given.id)
    if id_ is None:
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    return id_


async def _do(act: Callable[[Parts, Viewer, int], Awaitable[Row]], info: Info, given: DocumentInput) -> Row:
    return await act(info.context.parts, info.context.viewer, _id(given))


async def _save(info: Info, given: SaveDraftInput) -> Row:
    parts, viewer = info.context.parts, info.context.viewer
    edit = Edit(given.body, rebase=bool(given.rebase))
    return await editing.save(parts, viewer, _id(given), given.revision, edit)


async def _approve(info: Info, given: ApproveDraftInput) -> Row:
    return await editing.approve(info.context.parts, info.context.viewer, _id(given), given.revision)


async def _publish(info: Info, given: PublishDraftInput) -> Row:
    return await publishing.publish(info.context.parts, info.context.viewer, _id(given), given.effective_at)
