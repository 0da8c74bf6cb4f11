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

import pytest
import yaml
from graphql import build_schema, parse, validate

from voxloop import demo
from voxloop.cli import main
from voxloop.domain.submission import KnownProduct, clean, problems

ROOT = Path(__file__).parents[1]
STARTER = ROOT / "starter"
WORDS = yaml.safe_load((STARTER / "sample" / "people.yaml").read_text("utf-8"))
PROCESSES = [yaml.safe_load(file.read_text("utf-8")) for file in (STARTER / "processes").glob("*.yaml")]
TASKS = {step["key"]: step for process in PROCESSES for step in process["steps"] if step["kind"] == "task"}


def test_it_imports_nothing_of_ours_but_the_settings() -> None:
    tree = ast.parse((ROOT / "demo.py").read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module and module.startswith("voxloop")} == {"voxloop.settings"}


@pytest.mark.parametrize("document", [demo.LIST, demo.SUBMIT, demo.LINKED, demo.ADVANCE, *demo.ACTS.values()])
def test_what_it_asks_is_in_the_contract(document: str) -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))
    assert validate(schema, parse(document)) == []


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
    assert {key: task["require"][0] for key, task in TASKS.items()} == demo.FILLED
    assert {key: {outcome for _, outcome in shares} for key, shares in demo.DECISIONS.items()} == {
        key: set(task["outcomes"]) for key, task in TASKS.items()
    }
    assert {sum(share for share, _ in shares) for shares in demo.DECISIONS.values()} == {100}


def test_it_has_words_in_both_languages() -> None:
    assert set(demo.FILLED.values()) <= WORDS.keys()
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
