"""Reading documents, and what came of trying drafts. Who may read which is said in ``store/visibility``."""

from typing import Annotated

import strawberry

from voxloop.domain.documents import Kind, State
from voxloop.domain.rights import EDIT_DOCUMENTS, may
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.backtests import Backtest
from voxloop.graphql.connections import Ask, Connection, Keys, Rows, number, paged
from voxloop.graphql.context import Info
from voxloop.graphql.document_page import document_page, find_backtests, find_documents, shadow_page, whole
from voxloop.graphql.documents import Document, told_differences
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import wanted_number, wanted_uuid
from voxloop.graphql.shadows import ShadowReport
from voxloop.store import documents, shadows

_BY_ID = Keys("DOCUMENT", {"id": number})


@strawberry.type(description="Two versions of a document, compared.")
class DocumentDiff:
    from_: Document = strawberry.field(name="from", description="The one that is compared with.")
    to: Document = strawberry.field(description="The one that differs from it.")
    equal: bool = strawberry.field(description="Whether both say the same.")

    @resolver("How the second differs from the first, a sentence each.")
    async def differences(self, info: Info, language: InLanguage = None) -> list[str]:
        before, after = self.from_.row["body"], self.to.row["body"]
        return await told_differences(self.to.kind, before, after, language or info.context.language)


@strawberry.type
class DocumentQueries:
    @paged("Versions and drafts of documents that you may read, the newest first.")
    async def documents(
        self,
        info: Info,
        ask: Ask,
        kind: Annotated[Kind | None, strawberry.argument(description="Only of this kind.")] = None,
        key: Annotated[str | None, strawberry.argument(description="Only of this key.")] = None,
        state: Annotated[State | None, strawberry.argument(description="Only those that stand so.")] = None,
    ) -> Connection[Document]:
        slice_, viewer, chosen = _BY_ID.slice(ask, descending=True), info.context.viewer, selection(info)
        where = {"kind": kind, "key": None if key is None else readable("key", key), "state": state}
        below = chosen.at("nodes", "edges.node")
        async with info.context.parts.sessions.connect() as session:
            page = Rows.of(await documents.page(session, viewer, slice_, where, whole(below)), slice_)
            nodes = await document_page(session, viewer, page.rows, below)
            total = await documents.count(session, viewer, where) if "totalCount" in chosen else None
        return page.connection(_BY_ID, nodes, total, chosen)

    @resolver("One version or draft of a document.")
    async def document(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> Document | None:
        wanted = wanted_number("Document", id, "id")
        async with info.context.parts.sessions.connect() as session:
            return (await find_documents(session, info.context.viewer, [wanted], selection(info))).get(wanted)

    @resolver("How two versions or drafts of one kind differ.")
    async def diff_documents(
        self,
        info: Info,
        from_: Annotated[strawberry.ID, strawberry.argument(name="from", description="The one to compare with.")],
        to: Annotated[strawberry.ID, strawberry.argument(description="The one that may differ from it.")],
    ) -> DocumentDiff | None:
        ids = wanted_number("Document", from_, "from"), wanted_number("Document", to, "to")
        viewer, below = info.context.viewer, selection(info).at("from", "to")
        async with info.context.parts.sessions.connect() as session:
            rows = await documents.seen(session, viewer, ids)
            found = {each.row["id"]: each for each in await document_page(session, viewer, rows, below)}
        first, second = map(found.get, ids)
        if first is None or second is None:
            return None
        if first.row["kind"] != second.row["kind"]:
            raise bad_input("to", "other_kind")
        return DocumentDiff(from_=first, to=second, equal=first.row["digest"] == second.row["digest"])

    @resolver("A backtest: how far it is, and what came of it. Only for who may edit documents.")
    async def backtest(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> Backtest | None:
        wanted = wanted_uuid("Backtest", id, "id")
        async with info.context.parts.sessions.connect() as session:
            return (await find_backtests(session, info.context.viewer, [wanted], selection(info))).get(wanted)

    @resolver("What a draft decided last beside the active rules. Only for who may edit documents.")
    async def shadow_report(
        self, info: Info, document: Annotated[strawberry.ID, strawberry.argument(description="The draft's global id.")]
    ) -> ShadowReport | None:
        draft, viewer = wanted_number("Document", document, "document"), info.context.viewer
        if not may(viewer, EDIT_DOCUMENTS):
            return None
        async with info.context.parts.sessions.connect() as session:
            rows = await shadows.newest_of(session, [draft])
            found = await shadow_page(session, viewer, rows, selection(info))
        return found[0] if found else None
