"""The committed schema is what the code serves, and everything in it is described."""

import ast
import subprocess
import sys
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSyntaxError,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)

from voxloop.graphql.schema import schema, sdl
from voxloop.tests.external.schema_gate import RELEASED, unannounced

ROOT = Path(__file__).parents[2]
COMMITTED = Path(__file__).parents[2] / "graphql" / "schema.graphql"


def test_committed_schema_is_what_the_code_serves() -> None:
    assert COMMITTED.read_text("utf-8") == sdl(), "run `make schema` and tell the frontends"


def test_committed_schema_can_be_built() -> None:
    assert {"Feedback", "FeedbackConnection", "UserError"} <= build_schema(sdl()).type_map.keys()


SLOW = ("benchmarks", "tests/chaos", "tests/examples", "tests/external", "tests/fairness", "tests/migrations")


def slow_operations() -> list[tuple[str, str]]:
    """The operations, with their places, of suites that run by hand: nobody else would see them grow old."""
    found = []
    for file in sorted(file for folder in SLOW for file in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(file.read_bytes())
        parts = {id(part) for whole in ast.walk(tree) if isinstance(whole, ast.JoinedStr) for part in ast.walk(whole)}
        found += [
            (f"{file.name}:{node.lineno}", node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if id(node) not in parts and is_operation(node.value)
        ]
    return found


def is_operation(text: str) -> bool:
    try:
        return bool(parse(text))
    except GraphQLSyntaxError:
        return False


def test_what_suites_by_hand_ask_is_in_the_contract() -> None:
    operations = slow_operations()
    contract = build_schema(sdl())
    assert {place: validate(contract, parse(asked)) for place, asked in operations} == {
        place: [] for place, _ in operations
    }
    assert "run.py" in {place.partition(":")[0] for place, _ in operations}


def test_what_breaks_frontends_is_announced() -> None:
    released, changelog = RELEASED.read_text("utf-8"), (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert unannounced(released, sdl(), changelog) == []


def test_the_gate_sees_what_breaks() -> None:
    shop = "type Query { shop(id: ID): String owner: String }"
    silent = "# Changelog\n\n## Unreleased\n\n## 0.1.0\n- Field Query.owner was removed.\n"
    assert unannounced(shop, shop, silent) == []
    assert unannounced(shop, "type Query { shop(id: ID!): String owner: String }", silent)
    assert unannounced(shop, "type Query { shop(id: ID): String }", silent) == ["Field Query.owner was removed."]
    announced = silent.replace("## Unreleased\n", "## Unreleased\n### Breaking\n- Field Query.owner was removed.\n")
    assert unannounced(shop, "type Query { shop(id: ID): String }", announced) == []


def described(type_: GraphQLNamedType) -> dict[str, str | None]:
    """The descriptions of a type and of everything in it, by path."""
    found = {type_.name: type_.description}
    if isinstance(type_, GraphQLEnumType):
        found |= {f"{type_.name}.{name}": value.description for name, value in type_.values.items()}
    if isinstance(type_, GraphQLInputObjectType):
        found |= {f"{type_.name}.{name}": field.description for name, field in type_.fields.items()}
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            found[f"{type_.name}.{name}"] = field.description
            found |= {f"{type_.name}.{name}({given})": value.description for given, value in field.args.items()}
    return found


def test_everything_is_described() -> None:
    types = [type_ for type_ in schema._schema.type_map.values() if not is_introspection_type(type_)]
    texts = {
        path: text for type_ in types if not is_specified_scalar_type(type_) for path, text in described(type_).items()
    }
    assert len(texts) > 300
    assert [path for path, text in texts.items() if not text] == []


def test_the_server_loads_nothing_that_it_does_not_need() -> None:
    heavy = {"durable", "jieba", "plotly", "sklearn", "voxloop.activities", "voxloop.integrations"}
    heavy |= {f"voxloop.rules.{name}" for name in ("compiler", "decider", "engine", "judge", "kinds", "trial")}
    code = "import sys, voxloop.server; print(*sys.modules)"
    paths = {"PYTHONPATH": str(COMMITTED.parents[1] / ".import")}
    found = subprocess.run([sys.executable, "-c", code], env=paths, check=True, capture_output=True, text=True)
    loaded = set(found.stdout.split())
    assert "voxloop.graphql.schema" in loaded
    assert loaded & heavy == set()
