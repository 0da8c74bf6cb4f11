"""What has a global id is found by it, and its lists are read from both ends, all by the same rules."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLInterfaceType

from voxloop.domain.viewer import Role
from voxloop.graphql.schema import schema
from voxloop.store.sessions import open_sessions
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.everything import MANY, everything
from voxloop.tests.stock import stock
from voxloop.workflows.client import Loops, connect

AGAIN = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
FOR_ALL = {"Member", "Product", "ProductLine", "Team"}
# Lists below an object by its type, and lists of their own with what they need to be told.
BELOW = {
    "BulkRun": "items",
    "Migration": "items",
    "Backtest": "differences",
    "ShadowReport": "differences",
    "WhatIf": "differences",
}
ALONE = {"myMentions": "", "migrations": 'process: "suggestion", '}
TAKES = "$first: Int, $after: String, $last: Int, $before: String"
GIVES = "first: $first, after: $after, last: $last, before: $before"
PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }"


@dataclass(frozen=True)
class Shelf:
    """An installation that holds one of everything; their ids by type."""

    api: Api
    ids: Mapping[str, str]

    async def page(self, of: str, **given: Any) -> dict[str, Any]:
        answer = await self.api.ask(document(of), "li_na_manages", **self._with_id(of, given))
        page: dict[str, Any] = answer["page"] if of in ALONE else answer["node"]["page"]
        return page

    async def refused(self, of: str, **given: Any) -> str:
        return await self.api.fail(document(of), "li_na_manages", **self._with_id(of, given))

    def _with_id(self, of: str, given: dict[str, Any]) -> dict[str, Any]:
        return given if of in ALONE else given | {"id": self.ids[of]}


def document(of: str) -> str:
    if of in ALONE:
        return f"query ({TAKES}) {{ page: {of}({ALONE[of]}{GIVES}) {{ {PAGE} }} }}"
    page = f"page: {BELOW[of]}({GIVES}) {{ {PAGE} }}"
    return f"query ($id: ID!, {TAKES}) {{ node(id: $id) {{ ... on {of} {{ {page} }} }} }}"


@pytest.fixture(scope="module")
async def shelf(new_database: Callable[[str], Any]) -> AsyncIterator[Shelf]:
    sessions = open_sessions(await new_database("everything"))
    async with sessions.begin() as session:
        await stock(session)
        ids = await everything(session)
    api = Api(sessions, Loops(await connect("127.0.0.1:1")))
    await api.give("li_na_manages", Role.MANAGER, "li_na")
    await api.give("sun_yi", Role.HANDLER, "sun_yi")
    await api.give("web", Role.INTAKE)
    yield Shelf(api, ids)
    await sessions.dispose()


async def test_whatever_is_a_node_is_found_by_its_id(shelf: Shelf) -> None:
    node = schema._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    nodes = {type_.name for type_ in schema._schema.get_implementations(node).objects}
    assert shelf.ids.keys() == nodes
    found = (await shelf.api.ask(AGAIN, "li_na_manages", ids=list(shelf.ids.values())))["nodes"]
    assert found == [{"id": id_, "__typename": name} for name, id_ in shelf.ids.items()]


@pytest.mark.parametrize(("by", "more"), [("sun_yi", {"Absence", "Document", "View"}), ("web", set())])
async def test_nobody_finds_by_its_id_what_is_not_shown_to_her(shelf: Shelf, by: str, more: set[str]) -> None:
    found = (await shelf.api.ask(AGAIN, by, ids=list(shelf.ids.values())))["nodes"]
    assert {each["__typename"] for each in found if each} == FOR_ALL | more


@pytest.mark.parametrize("of", [*BELOW, *ALONE])
async def test_a_list_is_the_same_from_both_ends(shelf: Shelf, of: str) -> None:
    whole = await shelf.page(of, first=100)
    forward = [page := await shelf.page(of, first=3)]
    while page["pageInfo"]["hasNextPage"] and len(forward) < MANY:
        forward.append(page := await shelf.page(of, first=3, after=page["pageInfo"]["endCursor"]))
    backward = [page := await shelf.page(of, last=3)]
    while page["pageInfo"]["hasPreviousPage"] and len(backward) < MANY:
        backward.append(page := await shelf.page(of, last=3, before=page["pageInfo"]["startCursor"]))
    assert whole["totalCount"] == MANY == len(whole["edges"])
    assert [edge for page in forward for edge in page["edges"]] == whole["edges"]
    assert [edge for page in reversed(backward) for edge in page["edges"]] == whole["edges"]


@pytest.mark.parametrize("of", [*BELOW, *ALONE])
async def test_a_page_is_asked_for_in_one_way(shelf: Shelf, of: str) -> None:
    wrong: list[dict[str, Any]] = [{"first": 101}, {"last": 101}, {"last": -1}, {"first": 1, "last": 1}]
    wrong += [{"first": 1, "before": "x"}, {"last": 1, "after": "x"}, {"before": "x"}, {"before": "WyJYIl0="}]
    assert [await shelf.refused(of, **given) for given in wrong] == ["BAD_USER_INPUT"] * len(wrong)
