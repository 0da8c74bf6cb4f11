"""A large import, killed in the middle: none lost, none twice, the report exact, memory flat (``make import-load``).

Writes a CSV file in GB18030 whose rows are drawn from the sample feedback, every 33rd of them bad in one of five ways,
imports it into a PostgreSQL of its own, kills the command with SIGKILL half way, runs it again, and counts.
"""

import asyncio
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from sqlalchemy import func, select

from voxloop.embedded import postgres_wheel
from voxloop.starter.load import load
from voxloop.store import schema
from voxloop.store.item_tables import event, feedback, import_run, outbox
from voxloop.store.sessions import Sessions, open_sessions

ROWS, BAD = 100_000, 3_000
_SEED = 20261122
_EARLY = 0.25  # the part of a run whose memory is the measure for the rest
_FLAT = 1.2
_SPOILED = (
    {"内容": ""},
    {"评分": "七"},
    {"产品": "no_such_product"},
    {"时间": "昨天"},
    {"邮箱": "nobody"},
)


@dataclass
class Run:
    """One process: how long it ran, and its resident memory in MiB every tenth of a second."""

    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)
    code: int = 0
    said: str = ""

    @property
    def growth(self) -> float:
        """The most memory after the beginning, by the most in it."""
        early = max(1, int(len(self.memory) * _EARLY))
        return max(self.memory) / max(self.memory[:early])


def write_table(path: Path) -> set[int]:
    """Write the file; answers the numbers of its bad rows."""
    sample = files("voxloop.starter").joinpath("sample", "feedback.jsonl").read_text("utf-8").splitlines()
    known = [json.loads(line) for line in sample]
    draw = random.Random(_SEED)
    bad = set(draw.sample(range(2, ROWS + 2), BAD))
    with path.open("w", encoding="gb18030", errors="replace", newline="") as file:
        table = csv.DictWriter(file, ["内容", "评分", "产品", "时间", "地区", "客户编号", "邮箱", "备注"])
        table.writeheader()
        for number in range(2, ROWS + 2):
            item = draw.choice(known)
            row = {
                "内容": item["text"],
                "评分": item.get("rating"),
                "产品": item.get("product"),
                "地区": item.get("region"),
            }
            row |= {
                "时间": f"2026-0{draw.randint(1, 9)}-1{draw.randint(0, 9)} 0{draw.randint(0, 9)}:30",
                "备注": number,
            }
            row |= {"客户编号": f"K{draw.randint(1, 20_000)}", "邮箱": "k@example.com"}
            table.writerow(row | (_SPOILED[number % len(_SPOILED)] if number in bad else {}))
    return bad


def run(path: Path, url: str, until: Callable[[], bool]) -> Run:
    """Import until it is done or ``until`` is true; then it is killed."""
    environment = {**os.environ, "VOXLOOP_DATABASE_URL": url, "VOXLOOP_LANGUAGE": "en"}
    command = [sys.executable, "-P", "-m", "voxloop.cli", "import", str(path)]
    began, done = time.monotonic(), Run()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
        while process.poll() is None:
            done.memory.append(_resident(process.pid))
            if until():
                process.kill()
            time.sleep(0.1)
        said.seek(0)
        done.said = said.read()
    done.seconds, done.code = time.monotonic() - began, process.returncode
    return done


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


async def _prepare(sessions: Sessions) -> None:
    await schema.migrate(sessions)
    async with sessions.begin() as session:
        await load(session)
    await sessions.dispose()


async def _count(sessions: Sessions) -> dict[str, int]:
    async with sessions.begin() as session:
        counts = {
            "items": select(func.count()).select_from(feedback),
            "distinct keys": select(func.count(feedback.c.idempotency_key.distinct())),
            "events": select(func.count()).select_from(event),
            "loops to start": select(func.count(outbox.c.workflow.distinct())),
        }
        found = {name: int((await session.execute(count)).scalar_one()) for name, count in counts.items()}
    await sessions.dispose()
    return found


async def _done_with(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        found = select(func.coalesce(func.max(import_run.c.accepted + import_run.c.refused), 0))
        rows = int((await session.execute(found)).scalar_one())
    await sessions.dispose()
    return rows


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="vox"))
    server = postgres_wheel()(folder / "pg")
    try:
        return _measure(folder / "feedback.csv", server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(path: Path, url: str) -> int:
    sessions = open_sessions(url, size=0)
    asyncio.run(_prepare(sessions))
    bad = write_table(path)
    size = path.stat().st_size / (1 << 20)

    def half() -> bool:
        return asyncio.run(_done_with(sessions)) >= ROWS // 2

    first = run(path, url, half)
    between = asyncio.run(_count(sessions))
    second = run(path, url, lambda: False)
    after = asyncio.run(_count(sessions))
    with path.with_name(f"{path.stem}.refused.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [int(row["#row"]) for row in csv.DictReader(file)]
    rate = (after["items"] - between["items"] + BAD / 2) / second.seconds
    print(second.said)
    print(f"{ROWS} rows, {size:.0f} MiB, {BAD} of them bad; {os.cpu_count()} cores")
    print(f"killed after {first.seconds:.1f} s at {between}")
    print(f"resumed: {second.seconds:.1f} s, {rate:.0f} rows/s; {after}; report {len(told)} rows")
    for name, each in (("first", first), ("resumed", second)):
        print(f"memory {name}: {max(each.memory):.0f} MiB at most, {each.growth:.2f} of what it was at the beginning")
    verdicts = {
        "killed in the middle": first.code == -9 and 0 < between["items"] < ROWS - BAD,
        "none lost, none twice": set(after.values()) == {ROWS - BAD},
        "the report is exact": sorted(told) == sorted(bad),
        "memory is flat": second.growth < _FLAT,
        "it says that rows were refused": second.code == 2,
    }
    for name, holds in verdicts.items():
        print("ok " if holds else "NOT", name)
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
