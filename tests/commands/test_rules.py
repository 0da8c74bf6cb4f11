"""``voxloop rules``: rule sets of files and of the database, as their owners meet them at a terminal."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from voxloop.bundles.reader import read_text
from voxloop.commands.deciding import LONGEST_LINE
from voxloop.domain.documents import Kind, State
from voxloop.domain.rule_reader import read_rule_set
from voxloop.embedded import is_alive
from voxloop.rules.decide import by_reference
from voxloop.store import documents, drafts
from voxloop.store.sessions import Sessions
from voxloop.tests.command_line import Terminal, furnished

HANGS = 60  # seconds after which a test gives up
SET = """# Two rules.
key: tried
rules:
  - key: low
    title: {zh-CN: 低分, en: Low}
    when: {fact: rating, is: less, value: 3}
    then:
      - set_priority: high
      - add_tag: low
  - key: angry
    title: {zh-CN: 生气, en: Angry}
    when: {all: [{fact: rating, is: less, value: 2}, {fact: sentiment, is: equals, value: negative}]}
    then:
      - set_priority: urgent
      - tell: {to: {team: customer_service}}
cases:
  - {title: one star, facts: {rating: 1}, expect: {priority: high}}
"""


@pytest.fixture(scope="module")
async def house(new_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[tuple[str, Sessions]]:
    url, sessions = await furnished(new_database, "rules_command")
    yield url, sessions
    await sessions.dispose()


@pytest.fixture
def sessions(house: tuple[str, Sessions], monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """With the database as that of this terminal."""
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", house[0])
    return house[1]


@pytest.fixture
def voxloop(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    monkeypatch.delenv("VOXLOOP_DATABASE_URL", raising=False)
    monkeypatch.setenv("VOXLOOP_VAR", str(tmp_path))
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")
    return Terminal(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, SET)


def written(folder: Path, text: str, name: str = "tried.yaml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


# check


async def test_a_sound_file_needs_no_database(file: Path, voxloop: Terminal) -> None:
    said = await voxloop("rules", "check", file, file)
    assert said.code == 0
    assert said.out == f"{file}: nothing wrong, rules: 2.\n" * 2
    assert said.err.count("No database answers") == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("is: less, value: 3", "is: less, value: x", 6, "rules[0].when.value: “rating” is a number"),
        ("- set_priority: urgent", "- set_priority: now", 14, "rules[1].then[0].set_priority: “now” is not possible"),
        ("expect: {priority: high}", "expect: {priority: low}", 17, "cases[0].expect.priority: "),
        ("key: low\n", "key: low\n    key: lower\n", 5, "“key” stands here for the second time."),
    ],
)
async def test_what_is_wrong_is_told_with_its_line(
    old: str, new: str, line: int, words: str, tmp_path: Path, voxloop: Terminal
) -> None:
    assert old in SET
    wrong = written(tmp_path, SET.replace(old, new, 1))
    said = await voxloop("rules", "check", wrong)
    assert (said.code, said.out) == (1, "")
    [told] = [each for each in said.err.splitlines() if str(wrong) in each and "Note: " not in each]
    assert told.startswith(f"{wrong}:{line}: {words}")


async def test_it_is_told_in_chinese(tmp_path: Path, voxloop: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "zh-CN")
    said = await voxloop("rules", "check", written(tmp_path, SET.replace("fact: rating", "fact: ratings")))
    assert "没有" in said.err


ELSEWHERE = SET.replace("team: customer_service", "team: nobody").replace("add_tag: low", "route: {process: nothing}")


async def test_what_rules_refer_to_is_asked_of_the_database(
    tmp_path: Path, voxloop: Terminal, sessions: Sessions
) -> None:
    said = await voxloop("rules", "check", written(tmp_path, ELSEWHERE))
    assert said.code == 1
    assert "There is no team “nobody”" in said.err
    assert "There is no process “nothing”" in said.err


async def test_what_rules_refer_to_is_asked_of_a_bundle_else_of_nobody(tmp_path: Path, voxloop: Terminal) -> None:
    elsewhere = written(tmp_path, ELSEWHERE)
    assert (await voxloop("rules", "check", elsewhere)).code == 0
    (tmp_path / "processes").mkdir()
    against = await voxloop("rules", "check", elsewhere, "--against", tmp_path)
    assert (against.code, "There is no process “nothing”" in against.err) == (1, True)
    assert "nobody" not in against.err.replace("so nobody", "")
    nowhere = await voxloop("rules", "check", elsewhere, "--against", tmp_path / "nowhere")
    assert (nowhere.code, "nowhere cannot be used" in nowhere.err) == (1, True)


async def test_what_is_published_an_earlier_version_and_a_draft_are_checked(
    voxloop: Terminal, sessions: Sessions
) -> None:
    body = read_text(SET).body
    async with sessions.begin() as session:
        await documents.publish(session, "rule_set", "tried", body, "li_na")
        await documents.publish(session, "rule_set", "tried", {**body, "cases": []}, "li_na")
        empty = {"key": "tried", "rules": []}
        draft = await drafts.create(session, Kind.RULE_SET, "tried", empty, author="li_na", base=None)
    named = ("tried", "tried@1", f"draft:{draft['id']}")
    said = await voxloop("rules", "check", *named)
    rules = dict(zip(named, (2, 2, 0), strict=True))
    assert said.out.splitlines() == [f"{each}: nothing wrong, rules: {count}." for each, count in rules.items()]


@pytest.mark.parametrize("named", ["nothing", "intake@99", "draft:999999", "draft:x", "Intake"])
async def test_a_set_that_is_not_there_is_named(named: str, voxloop: Terminal, sessions: Sessions) -> None:
    said = await voxloop("rules", "check", named)
    assert (said.code, f"There is no rule set “{named}”" in said.err) == (1, True)


# decide


def decisions(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


async def test_each_line_is_decided_and_a_bad_one_is_told_in_its_place(
    file: Path, tmp_path: Path, voxloop: Terminal
) -> None:
    lines = ['\ufeff{"rating": 1, "sentiment": "negative"}', "{", "", "[1]", '{"rating": 5, "mood": 1}\r']
    facts = written(tmp_path, "\n".join(lines), "facts.jsonl")
    said = await voxloop("rules", "decide", file, facts)
    assert said.code == 1
    found = decisions(said.out)
    assert [each.get("line", each.get("priority")) for each in found] == ["high", 2, 4, None]
    assert "no JSON object" in found[2]["error"]
    assert found[0]["explanation"]["fired"] == ["low", "angry"]
    assert found[0]["explanation"]["engine"] == "durable-rules"
    assert "mood" in said.err
    assert len({tuple(each) for each in found if "error" not in each}) == 1


async def test_many_lines_are_decided_as_the_reference_does(file: Path, tmp_path: Path, voxloop: Terminal) -> None:
    facts = [{"rating": number % 5, "text": "很长的一段话" * 20} for number in range(3_000)]
    lines = written(tmp_path, "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in facts), "facts.jsonl")
    said = await voxloop("rules", "decide", file, lines)
    rule_set = read_rule_set(read_text(SET).body)
    expected = [list(by_reference(rule_set, each).explanation.fired) for each in facts]
    assert [each["explanation"]["fired"] for each in decisions(said.out)] == expected


async def test_a_line_without_end_is_refused_and_the_next_is_read(
    file: Path, tmp_path: Path, voxloop: Terminal
) -> None:
    endless = json.dumps({"text": "x" * (2 * LONGEST_LINE)})
    said = await voxloop("rules", "decide", file, written(tmp_path, f'{endless}\n{{"rating": 1}}\n', "facts.jsonl"))
    assert [each.get("line", each.get("priority")) for each in decisions(said.out)] == [1, "high"]


class Deciding:
    """``voxloop rules decide SET -`` as a process of its own."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "voxloop.cli", "rules", "decide", str(file), "-"],
            env={**os.environ, "VOXLOOP_LANGUAGE": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ask(self, facts: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(facts).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def end(self) -> tuple[int, bytes]:
        """The exit code, and what was said of it."""
        _, err = self.process.communicate(timeout=HANGS)
        return self.process.returncode, err


def test_who_types_gets_each_answer_at_once_and_an_interrupt_leaves_nothing_behind(file: Path) -> None:
    deciding = Deciding(file)
    assert deciding.ask({"rating": 2})["priority"] == "high"
    assert deciding.ask({"rating": 4})["priority"] is None
    [judge] = map(int, Path(f"/proc/{deciding.process.pid}/task/{deciding.process.pid}/children").read_text().split())
    assert is_alive(judge)
    deciding.process.send_signal(signal.SIGINT)
    assert deciding.end() == (130, b"")
    assert not is_alive(judge)


def test_who_reads_no_more_ends_it_quietly(file: Path) -> None:
    deciding = Deciding(file)
    deciding.ask({"rating": 2})
    assert deciding.process.stdout is not None
    deciding.process.stdout.close()
    assert deciding.process.stdin is not None
    deciding.process.stdin.write(b'{"rating": 1}\n')
    deciding.process.stdin.close()
    assert deciding.process.wait(HANGS) == 141
    assert deciding.process.stderr is not None
    assert deciding.process.stderr.read() == b""


# explain, render, diff


async def test_a_decision_is_explained(file: Path, tmp_path: Path, voxloop: Terminal) -> None:
    facts = written(tmp_path, '{"rating": 1, "sentiment": "negative"}', "facts.json")
    assert (await voxloop("rules", "explain", file, facts)).out.splitlines() == [
        "1. Low (low)",
        "   If rating is less than 3, then set the priority to High, add the tag “low”.",
        "   ✓ set the priority to High",
        "   ✓ add the tag “low”",
        "2. Angry (angry)",
        "   If rating is less than 2 and sentiment is Negative, then set the priority to Urgent,"
        " tell the team customer_service.",
        "   – set the priority to Urgent: the rule low had seen to that already",
        "   ✓ tell the team customer_service",
    ]


async def test_what_came_close_is_told(file: Path, tmp_path: Path, voxloop: Terminal) -> None:
    said = await voxloop("rules", "explain", file, written(tmp_path, '{"rating": 3}', "facts.json"))
    assert said.out.splitlines() == [
        "No rule fired.",
        "Nearest to firing was 1. Low (low). This did not hold: rating is less than 3.",
    ]
    assert (await voxloop("rules", "explain", file, written(tmp_path, "[]", "facts.json"))).code == 1


async def test_every_rule_is_a_sentence_in_either_language(file: Path, voxloop: Terminal) -> None:
    assert "2. Angry (angry)\n   If rating" in (await voxloop("rules", "render", file)).out
    assert "2. 生气 (angry)\n   如果" in (await voxloop("rules", "render", file, "--language", "zh-CN")).out


async def test_a_file_and_what_is_published_are_compared(
    file: Path, tmp_path: Path, voxloop: Terminal, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await documents.publish(session, "rule_set", "compared", read_text(SET).body, "li_na")
    assert (await voxloop("rules", "diff", "compared", file)).out == "They say the same.\n"
    other = written(tmp_path, SET.replace("value: 3", "value: 4"), "other.yaml")
    said = await voxloop("rules", "diff", "compared", other)
    assert said.out.startswith("The rule “Low” (low) now fires when: rating is less than 4.")


# publish


async def version(sessions: Sessions, key: str) -> int:
    async with sessions.begin() as session:
        row = await documents.published(session, "rule_set", key)
    return 0 if row is None else int(row["version"])


async def test_a_file_is_published_where_it_is_known_what_it_was_made_from(
    tmp_path: Path, voxloop: Terminal, sessions: Sessions
) -> None:
    named = SET.replace("key: tried", "key: lone")
    file = written(tmp_path, named)
    assert (await voxloop("rules", "publish", file)).out == "lone: version 1 is published.\n"
    file = written(tmp_path, named.replace("value: 3", "value: 4"))
    refused = await voxloop("rules", "publish", file)
    assert (refused.code, refused.out) == (1, "")
    assert "say --base 1" in refused.err
    assert "now fires when: rating is less than 4" in refused.err
    assert await version(sessions, "lone") == 1
    assert (await voxloop("rules", "publish", file, "--base", 1)).out == "lone: version 2 is published.\n"
    again = await voxloop("rules", "publish", file, "--base", 1)
    assert (again.code, "says what is published as version 2" in again.err) == (0, True)


async def test_a_file_of_a_bundle_is_known_by_it(tmp_path: Path, voxloop: Terminal, sessions: Sessions) -> None:
    await voxloop("documents", "export", tmp_path)
    file = tmp_path / "rules" / "intake.yaml"
    text = file.read_text("utf-8")
    for number, words in ((2, "第二套"), (3, "第三套")):
        file.write_text(text.replace("触电", words), "utf-8")
        assert (await voxloop("rules", "publish", file)).out == f"intake: version {number} is published.\n"
    assert (await voxloop("documents", "import", tmp_path)).out == "The files say what is published.\n"


async def test_a_draft_is_checked_and_published_at_its_time(voxloop: Terminal, sessions: Sessions) -> None:
    body = {**read_text(SET).body, "key": "later"}
    async with sessions.begin() as session:
        bad = await drafts.create(session, Kind.RULE_SET, "later", {**body, "rules": [{}]}, author="li_na", base=None)
        good = await drafts.create(session, Kind.RULE_SET, "later", body, author="li_na", base=None)
    said = await voxloop("rules", "publish", f"draft:{bad['id']}")
    assert (said.code, said.out) == (1, "")
    assert f"draft:{bad['id']}: rules[0].key: Something is needed here." in said.err
    instant = "2099-01-01T09:00:00+08:00"
    assert (await voxloop("rules", "publish", f"draft:{good['id']}", "--at", instant)).code == 0
    async with sessions.begin() as session:
        row = await drafts.get(session, good["id"])
    assert row is not None
    assert (row["state"], row["effective_at"].isoformat()) == (State.SCHEDULED, "2099-01-01T01:00:00+00:00")
    again = await voxloop("rules", "publish", f"draft:{good['id']}")
    assert (again.code, "not possible while the document is" in again.err) == (1, True)
