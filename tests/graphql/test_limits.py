"""How large a query may be, and what it costs."""

from collections import Counter
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, build_schema, parse

from voxloop.graphql import bounds
from voxloop.graphql.limits import Measure, Walk, measure
from voxloop.graphql.schema import schema
from voxloop.tests.graphql.api import Api

CHAIN = " ".join(f"fragment f{n} on Me {{ ...f{n + 1} ...f{n + 1} }}" for n in range(59))
CHAINED = f"{{ me {{ ...f0 }} }} {CHAIN} fragment f59 on Me {{ name }}"
SHOP = build_schema("""
  type Query { shop: Shop  shops(first: Int, last: Int): ShopConnection!  nodes(ids: [ID!]!): [Shop]!  a: Int }
  type ShopConnection { nodes: [Shop!]!  edges: [ShopEdge!]!  totalCount: Int  owner: Owner }
  type ShopEdge { node: Shop! cursor: String! }
  type Shop { name: String  tags: [String!]!  owner: Owner  staff: [Owner!]! }
  type Owner { name: String  shops(first: Int): ShopConnection! }
""")


class Counting(Walk):
    """Counts how often each fragment is looked into."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.seen: Counter[str] = Counter()

    def fragment(self, node: FragmentDefinitionNode) -> Measure:
        self.seen[node.name.value] += 1
        return super().fragment(node)


def test_each_fragment_is_looked_into_once() -> None:
    document = parse(CHAINED)
    walk = Counting(schema._schema, document)
    [refused] = measure(document, walk).refused
    assert walk.seen == {f"f{number}": 1 for number in range(60)}
    assert refused.params["maximum"] == bounds.MAX_FIELDS


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "selects 1000000 fields with all its fragments"), ("zh-CN", "共选择了 1000000 个字段")],
)
async def test_a_small_document_that_expands_is_refused(still: Api, language: str, words: str) -> None:
    [error] = (await still.send(CHAINED, "admin", {"Accept-Language": language})).json()["errors"]
    assert error["extensions"] == {
        "code": "QUERY_TOO_LARGE",
        "limit": "fields",
        "requested": 1_000_000,
        "maximum": bounds.MAX_FIELDS,
    }
    assert words in error["message"]


def nested(depth: int) -> str:
    return "{ a " * depth + "}" * depth


def many(number: int, field: str) -> str:
    return "{" + " ".join(field.format(n=number) for number in range(number)) + "}"


SPREAD = """fragment f on Query { me { ...g ...g } }
  fragment g on Me { name member { a: name b: name @skip(if: false) } }"""


@pytest.mark.parametrize(
    ("limit", "most", "document"),
    [
        ("depth", bounds.MAX_DEPTH, nested),
        ("aliases", bounds.MAX_ALIASES, lambda number: many(number, "a{n}: me {{ name }}")),
        ("aliases", bounds.MAX_ALIASES // 4, lambda number: "{" + "...f " * number + "}" + SPREAD),
        ("directives", bounds.MAX_DIRECTIVES // 2, lambda number: "{" + "...f " * number + "}" + SPREAD),
        ("root_fields", bounds.MAX_ROOT_FIELDS, lambda number: many(number, "b{n}")),
        ("fields", bounds.MAX_FIELDS // 9, lambda number: "{" + "...f " * number + "}" + SPREAD),
        ("mutations", bounds.MAX_MUTATIONS, lambda number: "mutation" + many(number, "b{n}")),
    ],
)
def test_limits(limit: str, most: int, document: Any) -> None:
    def exceeded(number: int) -> list[str]:
        parsed = parse(document(number))
        refused = measure(parsed, Walk(schema._schema, parsed)).refused
        return [told for error in refused if (told := (error.extensions or {})["limit"]) == limit]

    assert exceeded(most) == []
    assert exceeded(most + 1) == [limit]


async def test_introspection_may_lie_deeper(still: Api) -> None:
    deep = "{ ofType" * (bounds.MAX_DEPTH + 5) + " { name }" + "}" * (bounds.MAX_DEPTH + 5)
    assert (await still.ask(f'{{ __type(name: "Feedback") {{ fields {{ type {deep} }} }} }}'))["__type"]


async def test_a_document_of_too_many_tokens(still: Api) -> None:
    for language, words in (("en", "more than 2000 words"), ("zh-CN", "超过 2000 个词法单元")):
        document = "{ me { " + "name " * bounds.MAX_TOKENS + "} }"
        [error] = (await still.send(document, "admin", {"Accept-Language": language})).json()["errors"]
        assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
        assert words in error["message"]


async def test_what_is_too_deep_to_be_read_is_the_callers_fault(still: Api) -> None:
    assert await still.fail("{ a " * 500 + "}" * 500) == "GRAPHQL_PARSE_FAILED"
    for length in (150, 244):
        chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(length))
        code = await still.fail(f"{{ ...f0 }} {chain}")
        assert code in ("GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_LARGE")
    where: dict[str, object] = {}
    for _ in range(200):
        where = {"AND": [where]}
    document = "query ($where: FeedbackWhere) { feedbacks(where: $where) { nodes { id } } }"
    assert await still.fail(document, where=where) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ a }", 0),
        ("{ __typename __schema { types { name fields { name } } } }", 0),
        ("{ shop { name tags } }", 1),
        ("{ shop { owner { name } ... { owner { name } } } }", 3),
        ("{ shop { staff { name } } }", 1 + 10),
        ("{ shops { totalCount } }", 1),
        ("{ shops { owner { name } nodes { name } } }", 1 + 1 + 25),
        ("{ shops(first: 4) { nodes { name } edges { node { name } } } }", 1 + 4 + 4 * 2),
        ("{ shops(first: 0) { nodes { name } } }", 1),
        ("{ shops(first: null, last: 7) { nodes { owner { name } } } }", 1 + 7 * 2),
        ("{ shops(first: 4) { ...p } } fragment p on ShopConnection { nodes { name } }", 1 + 4),
        ("{ shops(first: 4) { nodes { owner { shops(first: 3) { nodes { name } } } } } }", 1 + 4 * (2 + 1 + 3)),
        ('{ nodes(ids: ["1", "2"]) { name } }', 2),
        ("{ a @include(if: false) nothing { at { all } } ...lost }", 0),
    ],
)
def test_costs(document: str, cost: int) -> None:
    assert cost_of(document) == cost


@pytest.mark.parametrize(("arguments", "cost"), [("", 50), ("(last: 3)", 3), ("(last: null)", 50)])
def test_a_list_has_the_size_that_it_has_by_default(arguments: str, cost: int) -> None:
    parsed = parse(f'{{ feedback(code: "FB-000001") {{ timeline{arguments} {{ kind }} }} }}')
    [operation] = measure(parsed, Walk(schema._schema, parsed)).operations.values()
    assert operation.cost_with({}) == 1 + cost


NESTED = """query ($n: Int = 6, $m: Int) { shops(first: $n) { nodes { ...s ...s } } }
  fragment s on Shop { owner { shops(first: $m) { nodes { name } } } }"""


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        ({}, 1 + 6 * (1 + 2 * (1 + 1 + 25))),
        ({"n": 2, "m": 3}, 1 + 2 * (1 + 2 * (1 + 1 + 3))),
        ({"n": -2, "m": "x"}, 1),
        ({"n": None, "m": 0}, 1 + 25 * (1 + 2 * (1 + 1))),
    ],
)
def test_costs_with_variables(variables: dict[str, object], cost: int) -> None:
    assert cost_of(NESTED, **variables) == cost
    assert cost_of("query ($ids: [ID!]!) { nodes(ids: $ids) { name } }", ids=["1", "2", "3"]) == 3


def cost_of(document: str, **variables: object) -> int:
    parsed = parse(document)
    [operation] = measure(parsed, Walk(SHOP, parsed)).operations.values()
    return operation.cost_with(variables)


SUBMIT = """mutation ($key: String) {
  submitFeedback(input: {text: "x", channel: APP, key: $key}) { feedback { code } } }"""
EVERYTHING = """query ($first: Int!, $last: Int!) { feedbacks(first: $first) { nodes {
  timeline(last: $last) { kind } messages { text receipts { state } } steps { step assignments { reason } } } } }"""


def test_statistics_cost_what_they_read() -> None:
    parsed = parse("{ statistics(by: [TYPE]) { totals { count } rows { keys { value } count } } }")
    [operation] = measure(parsed, Walk(schema._schema, parsed)).operations.values()
    assert operation.cost_with({}) == 2_500 + 1 + 10 * (1 + 10)


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ documents { nodes { key title } } }", 1 + 25),
        ("{ documents(first: 10) { nodes { body differences } } }", 1 + 10 * (1 + 1_000 + 1_000)),
        ("{ documents(first: 1) { nodes { rules { key } } } }", 1 + 1 + 2_000),
        ("{ documents(first: 2) { nodes { drawing } } }", 1 + 2 * (1 + 1_000)),
        ("{ documents(first: 2) { nodes { drawing(days: 30) } } }", 1 + 2 * (1 + 1_000 + 30 * 100)),
        ("{ a: simulateRules { sentences } b: simulateRules { sentences } }", 2 * 5_000),
    ],
)
def test_documents_cost_what_is_read_of_them(document: str, cost: int) -> None:
    parsed = parse(document)
    [operation] = measure(parsed, Walk(schema._schema, parsed)).operations.values()
    assert operation.cost_with({}) == cost


async def test_a_timeline_is_never_clipped_in_silence(still: Api) -> None:
    await still.ask(SUBMIT, key="clipped")
    for last in (-1, 201):
        assert await still.fail("query ($l: Int) { feedbacks { nodes { timeline(last: $l) { kind } } } }", l=last) == (
            "BAD_USER_INPUT"
        )


async def test_the_cost_is_told_and_limited(still: Api) -> None:
    answer = (await still.send(EVERYTHING, "admin", first=10, last=20)).json()
    assert answer["extensions"] == {
        "cost": {"requestedQueryCost": 1 + 10 * (1 + 20 + 110 + 110), "maximumAvailable": bounds.MAX_COST}
    }
    for language, words in (("en", "ask for smaller pages"), ("zh-CN", "请减小每页的数量")):
        headers = {"Accept-Language": language}
        answer = (await still.send(EVERYTHING, "admin", headers, first=100, last=500)).json()
        assert "data" not in answer
        assert answer["errors"][0]["extensions"]["limit"] == "cost"
        assert words in answer["errors"][0]["message"]
        assert answer["extensions"]["cost"]["requestedQueryCost"] > bounds.MAX_COST


async def test_one_of_several_operations_must_be_named(still: Api) -> None:
    both = "query a { me { name } } query b { me { role } }"
    assert await still.fail(both) == "BAD_REQUEST"
    body = {"query": both, "operationName": "b"}
    headers = {"Authorization": f"Bearer {still.secrets['admin']}"}
    assert (await still.http.post("/graphql", json=body, headers=headers)).json()["data"] == {"me": {"role": "ADMIN"}}
    body["operationName"] = "c"
    response = await still.http.post("/graphql", json=body, headers=headers | {"Accept-Language": "zh-CN"})
    assert "operationName" in response.json()["errors"][0]["message"]
    assert response.status_code == 400
