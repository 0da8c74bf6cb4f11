"""``voxloop documents``: what is published goes into files and comes back, and nobody's work is lost on the way."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from voxloop.domain.documents import State
from voxloop.domain.identity import digest
from voxloop.store import documents, drafts
from voxloop.store.sessions import Row, Sessions
from voxloop.tests.command_line import Terminal, furnished

STARTER = Path(__file__).parents[2] / "starter"


@pytest.fixture(scope="module")
async def house(new_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[tuple[str, Sessions]]:
    url, sessions = await furnished(new_database, "bundles")
    yield url, sessions
    await sessions.dispose()


@pytest.fixture
def sessions(house: tuple[str, Sessions], monkeypatch: pytest.MonkeyPatch) -> Sessions:
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", house[0])
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")
    return house[1]


@pytest.fixture
def voxloop(sessions: Sessions, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
async def folder(voxloop: Terminal, tmp_path: Path) -> Path:
    """What is published, exported."""
    assert (await voxloop("documents", "export", tmp_path / "bundle")).code == 0
    return tmp_path / "bundle"


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def template(words: str) -> dict[str, Any]:
    return {part: {"zh-CN": words, "en": words} for part in ("subject", "body")}


def template_text(words: str) -> str:
    return "".join(f"{part}: {{zh-CN: {words}, en: {words}}}\n" for part in ("subject", "body"))


async def publish(sessions: Sessions, key: str, words: str) -> None:
    async with sessions.begin() as session:
        await documents.publish(session, "template", key, template(words), "li_na")


async def published(sessions: Sessions, kind: str, key: str) -> Row:
    async with sessions.begin() as session:
        row = await documents.published(session, kind, key)
    assert row is not None
    return row


async def open_drafts(sessions: Sessions, key: str) -> list[Row]:
    async with sessions.begin() as session:
        rows = await drafts.listed(session, key=key)
        return [row for row in rows if row["state"] in (State.DRAFT, State.CHECKED)]


def texts(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.yaml")}


async def test_a_bundle_is_the_starter_pack_byte_for_byte(folder: Path) -> None:
    written = texts(folder)
    del written["bundle.yaml"]
    starter = texts(STARTER)
    assert written == {path: starter[path] for path in written}
    assert {
        "rules/intake.yaml",
        "processes/complaint.yaml",
        "templates/bug.yaml",
        "organisation.yaml",
    } <= written.keys()


async def test_what_was_not_touched_changes_nothing(folder: Path, voxloop: Terminal) -> None:
    before = texts(folder)
    assert await voxloop("documents", "import", folder, "--publish") == (0, "The files say what is published.\n", "")
    assert (await voxloop("documents", "export", folder)).code == 0
    assert texts(folder) == before


async def test_an_edited_file_is_published_and_exported_byte_for_byte(
    folder: Path, tmp_path: Path, voxloop: Terminal, sessions: Sessions
) -> None:
    rewrite(folder / "templates" / "bug.yaml", "# 关联单", "# 我的缺陷单\n\n# 关联单")
    rewrite(folder / "templates" / "bug.yaml", "请定位原因", "请尽快定位原因")
    said = await voxloop("documents", "import", folder, "--publish", "--author", "li_na")
    assert said.code == 0
    assert "templates/bug.yaml: version 2 is published." in said.out
    assert (await published(sessions, "template", "bug"))["author"] == "member:li_na"
    await voxloop("documents", "export", tmp_path / "again")
    assert texts(tmp_path / "again") == texts(folder)
    assert (await voxloop("documents", "import", folder)).out == "The files say what is published.\n"


async def test_what_was_edited_without_files_is_written_as_an_author_would(
    folder: Path, tmp_path: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    await publish(sessions, "thanks", "谢谢")
    await voxloop("documents", "export", folder)
    assert (folder / "templates" / "thanks.yaml").read_text("utf-8") == template_text("谢谢")


@dataclass(frozen=True)
class Case:
    """What a file was made from (None: nobody knows; x: somewhere else), what it says, what is published, and said."""

    base: str | None
    mine: str
    theirs: str | None
    told: str

    @property
    def key(self) -> str:
        return f"t_{self.base}_{self.mine}_{self.theirs}".lower()


CASES = (
    Case("a", "a", "a", "The files say what is published"),
    Case("a", "b", "a", "differs from version 1"),
    Case("a", "a", "b", "version 2 was published meanwhile"),
    Case("a", "b", "b", "The files say what is published"),
    Case("a", "b", "c", "CONFLICT"),
    Case(None, "a", "a", "The files say what is published"),
    Case(None, "b", "a", "CONFLICT"),
    Case(None, "a", None, "new"),
    Case("x", "x", "a", "version 1 was published meanwhile"),
    Case("x", "b", "a", "CONFLICT"),
    Case("x", "b", None, "new"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
async def test_three_sides_are_compared(case: Case, tmp_path: Path, sessions: Sessions, voxloop: Terminal) -> None:
    for words in dict.fromkeys(filter(None, (case.base, case.theirs))):
        if words != "x":
            await publish(sessions, case.key, words)
    if case.base is not None:
        base = f'{{version: 1, digest: "{digest(template(case.base))}"}}'
        (tmp_path / "bundle.yaml").write_text(f"form: 1\ndocuments:\n  templates/{case.key}.yaml: {base}\n")
    file = tmp_path / "templates" / f"{case.key}.yaml"
    file.parent.mkdir()
    file.write_text(template_text(case.mine), "utf-8")
    said = await voxloop("documents", "import", tmp_path)
    assert said.code == (case.told == "CONFLICT")
    assert case.told in said.out
    brought = [row["digest"] for row in await open_drafts(sessions, case.key)]
    assert brought == ([digest(template(case.mine))] if case.told in ("differs from version 1", "new") else [])
    if case.theirs is not None:
        assert (await published(sessions, "template", case.key))["body"] == template(case.theirs)


async def test_both_sides_of_a_conflict_are_told_and_whoever_has_seen_them_may_go_on(
    tmp_path: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    await publish(sessions, "disputed", "first")
    await voxloop("documents", "export", tmp_path)
    await publish(sessions, "disputed", "theirs")
    file = tmp_path / "templates" / "disputed.yaml"
    rewrite(file, "first", "mine")
    said = await voxloop("documents", "import", tmp_path, "--publish")
    assert said.code == 1
    assert "published meanwhile: subject.en: now theirs; before: first" in said.out
    assert "in the file: subject.en: now mine; before: first" in said.out
    assert "Nothing is published" in said.err
    seen = ("--base", "templates/disputed.yaml=2")
    assert (await voxloop("documents", "import", tmp_path, "--publish", *seen)).code == 0
    assert (await published(sessions, "template", "disputed"))["body"] == template("mine")
    rewrite(file, "mine", "mine again")
    assert "differs from version 3" in (await voxloop("documents", "import", tmp_path)).out


RULE = """rules:
  - key: sparks
    title: {zh-CN: 火花, en: Sparks}
    when: {fact: batch, is: equals, value: SPARKS-1}
    then:
      - route: {process: sparks}
