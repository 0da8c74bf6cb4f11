"""The command as its users meet it: a real ``voxloop up`` in a folder of its own, one sentence for what is wrong."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from voxloop.cli import main
from voxloop.embedded import is_alive, whereabouts

HANGS = 60  # seconds after which a test gives up


class Up:
    """A ``voxloop up --no-demo`` until it is ready, and what it had said by then."""

    def __init__(self, var: Path, port: int) -> None:
        given = {"VOXLOOP_VAR": str(var), "VOXLOOP_PORT": str(port), "VOXLOOP_LANGUAGE": "en"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "voxloop.cli", "up", "--no-demo"],
            env={**os.environ, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith("ready"):
                return
        pytest.fail(self.said)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=HANGS)
        return self.process.returncode


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="vox", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "var", port


@pytest.fixture(scope="module")
def first(place: tuple[Path, int]) -> Iterator[Up]:
    up = Up(*place)
    yield up
    if up.process.poll() is None:
        up.end(signal.SIGTERM)


@pytest.fixture(autouse=True)
def environment(place: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VOXLOOP_DATABASE_URL", "VOXLOOP_TEMPORAL_ADDRESS", "VOXLOOP_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VOXLOOP_VAR", str(place[0]))
    monkeypatch.setenv("VOXLOOP_PORT", str(place[1]))
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    commands = ("up", "server", "worker", "migrate", "starter", "demo", "token", "status", "doctor", "import")
    assert [name for name in commands if f"    {name} " not in shown] == []


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence that a command that cannot do its work says."""
    assert main(list(arguments)) == 1
    [sentence] = capsys.readouterr().err.splitlines()
    return sentence


@pytest.mark.parametrize(("language", "sentence"), [("en", "it must be a number"), ("zh-CN", "它必须是")])
def test_a_bad_setting_is_named(
    language: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOXLOOP_LANGUAGE", language)
    monkeypatch.setenv("VOXLOOP_PORT", "eighty")
    refusal = said(capsys, "up")
    assert refusal.startswith("VOXLOOP_PORT")
    assert "eighty" in refusal
    assert sentence in refusal


@pytest.mark.parametrize("command", [["status"], ["migrate"], ["worker"], ["server"], ["token", "list"]])
def test_where_nothing_runs_it_says_what_to_do(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOXLOOP_VAR", str(tmp_path))
    assert "voxloop up" in said(capsys, *command)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [("postgresql://nobody@127.0.0.1:1/nothing", "数据库没有响应"), ("no address", "VOXLOOP_DATABASE_URL 必须写成")],
)
def test_a_database_that_is_away_is_said_in_the_readers_language(
    url: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", url)
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "zh-CN")
    assert said(capsys, "migrate").startswith(sentence)


def test_a_folder_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VOXLOOP_VAR", str(tmp_path / "file"))
    assert "set VOXLOOP_VAR to another folder" in said(capsys, "up")


def test_a_port_in_use_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOXLOOP_VAR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("VOXLOOP_PORT", str(taken.getsockname()[1]))
        assert "set VOXLOOP_PORT to a free port" in said(capsys, "up", "--no-demo")


def test_a_folder_that_another_one_uses_is_named(first: Up, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"(process {first.process.pid})" in said(capsys, "up", "--no-demo")


def test_status_counts(first: Up, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "items": {"by_stage": {}},
        "loops": {},
        "outbox": 0,
        "overdue": 0,
        "receipts": {},
        "linked_items": {},
    }


def test_the_first_token_opens_the_api(first: Up, place: tuple[Path, int]) -> None:
    secret = next(line.rpartition(" ")[2] for line in first.said.splitlines() if "Admin token" in line)
    address = f"http://127.0.0.1:{place[1]}/graphql"
    headers = {"Authorization": f"Bearer {secret}"}
    answer = httpx.post(address, json={"query": "{ me { role } }"}, headers=headers, trust_env=False).json()
    assert answer["data"] == {"me": {"role": "ADMIN"}}


def test_tokens_are_made_listed_and_revoked(first: Up, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "--name", "li na", "--role", "handler", "--member", "li_na"]) == 0
    id_, secret = capsys.readouterr().out.split()
    assert secret.startswith("vox_")
    assert main(["token", "revoke", id_]) == 0
    capsys.readouterr()
    assert main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    [mine] = [line for line in listed.splitlines() if id_ in line]
    assert "revoked_at=" in mine
    assert secret not in listed
    assert id_ in said(capsys, "token", "revoke", id_)
    assert "nobody" in said(capsys, "token", "create", "--name", "x", "--role", "handler", "--member", "nobody")
    assert "--member" in said(capsys, "token", "create", "--name", "x", "--role", "handler")


@pytest.mark.parametrize("given", [("--name", ""), ("--name", "a\nb"), ("--name", "x", "--days", "0")])
def test_a_token_without_a_readable_name_or_a_time_to_live_is_not_made(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["token", "create", "--role", "intake", *given])
    assert f"argument {given[-2]}" in capsys.readouterr().err


def test_it_is_stopped_killed_and_started_again(first: Up, place: tuple[Path, int]) -> None:
    var, port = place
    assert first.end(signal.SIGINT) == 0
    assert not is_alive(whereabouts(var)["temporal"]["pid"])

    second = Up(var, port)
    assert "Admin token" not in second.said
    temporal = whereabouts(var)["temporal"]
    second.end(signal.SIGKILL)
    assert is_alive(temporal["pid"])

    third = Up(var, port)
    assert whereabouts(var)["temporal"] == temporal
    assert third.end(signal.SIGTERM) == 0
    assert not is_alive(temporal["pid"])
