"""``make audit``: suites and clients of others against an installation of real processes, and a table of the results.

``run.py FOLDER [ONLY]``: where ``make audit`` has put the packages of npm and the environment of the Python clients.
Exit code 1 when something failed, or when less was checked than there is to check.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from voxloop.tests.chaos.processes import Installation
from voxloop.tests.external.guide import operations

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "graphql" / "schema.graphql"
ASKED = ("InboxQuery", "ItemQuery", "AcceptMutation")
_PATIENCE_SECONDS = 60
_HASTE = 200_000
_CASES = 500
_TOTALS = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
_GENERATED = re.compile(r"(\d+) generated")
_FAILURES = re.compile(r"ST\d+ (\D+): (\d+)$", re.M)
_LIVE = "subscription { feedbackChanged(id: %s) { id version stage } }"


@dataclass(frozen=True)
class Check:
    """A command, and how many checks of it must pass; ``env`` besides that of this process."""

    name: str
    wanted: int
    command: tuple[str | Path, ...]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What came of a check."""

    check: Check
    passed: int
    failed: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing failed and nothing was left out."""
        return self.failed == 0 and self.passed >= self.check.wanted


@dataclass(frozen=True)
class Target:
    """The installation that is looked at: an item that waits for somebody, and one that is finished."""

    url: str
    authorization: str
    open: str
    finished: str


async def main(folder: Path, only: str) -> int:
    """Run the checks whose names hold ``only``, and print the table."""
    async with _installation() as target:
        _write_asked(folder, target)
        found = [await _run(check, folder / "npm") for check in _checks(folder, target) if only in check.name]
    print(f"\n{'':2}{'check':<58}{'passed':>7}{'failed':>7}{'wanted':>7}{'seconds':>9}")
    for each in found:
        figures = f"{each.passed:>7}{each.failed:>7}{each.check.wanted:>7}{each.seconds:>9.0f}"
        print(f"{'  ' if each.holds else '! '}{each.check.name:<58}{figures}")
    failed = sum(max(each.failed, each.check.wanted - each.passed) for each in found if not each.holds)
    print(f"{sum(each.passed for each in found)} passed, {failed} failed")
    return int(failed > 0)


def _checks(folder: Path, target: Target) -> list[Check]:
    node, python, asked = shutil.which("node") or "node", folder / "python" / "bin", folder / "asked.json"
    headers = json.dumps({"Authorization": target.authorization})
    live = {
        "AUTH": target.authorization,
        "INIT_WAIT_MS": "5000",
        "LONG_SUB": _LIVE % json.dumps(target.open),
    }
    sub, suites = _LIVE % json.dumps(target.finished), folder / "npm"
    schemathesis = ("run", target.url, "-H", f"Authorization: {target.authorization}", "--checks", "all", "--seed", "1")
    return [
        Check("graphql-http: GraphQL over HTTP", 61, (node, suites / "graphql_http_audit.mjs", target.url, headers)),
        Check("graphql-ws, graphql-sse", 27, (node, suites / "ws_sse_suite.mjs", target.url, sub), live),
        Check("schema: nothing breaks unannounced", 1, (sys.executable, HERE / "schema_gate.py")),
        Check("Relay compiler", len(ASKED), (node, suites / "relay.mjs", asked, SCHEMA)),
        Check("Apollo Client", len(ASKED), (node, suites / "apollo.mjs", asked)),
        Check("gql", len(ASKED), (python / "python", HERE / "gql_client.py", asked)),
        Check(
            "ariadne-codegen",
            len(ASKED),
            (python / "python", HERE / "codegen_client.py", asked, SCHEMA, folder / "codegen"),
        ),
        Check(
            "schemathesis, cases",
            _CASES,
            (python / "schemathesis", *schemathesis, "--phases", "fuzzing", "-n", "60", "--no-color"),
        ),
    ]


@contextlib.asynccontextmanager
async def _installation() -> AsyncIterator[Target]:
    """Real processes: first with hasty clocks, so that an item gets finished, then with those of everybody."""
    installation = Installation(_HASTE, {"GRAPHQL_PROFILE": "development"})
    try:
        await installation.start()
        authorization, url = f"Bearer {installation.token()}", f"{installation.url}/graphql"
        async with httpx.AsyncClient(headers={"Authorization": authorization}, trust_env=False) as http:
            ended = await _submitted(http, url, "finished")
            await _ask(http, url, "mutation ($i: CancelInput!) { cancel(input: $i) { userErrors { code } } }",
                       i={"id": ended, "key": "end"})  # fmt: skip
            await _until(http, url, ended, "finishedAt")
            await installation.stop()
            installation.scale = 1
            await installation.start()
            waiting = await _submitted(http, url, "open")
        yield Target(url, authorization, waiting, ended)
    finally:
        await installation.stop()
        shutil.rmtree(installation.var, ignore_errors=True)


async def _submitted(http: httpx.AsyncClient, url: str, key: str) -> str:
    submit = operations()["SubmitMutation"]
    given = submit.variables["input"] | {"key": key}
    code: str = (await _ask(http, url, submit.document, input=given))["submitFeedback"]["feedback"]["code"]
    await _until(http, url, code, "step")
    return code


async def _until(http: httpx.AsyncClient, url: str, code: str, member: str) -> None:
    document = "query ($code: String) { feedback(code: $code) { finishedAt step { step } } }"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            if (await _ask(http, url, document, code=code))["feedback"][member]:
                return
            await asyncio.sleep(0.2)


async def _ask(http: httpx.AsyncClient, url: str, document: str, **variables: Any) -> Any:
    answer = (await http.post(url, json={"query": document, "variables": variables})).json()
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    return answer["data"]


def _write_asked(folder: Path, target: Target) -> None:
    """What the clients are to ask: operations of the guide, about the item that waits."""
    known = operations()
    asked = [
        {
            "kind": known[name].kind,
            "name": name,
            "document": known[name].document,
            "variables": known[name].on(target.open),
        }
        for name in ASKED
    ]
    given = {"url": target.url, "authorization": target.authorization, "operations": asked}
    (folder / "asked.json").write_text(json.dumps(given), "utf-8")
    for suite in HERE.glob("*.mjs"):
        shutil.copy(suite, folder / "npm")


async def _run(check: Check, folder: Path) -> Found:
    began = time.monotonic()
    print(f"\n--- {check.name}", flush=True)
    process = await asyncio.create_subprocess_exec(
        *check.command,
        cwd=folder,
        env={**os.environ, **check.env, "NO_PROXY": "127.0.0.1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode(errors="replace")
    print("\n".join(line for line in said.splitlines() if not line.startswith("ok ")), flush=True)
    passed, failed = map(int, totals[-1]) if (totals := _TOTALS.findall(said)) else _generated(said, process.returncode)
    return Found(check, passed, failed, time.monotonic() - began)


def _generated(said: str, code: int | None) -> tuple[int, int]:
    """The cases and faults that schemathesis counts. That we refuse some of what it makes up, in words, is none."""
    faults = [(name, int(number)) for name, number in _FAILURES.findall(said)]
    failed = sum(number for name, number in faults if name != "GraphQL client error")
    return sum(map(int, _GENERATED.findall(said)[-1:])), failed if faults else int(code != 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="?", default="", help="part of the name of the checks to run; else all")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.folder.absolute(), given.only)))
