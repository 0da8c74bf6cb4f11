"""What somebody reads whose draft was overtaken: what others did meanwhile, and how her own words differ from that."""

from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.texts import say
from voxloop.editing import EditConflict
from voxloop.graphql.context import Context
from voxloop.graphql.documents import Body, told_differences
from voxloop.store import documents
from voxloop.store.sessions import Row

OVERTAKEN = (RefusalCode.CHANGED_MEANWHILE, RefusalCode.PUBLISHED_MEANWHILE)


async def conflict(context: Context, refused: Refused, draft: int, mine: Body | None) -> list[str]:
    """What was changed since the draft's base, and how ``mine``, which she wanted to save, differs from that."""
    if isinstance(refused, EditConflict):
        return await _with_edits(context, refused.theirs, mine)
    return await _with_publication(context, draft)


async def _with_edits(context: Context, theirs: Row, mine: Body | None) -> list[str]:
    told = []
    if theirs["base"] is not None:
        base = await _pinned(context, theirs["base"])
        told += await _told(context, "theirs", theirs["kind"], (base["body"], theirs["body"]))
    if mine is not None:
        told += await _told(context, "yours", theirs["kind"], (theirs["body"], mine))
    return told


async def _with_publication(context: Context, draft: int) -> list[str]:
    row = await _pinned(context, draft)
    base = None if row["base"] is None else (await _pinned(context, row["base"]))["body"]
    async with context.parts.sessions.connect() as session:
        standing = await documents.published(session, row["kind"], row["key"])
    return [] if standing is None else await _told(context, "published", row["kind"], (base, standing["body"]))


async def _pinned(context: Context, id_: int) -> Row:
    async with context.parts.sessions.connect() as session:
        return await documents.pinned(session, id_)


async def _told(context: Context, who: str, kind: str, bodies: tuple[Body | None, Body]) -> list[str]:
    found = await told_differences(kind, *bodies, context.language)
    return [say(context.language, f"conflict.{who}", difference=difference) for difference in found]
