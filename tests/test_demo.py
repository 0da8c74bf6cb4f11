"""The demo knows no more than an outsider: the published schema, the starter pack, and its tokens."""

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from graphql import build_schema, parse, validate

from voxloop import demo
from voxloop import demo_requests as asked
from voxloop.cli import main
from voxloop.domain.forms import wrongly_filled
from voxloop.domain.process import StepKind
from voxloop.domain.process_reader import read_process
from voxloop.domain.submission import KnownProduct, clean, problems
from voxloop.graphql.bounds import MAX_COST
from voxloop.graphql.limits import Walk, measure

ROOT = Path(__file__).parents[1]
STARTER = ROOT / "starter"
WORDS = yaml.safe_load((STARTER / "sample" / "people.yaml").read_text("utf-8"))
PROCESSES = [read_process(yaml.safe_load(file.read_text("utf-8"))) for file in (STARTER / "processes").glob("*.yaml")]
PAGES = (asked.NEWEST, asked.FIRST_DUE)
TASKS = {step.key: step for process in PROCESSES for step in process.all_steps if step.kind is StepKind.TASK}


def test_it_imports_nothing_of_ours_but_the_settings() -> None:
    trees = [ast.parse((ROOT / name).read_text("utf-8")) for name in ("demo.py", "demo_requests.py")]
    modules = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {module for module in modules if module and module.startswith("voxloop")}
    assert ours == {"voxloop.settings", "voxloop.demo_requests"}


@pytest.mark.parametrize(
    "document",
    [
        *(page.document for page in PAGES),
        *(asked.SUBMIT, asked.LINKED, asked.ADVANCE, asked.QUEUES, asked.CLAIM),
        *asked.ACTS.values(),
    ],
)
def test_what_it_asks_is_in_the_contract(document: str) -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))
    assert validate(schema, parse(document)) == []


@pytest.mark.parametrize("page", PAGES, ids=["newest", "first due"])
def test_no_list_that_it_asks_for_is_too_large(page: asked.Page) -> None:
    document = parse(page.document)
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))
    [operation] = measure(document, Walk(schema, document)).operations.values()
    assert operation.cost_with(page.variables) <= MAX_COST


def test_every_row_of_the_sample_can_be_handed_in() -> None:
    company = yaml.safe_load((STARTER / "company.yaml").read_text("utf-8"))
    products = {
        product["key"]: KnownProduct(group["line"]["key"], frozenset(module["key"] for module in product["modules"]))
        for group in company["products"]
        for product in group["products"]
    }
    lines = (STARTER / "sample" / "feedback.jsonl").read_text("utf-8").splitlines()
    wrong: dict[str, Any] = {}
    for row in map(json.loads, lines):
        found = problems(clean(demo.submission(row)), products, datetime.now(UTC))
        wrong |= {row["id"]: found} if found else {}
    assert wrong == {}


def test_its_handlers_know_all_tasks_of_the_starter_pack() -> None:
    assert {key: {outcome for _, outcome in shares} for key, shares in demo.DECISIONS.items()} == {
        key: set(task.outcomes) for key, task in TASKS.items()
    }
    assert {sum(share for share, _ in shares) for shares in demo.DECISIONS.values()} == {100}


@pytest.mark.parametrize(
    ("key", "outcome"), [(key, outcome) for key, step in TASKS.items() for outcome in step.outcomes]
)
def test_its_handlers_fill_in_what_an_outcome_needs(key: str, outcome: str) -> None:
    form = [
        {
            "key": field.key,
            "kind": field.kind.upper(),
            "required": field.required,
            "requiredFor": field.required_for,
            "options": [{"key": option.key} for option in field.options],
        }
        for field in TASKS[key].form
    ]
    item = {"code": "FB-000001", "language": "EN", "step": {"step": key, "seq": 1, "form": form}}
    filled = demo.filled(demo.Person(httpx.AsyncClient(), "", WORDS), item, outcome)
    assert wrongly_filled(TASKS[key].form, outcome, filled) == []


def test_it_has_words_in_both_languages() -> None:
    assert set(demo.WRITTEN.values()) <= WORDS.keys()
    assert [occasion for occasion, said in WORDS.items() if not said["zh-CN"] or not said["en"]] == []


@pytest.fixture
def var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vox", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_it_brings_items_from_their_arrival_to_their_end(
    var: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("VOXLOOP_VAR", str(var))
    monkeypatch.setenv("VOXLOOP_PORT", str(port))
    up = subprocess.Popen([sys.executable, "-P", "-m", "voxloop.cli", "up"], env=os.environ, stdout=subprocess.PIPE)
    try:
        assert up.stdout is not None
        assert any(line.startswith(b"ready") for line in up.stdout)
        assert (var / demo.DEMO_TOKENS).stat().st_mode & 0o077 == 0
        closed = 0
        while closed < 3:
            assert main(["status", "--json"]) == 0
            closed = json.loads(capsys.readouterr().out)["items"]["by_stage"].get("closed", 0)
    finally:
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)
    assert up.returncode == 0
