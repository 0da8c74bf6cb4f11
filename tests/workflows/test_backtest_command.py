"""``voxloop rules backtest``: what a draft would have changed of past items, as whoever waits for it sees it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from voxloop.background import running
from voxloop.bundles.bundle import Name, write_bundle
from voxloop.bundles.writer import write_document
from voxloop.domain.documents import Kind
from voxloop.domain.operations import RunState
from voxloop.store import documents
from voxloop.store.item_tables import feedback
from voxloop.store.study_tables import backtest
from voxloop.store.work_tables import decision
from voxloop.tests.command_line import Terminal
from voxloop.tests.workflows.house import House, until

MARKED = {
    "key": "marked",
    "title": {"zh-CN": "标记", "en": "Marked"},
    "when": {"fact": "region", "is": "equals", "value": "月球"},
    "then": [{"set_priority": "urgent"}, {"add_tag": "moon"}],
}


@pytest.fixture(autouse=True)
def environment(real_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    url = real_house.sessions.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", url)
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")


@pytest.fixture
async def carried(real_house: House) -> AsyncIterator[None]:
    """With an outbox that is carried, as any server or worker does."""
    async with running(real_house.relay.run()):
        yield


@pytest.fixture
async def items(real_house: House, carried: None) -> list[str]:
    """Codes of three items from the moon, which the published rules have decided."""
    ids = [await real_house.hand_in("plain", text="太好用了", region="月球") for _ in range(3)]

    async def decided() -> bool:
        async with real_house.sessions.begin() as session:
            counted = select(func.count()).where(decision.c.item.in_(ids))
            return (await session.execute(counted)).scalar_one() == len(ids)

    await until(decided)
    async with real_house.sessions.begin() as session:
        return list((await session.execute(select(feedback.c.code).where(feedback.c.id.in_(ids)))).scalars())


@pytest.fixture
async def file(real_house: House, tmp_path: Path) -> Path:
    """The published rules with one more at their head, in a bundle."""
    async with real_house.sessions.begin() as session:
        row = await documents.published(session, Kind.RULE_SET, "intake")
    assert row is not None
    write_bundle(tmp_path, {Name(Kind.RULE_SET, "intake"): row}, ())
    return rewrite(tmp_path / "rules" / "intake.yaml", {**row["body"], "rules": [MARKED, *row["body"]["rules"]]})


def rewrite(file: Path, body: dict[str, Any]) -> Path:
    file.write_text(write_document(body), "utf-8")
    return file


async def states(house: House) -> list[str]:
    async with house.sessions.begin() as session:
        return list((await session.execute(select(backtest.c.state).order_by(backtest.c.created_at))).scalars())


async def test_whoever_waits_is_told_what_would_differ(
    items: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = await Terminal(capsys)("rules", "backtest", file, "--days", 1, "--watch")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[1].startswith("Done: ")
    assert {"  Priority: 3", "  Tags: 3"} <= {*lines}
    assert {f"{code}  Priority: Normal → Urgent  (marked)" for code in items} <= {*lines}


async def test_who_does_not_wait_may_look_later(
    real_house: House, items: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voxloop = Terminal(capsys)
    begun = await voxloop("rules", "backtest", file)
    assert begun.code == 0
    [line] = begun.out.splitlines()
    later = await voxloop("rules", "backtest", line.split()[1], "--watch")
    assert (later.code, later.out.startswith("Done: ")) == (0, True)


async def test_what_is_unsound_is_not_tried(real_house: House, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(await states(real_house))
    rewrite(file, {"key": "intake", "rules": [{**MARKED, "when": {"fact": "regions", "is": "exists"}}]})
    said = await Terminal(capsys)("rules", "backtest", file)
    assert (said.code, "“regions”" in said.err) == (1, True)
    assert len(await states(real_house)) == before


async def test_an_interrupt_cancels_it(real_house: House, file: Path) -> None:
    given = ("rules", "backtest", str(file), "--watch")
    program = (sys.executable, "-P", "-m", "voxloop.cli", *given)
    process = await asyncio.create_subprocess_exec(*program, env=dict(os.environ), stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err.decode().endswith(" stops.\n")) == (130, True)
    assert (await states(real_house))[-1] == RunState.CANCELLING
