"""Everything that can be read. Each field applies what the viewer may see."""

from typing import Annotated

import strawberry

from voxloop.domain.identity import CODE
from voxloop.domain.linked import ItemSystem, LinkedState
from voxloop.domain.viewer import Role
from voxloop.graphql.bulk import BulkQueries
from voxloop.graphql.calendars import CalendarQueries
from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.corrections import CorrectionQueries
from voxloop.graphql.customers import Customer
from voxloop.graphql.document_queries import DocumentQueries
from voxloop.graphql.enums import Direction, Language
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.explanations import ExplanationQueries
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.filters import FeedbackOrder, FeedbackWhere, read_search, read_where
from voxloop.graphql.linked_items import LinkedItem
from voxloop.graphql.lists import customer_list, feedback_list, linked_item_list
from voxloop.graphql.lookahead import selection
from voxloop.graphql.migration_queries import MigrationQueries
from voxloop.graphql.nodes import Node, wanted_uuid
from voxloop.graphql.page import feedback_page
from voxloop.graphql.people import Member, Team
from voxloop.graphql.process_simulations import ProcessSimulationQueries
from voxloop.graphql.products import Product
from voxloop.graphql.refetch import find_nodes
from voxloop.graphql.relation_queries import RelationQueries
from voxloop.graphql.simulations import SimulationQueries
from voxloop.graphql.statistics import StatisticsQueries
from voxloop.graphql.traffic import TrafficQueries
from voxloop.graphql.views import ViewQueries
from voxloop.graphql.vocabulary import VocabularyQueries
from voxloop.graphql.what_ifs import WhatIfQueries
from voxloop.graphql.work import Work, work_of
from voxloop.store import feedback
from voxloop.store.listing import Order, Wanted


@strawberry.type(description="Who comes with the token.")
class Me:
    name: str = strawberry.field(description="The token's name.")
    role: Role = strawberry.field(description="What it may do.")
    language: Language = strawberry.field(description="The language of the answers.")
    member: Member | None = strawberry.field(description="The member it stands for.")
    teams: list[Team] = strawberry.field(description="The member's teams.")


@strawberry.type(description="Everything that can be read.")
class Query(
    StatisticsQueries,
    CorrectionQueries,
    DocumentQueries,
    VocabularyQueries,
    SimulationQueries,
    ProcessSimulationQueries,
    TrafficQueries,
    ExplanationQueries,
    MigrationQueries,
    WhatIfQueries,
    CalendarQueries,
    RelationQueries,
    BulkQueries,
    ViewQueries,
):
    @resolver("Who you are.")
    def me(self, info: Info) -> Me:
        viewer, directory = info.context.viewer, info.context.directory
        return Me(
            name=viewer.name,
            role=viewer.role,
            language=Language(info.context.language),
            member=directory.members.get(viewer.member or ""),
            teams=[directory.teams[key] for key in viewer.teams if key in directory.teams],
        )

    @resolver("One item, by its global id or by its code.")
    async def feedback(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its global id.")] = None,
        code: Annotated[str | None, strawberry.argument(description="Its code: FB-000123.")] = None,
    ) -> Feedback | None:
        if (id is None) == (code is None):
            raise bad_input("id", "id_or_code")
        if code is not None and not CODE.fullmatch(code):
            raise bad_input("code", "no_code")
        item = wanted_uuid("Feedback", id, "id") if id is not None else None
        async with info.context.parts.sessions.connect() as session:
            row = await feedback.get(session, info.context.viewer, item, code)
            found = await feedback_page(session, [row] if row else [], selection(info))
        return found[0] if found else None

    @paged("Items, newest first if not said otherwise.")
    async def feedbacks(
        self,
        info: Info,
        ask: Ask,
        where: Annotated[FeedbackWhere | None, strawberry.argument(description="Only such items.")] = None,
        order_by: Annotated[FeedbackOrder | None, strawberry.argument(description="In this order.")] = None,
        search: Annotated[
            str | None, strawberry.argument(description="Only items whose text holds all these words.")
        ] = None,
    ) -> Connection[Feedback]:
        wanted = Wanted(read_where(where), read_search(search))
        return await feedback_list(info, ask, wanted, order_by or FeedbackOrder())

    @paged("What waits for you: your items and those in your teams' queues, the next due first.")
    async def my_work(
        self,
        info: Info,
        ask: Ask,
        of: Annotated[Work | None, strawberry.argument(description="Whose work.")] = Work.BOTH,
    ) -> Connection[Feedback]:
        wanted = Wanted(work_of(info.context.viewer, of or Work.BOTH))
        return await feedback_list(info, ask, wanted, FeedbackOrder(field=Order.DUE_AT, direction=Direction.ASC))

    @resolver("All teams, by key.")
    def teams(self, info: Info) -> list[Team]:
        return list(info.context.directory.teams.values())

    @resolver("All members, by key, also those who have left.")
    def members(self, info: Info) -> list[Member]:
        return list(info.context.directory.members.values())

    @resolver("All products, by key.")
    def products(self, info: Info) -> list[Product]:
        return list(info.context.directory.products.values())

    @paged("Customers behind the items that you see, in the order of their arrival.")
    async def customers(
        self,
        info: Info,
        ask: Ask,
        search: Annotated[str | None, strawberry.argument(description="Part of the reference or of the name.")] = None,
    ) -> Connection[Customer]:
        return await customer_list(info, ask, None if search is None else readable("search", search))

    @paged("Linked items behind the items that you see, the newest first.")
    async def linked_items(
        self,
        info: Info,
        ask: Ask,
        system: Annotated[ItemSystem | None, strawberry.argument(description="Only in this kind of system.")] = None,
        state: Annotated[LinkedState | None, strawberry.argument(description="Only those that stand so.")] = None,
    ) -> Connection[LinkedItem]:
        return await linked_item_list(info, ask, system, state)

    @resolver("The object of a global id.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> Node | None:
        return (await find_nodes(info, [id]))[0]

    @resolver("The objects of global ids, in their order; null for what does not exist for you.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Up to 100 global ids.")]
    ) -> list[Node | None]:
        return await find_nodes(info, ids)
