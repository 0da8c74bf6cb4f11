"""``voxloop operations``: all files are stored or none, each document checked before."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from voxloop.cli import main
from voxloop.graphql.operations import hash_of

ME = "query Me { me { name } }\n"
TEAMS = "query Teams { teams { key } }"


@pytest.fixture(scope="module")
async def database(new_database: Callable[[str], Awaitable[str]]) -> str:
    return await new_database("operations")


@pytest.fixture(autouse=True)
def environment(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", database)
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")


def _file(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


async def test_documents_and_manifests_are_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apollo = {"format": "apollo-persisted-query-manifest", "operations": [{"id": hash_of(TEAMS), "body": TEAMS}]}
    files = [_file(tmp_path, "me.graphql", ME), _file(tmp_path, "all.json", json.dumps(apollo))]
    assert await asyncio.to_thread(main, ["operations", "add", *files]) == 0
    assert await asyncio.to_thread(main, ["operations", "add", *files]) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["operations", "show"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in shown} == {f"sha256:{hash_of(ME)}", f"sha256:{hash_of(TEAMS)}"}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bad.graphql", "{ nothing }", "Cannot query field 'nothing'"),
        ("bad.graphql", "{ me", "Syntax Error"),
        ("bad.json", json.dumps({"0" * 64: ME}), "is not the SHA-256"),
        ("bad.json", "[1]", "is no manifest"),
        ("bad.json", "{", "cannot be read"),
    ],
)
async def test_nothing_is_stored_when_one_file_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, told: str
) -> None:
    good = "query Other { products { key } }"
    files = [_file(tmp_path, "good.graphql", good), _file(tmp_path, name, text)]
    assert await asyncio.to_thread(main, ["operations", "add", *files]) == 1
    assert told in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["operations", "show"]) == 0
    assert hash_of(good) not in capsys.readouterr().out