"""


async def test_a_process_and_the_rule_that_leads_to_it_come_together(
    folder: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    rewrite(folder / "rules" / "intake.yaml", "rules:\n", RULE)
    lines = (folder / "rules" / "intake.yaml").read_text("utf-8").splitlines()
    alone = await voxloop("documents", "import", folder, "--publish")
    assert alone.code == 1
    assert f"rules/intake.yaml:{lines.index('      - route: {process: sparks}') + 1}: rules[0].then[0]" in alone.err
    assert "There is no process “sparks”" in alone.err
    shutil.copy(folder / "processes" / "praise.yaml", folder / "processes" / "sparks.yaml")
    rewrite(folder / "processes" / "sparks.yaml", "key: praise\n", "key: sparks\n")
    rewrite(folder / "processes" / "sparks.yaml", "handles: [praise]\n", "")
    together = await voxloop("documents", "import", folder, "--publish")
    assert (together.code, together.err) == (0, "")
    assert (await published(sessions, "process", "sparks"))["version"] == 1
    assert (await published(sessions, "rule_set", "intake"))["version"] == 2


async def test_all_are_published_or_none_and_drafts_are_made_of_what_is_sound(
    folder: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    rewrite(folder / "templates" / "reply.yaml", "{code}", "{code}!")
    rewrite(folder / "templates" / "requirement.yaml", "{code}", "{price}")
    said = await voxloop("documents", "import", folder, "--publish")
    assert said.code == 1
    assert "templates/requirement.yaml:2: subject.zh-CN: “price” cannot stand in braces here" in said.err
    assert "templates/reply.yaml: is draft" in said.out
    assert (await published(sessions, "template", "reply"))["version"] == 1
    assert [row["state"] for row in await open_drafts(sessions, "reply")] == [State.CHECKED]
    assert await open_drafts(sessions, "requirement") == []


async def test_who_imports_again_works_on_the_same_draft(folder: Path, sessions: Sessions, voxloop: Terminal) -> None:
    file = folder / "templates" / "notice_rule.yaml"
    ids = []
    for old, new in (("请您", "请你"), ("请你", "请你"), ("请你", "烦请")):
        rewrite(file, old, new)
        await voxloop("documents", "import", folder)
        ids += [row["id"] for row in await open_drafts(sessions, "notice_rule")]
    assert len(ids) == 3
    assert len(set(ids)) == 1


async def test_where_a_second_person_must_approve_nothing_is_published_before_she_has(
    folder: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    rewrite(folder / "organisation.yaml", "time_zone: ", "approval: [process]\ntime_zone: ")
    assert (await voxloop("documents", "import", folder, "--publish")).code == 0
    rewrite(folder / "processes" / "question.yaml", "reopen_for: 14d", "reopen_for: 7d")
    refused = await voxloop("documents", "import", folder, "--publish")
    assert refused.code == 1
    assert refused.err.startswith("processes/question.yaml: A second person must approve")
    [draft] = await open_drafts(sessions, "question")
    async with sessions.begin() as session:
        assert await drafts.approve(session, draft["id"], draft["revision"], "member:li_na") is not None
    said = await voxloop("documents", "import", folder, "--publish")
    assert "processes/question.yaml: version 2 is published." in said.out
    assert (await published(sessions, "process", "question"))["id"] == draft["id"]


async def test_comments_alone_are_no_new_version_and_are_kept(
    folder: Path, tmp_path: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    file = folder / "templates" / "quality_case.yaml"
    file.write_text("# 质量\n" + file.read_text("utf-8"), "utf-8")
    assert "says what version 1 says" in (await voxloop("documents", "import", folder)).out
    assert (await voxloop("documents", "import", folder, "--publish")).code == 0
    assert (await published(sessions, "template", "quality_case"))["version"] == 1
    await voxloop("documents", "export", tmp_path / "again")
    assert (tmp_path / "again" / "templates" / "quality_case.yaml").read_bytes() == file.read_bytes()


async def test_an_export_does_not_write_over_somebodys_work(
    folder: Path, sessions: Sessions, voxloop: Terminal
) -> None:
    await publish(sessions, "mine", "first")
    await voxloop("documents", "export", folder)
    rewrite(folder / "templates" / "mine.yaml", "first", "my work")
    assert (await voxloop("documents", "export", folder)).code == 0
    await publish(sessions, "mine", "second")
    kept = await voxloop("documents", "export", folder)
    assert (kept.code, "templates/mine.yaml" in kept.err) == (1, True)
    assert "my work" in (folder / "templates" / "mine.yaml").read_text("utf-8")
    assert (await voxloop("documents", "export", folder, "--force")).code == 0
    assert "second" in (folder / "templates" / "mine.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "stands here for the second time"), ("zh-CN", "在这里第二次出现")]
)
async def test_what_cannot_be_read_is_told_in_the_readers_language_and_nothing_is_done(
    language: str, words: str, folder: Path, sessions: Sessions, voxloop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOXLOOP_LANGUAGE", language)
    rewrite(folder / "templates" / "vip_follow_up.yaml", "subject:", "subject: {}\nsubject:")
    rewrite(folder / "templates" / "reply.yaml", "{code}", "{code}?")
    (folder / "bundle.yaml").write_text("form: 1\ndocuments:\n  ../../x.yaml: {version: 1, digest: a}\n")
    (folder / "rules" / "Mine.yaml").write_text("key: mine\n")
    said = await voxloop("documents", "import", folder)
    assert (said.code, said.out) == (1, "")
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [
        "rules/Mine.yaml:1",
        "templates/vip_follow_up.yaml:3",
    ]
    assert words in said.err
    (folder / "rules" / "Mine.yaml").unlink()
    rewrite(folder / "templates" / "vip_follow_up.yaml", "subject: {}\n", "")
    said = await voxloop("documents", "import", folder)
    assert (said.code, said.out, said.err.split(": ")[0]) == (1, "", "bundle.yaml:3")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("import", "nowhere"), "nowhere cannot be used"),
        (("import", "."), "holds no documents"),
        (("import", "bundle", "--author", "nobody"), "There is no member nobody"),
        (("import", "bundle", "--base", "templates/bug.yaml=99"), "templates/bug.yaml: There is no such thing"),
        (("export", "file"), "file cannot be used"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_sentence(
    given: tuple[str, ...], words: str, folder: Path, voxloop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (folder.parent / "file").touch()
    said = await voxloop("documents", *given)
    assert (said.code, len(said.err.splitlines()), words in said.err) == (1, 1, True), said


async def test_published_and_drafts_are_listed(folder: Path, voxloop: Terminal) -> None:
    rewrite(folder / "templates" / "supplier_case.yaml", "{code}", "{code}.")
    await voxloop("documents", "import", folder)
    lines = [line for line in (await voxloop("documents", "list")).out.splitlines() if "supplier_case" in line]
    assert [line.split(" of ")[0].rstrip("0123456789 ") for line in lines] == [
        "templates/supplier_case.yaml: version",
        "templates/supplier_case.yaml: draft",
    ]
