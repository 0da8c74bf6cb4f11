"""``voxloop doctor`` when all is down, when things are missing, and when all is well."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from voxloop import doctor
from voxloop.cli import main
from voxloop.domain.texts import texts
from voxloop.settings import read_settings
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.workflows.house import open_house, until
from voxloop.worker import ensure_search_attributes
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.reconciler import ensure_schedule


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://me:topsecret@127.0.0.1:1/x",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "PORT": "1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "LANGAUGE": "en",
        "LANGUAGE": "zh-CN",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"VOXLOOP_{name}", value)


def test_when_all_is_down_it_says_of_each_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "topsecret" not in shown
    assert "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" not in shown
    assert "postgresql://me:***@127.0.0.1:1/x" in shown
    for sentence in (
        "VOXLOOP_LANGAUGE 不是 voxloop 的设置",
        "数据库没有响应",
        "Temporal 没有响应",
        "无法登录邮件服务器",
    ):
        assert sentence in shown


def test_it_answers_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    states = {line["code"]: line["state"] for line in found}
    assert states["database_away"] == states["temporal_away"] == states["mail_away"] == "problem"
    assert states["server_away"] == states["no_address"] == states["unknown_setting"] == "warning"
    assert {f"doctor.{line['code']}" for line in found} <= texts("en").keys()


def test_of_a_package_that_is_locked_twice_either_version_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    lines = json.loads(capsys.readouterr().out)
    told = [line["params"] for line in lines if line["code"] == "packages"]
    assert [params for params in told if "numpy" in params["packages"]] == []


def test_where_nothing_was_ever_started(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOXLOOP_DATABASE_URL")
    monkeypatch.delenv("VOXLOOP_TEMPORAL_ADDRESS")
    assert main(["doctor"]) == 1
    assert "voxloop up" in capsys.readouterr().out


async def test_a_temporal_that_never_answers_is_not_asked_by_its_client(tmp_path: Path) -> None:
    """A call of the client cannot be given up: the process would hang or abort when it ends."""
    heard: list[bytes] = []

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1024))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await examined("postgresql://127.0.0.1:1/x", f"127.0.0.1:{port}", tmp_path)
    assert found["problem", "temporal_away"] == 1
    assert [len(each) for each in heard] == [33]  # the preface, and settings that are empty: whoever asks says more


async def examined(url: str, address: str, var: Path) -> Counter[tuple[str, str]]:
    given: dict[str, Any] = {"VOXLOOP_DATABASE_URL": url, "VOXLOOP_TEMPORAL_ADDRESS": address}
    found = await doctor.examine(read_settings(given | {"VOXLOOP_VAR": str(var), "VOXLOOP_PORT": "1"}))
    return Counter((finding.state.value, finding.code) for finding in found)


async def test_what_is_missing_and_then_is_there(database_url: str, new_database: NewDatabase, tmp_path: Path) -> None:
    bare = database_url.replace("/postgres?", "/template1?")
    binary = str(Path(sys.executable).parent / "temporal")
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=binary, data_converter=CONVERTER) as env:
        address = env.client.service_client.config.target_host
        found = await examined(bare, address, tmp_path)
        missing = {"not_migrated", "no_attributes", "no_schedule", "no_pollers"}
        assert {code for state, code in found if state == "problem"} == missing
        assert found["problem", "no_pollers"] == 5

        url = await new_database("examined")
        await ensure_search_attributes(env.client)
        await ensure_schedule(env.client)
        async with open_house(env, url, tmp_path):

            async def well() -> bool:
                return {state for state, _ in await examined(url, address, tmp_path)} == {"ok", "warning"}

            await until(well, "well")
            found = await examined(url, address, tmp_path)
    assert (found["ok", "database"], found["ok", "migrated"], found["ok", "pollers"], found["ok", "clock"]) == (
        1,
        1,
        5,
        2,
    )
