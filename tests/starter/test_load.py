"""Loading the starter pack: checked like any bundle, with its comments, and never over what others have published."""

import shutil
from pathlib import Path

import pytest

from voxloop.bundles.bundle import BadBundle
from voxloop.starter.load import load
from voxloop.store import documents
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.tests.conftest import NewDatabase

STARTER = Path(__file__).parents[2] / "starter"
CASES = "\ncases:\n  - {title: smoke, facts: {text: 冒烟}, expect: {priority: low}}\n"


@pytest.fixture(scope="module")
async def loading(new_database: NewDatabase) -> Sessions:
    return open_sessions(await new_database("loading"), size=0)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack, to change something in."""
    return shutil.copytree(STARTER, tmp_path / "starter")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


async def test_what_changed_in_the_pack_is_published_unless_others_took_its_place(
    loading: Sessions, pack: Path
) -> None:
    async with loading.begin() as session:
        assert (await load(session, pack)).left == []
        mine = await documents.publish(session, "process", "praise", {"key": "praise"}, "li_na")
    edit(pack / "processes" / "praise.yaml", "reopen_for: 14d", "reopen_for: 7d")
    edit(pack / "processes" / "complaint.yaml", "reopen_for: 14d", "reopen_for: 7d")
    async with loading.begin() as session:
        assert (await load(session, pack)).left == ["processes/praise.yaml"]
        praise = await documents.published(session, "process", "praise")
        complaint = await documents.published(session, "process", "complaint")
    assert praise is not None
    assert praise["id"] == mine
    assert complaint is not None
    assert (complaint["version"], complaint["body"]["reopen_for"]) == (2, "7d")


async def test_documents_keep_the_text_of_their_files(loading: Sessions, pack: Path) -> None:
    edit(pack / "rules" / "intake.yaml", "rules:", "# 新的说明\nrules:")
    async with loading.begin() as session:
        await load(session, pack)
        intake = await documents.published(session, "rule_set", "intake")
    assert intake is not None
    assert intake["source"] == (pack / "rules" / "intake.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("rules/intake.yaml", "fact: text", "fact: texts", "rule.unknown_fact"),
        ("processes/praise.yaml", "send: thanks", "send: nothing", "process.unknown_template"),
        ("templates/thanks.yaml", "{code}", "{price}", "template.bad_name"),
        ("organisation.yaml", "Asia/Shanghai", "Asia/Nowhere", "organisation.unknown_time_zone"),
        ("company.yaml", "teams:", "teams: []\nteams:", "file.repeated"),
    ],
)
async def test_a_pack_with_something_wrong_is_not_loaded(
    path: str, old: str, new: str, code: str, loading: Sessions, pack: Path
) -> None:
    edit(pack / path, old, new)
    async with loading.begin() as session:
        with pytest.raises(BadBundle) as bad:
            await load(session, pack)
    assert {(problem.path, problem.problem.code) for problem in bad.value.problems} == {(path, code)}


async def test_golden_cases_of_the_pack_must_pass(loading: Sessions, pack: Path) -> None:
    file = pack / "rules" / "intake.yaml"
    text = file.read_text("utf-8").split("\ncases:")[0]
    file.write_text(text.rstrip() + CASES, "utf-8")
    async with loading.begin() as session:
        with pytest.raises(BadBundle, match="case_differs"):
            await load(session, pack)
