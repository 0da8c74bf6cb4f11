"""``voxloop process``: processes checked and compared at a terminal, and running items taken to another version."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from voxloop.background import running
from voxloop.bundles.writer import write_document
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.tests.command_line import Terminal
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.moving import LONGER, OLD, WITHOUT_PLAN, publish, version

TO_NOBODY = version(review={"team": "nobody"})


@dataclass(frozen=True)
class Place:
    """A house whose suggestions go the old way, by a process of the test's own."""

    house: House
    key: str

    async def publish(self, body: dict[str, Any]) -> int:
        return await publish(self.house.sessions, body, self.key)


@pytest.fixture
async def place(real_house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    url = real_house.sessions.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", url)
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")
    place = Place(real_house, f"a_{new_id().hex}")  # by its name it comes before the starter pack's
    await place.publish(OLD)
    async with running(real_house.relay.run()):
        yield place
        await real_house.settle()
    await place.publish(OLD | {"handles": []})


@pytest.fixture
def voxloop(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def written(folder: Path, body: dict[str, Any], name: str = "suggestion.yaml") -> Path:
    file = folder / name
    file.write_text(write_document(body), "utf-8")
    return file


async def test_a_sound_process_is_said_to_be_sound(place: Place, voxloop: Terminal, tmp_path: Path) -> None:
    said = await voxloop("process", "check", written(tmp_path, OLD), place.key)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1] == f"{place.key}: nothing wrong, steps: 3."


@pytest.mark.parametrize(
    ("language", "words"), [("en", "There is no team “nobody”"), ("zh-CN", "没有团队“nobody”")], ids=["en", "zh"]
)
async def test_a_problem_is_told_with_its_line_in_either_language(
    place: Place, voxloop: Terminal, tmp_path: Path, language: str, words: str
) -> None:
    file = written(tmp_path, TO_NOBODY)
    said = await voxloop("process", "check", file, "--language", language)
    [line] = [number for number, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "nobody" in text]
    assert said.code == 1
    assert said.err.startswith(f"{file}:{line}: steps[0].team: {words}")


async def test_what_is_no_process_is_told(place: Place, voxloop: Terminal) -> None:
    said = await voxloop("process", "check", "no_such")
    assert (said.code, "no process “no_such”" in said.err) == (1, True)


async def test_two_versions_are_compared(place: Place, voxloop: Terminal, tmp_path: Path) -> None:
    said = await voxloop("process", "diff", place.key, written(tmp_path, LONGER))
    assert said.code == 0
    [line] = [line for line in said.out.splitlines() if "steps.review.limit.normal" in line]
    assert ("24h" in line, "48h" in line) == (True, True)
    same = await voxloop("process", "diff", place.key, f"{place.key}@1", "--language", "zh-CN")
    assert same.out == "两者内容相同。\n"


async def test_items_are_looked_at_taken_along_and_taken_back(place: Place, voxloop: Terminal) -> None:
    item = await place.house.settled_item("suggestion")
    await place.publish(LONGER)
    row = await place.house.row(item)
    said = await voxloop("process", "migrate", place.key, "--preview")
    assert "review → review" in said.out
    assert f"{row['code']} Completion: " in said.out
    assert await place.house.row(item) == row
    said = await voxloop("process", "migrate", place.key, "--author", "li_na")
    assert (said.code, said.out.splitlines()[-1]) == (0, "Done; moved: 1; stayed where they were: 0.")
    [told] = [event for event in await place.house.events(item) if event["kind"] == "migrated"]
    assert (told["actor_kind"], told["actor"]) == ("member", "li_na")
    migration = UUID(said.out.split()[1])
    said = await voxloop("process", "undo", migration)
    assert (said.code, (await place.house.row(item))["process"]) == (0, row["process"])
    again = await voxloop("process", "undo", migration)
    assert (again.code, again.out.splitlines()[-1]) == (0, "Done; moved: 0; stayed where they were: 1.")


async def test_a_preview_names_what_is_closed(place: Place, voxloop: Terminal) -> None:
    item = await place.house.settled_item("suggestion")
    await place.house.act(item, Verb.CANCEL)
    await place.publish(LONGER)
    said = await voxloop("process", "migrate", place.key, "--preview")
    assert "1 from version 1: Closed → Closed" in said.out


async def test_who_must_stay_is_told_and_makes_the_exit_code_1(place: Place, voxloop: Terminal) -> None:
    item = await place.house.settled_item("suggestion")
    await place.house.act(item, Verb.COMPLETE, outcome="good")
    await place.publish(WITHOUT_PLAN)
    said = await voxloop("process", "migrate", place.key)
    assert said.code == 1
    assert said.out.splitlines()[-1].endswith("The other version has no step “plan”: name one that stands in for it.")
    said = await voxloop("process", "migrate", place.key, "--map", "plan=answer")
    assert (said.code, (await place.house.row(item))["step"]) == (0, "answer")
    said = await voxloop("process", "migrate", place.key)
    assert (said.code, said.err) == (1, "There is no item to be moved.\n")


async def test_a_drawing_shows_where_items_stand_and_how_long_they_stay(place: Place, voxloop: Terminal) -> None:
    item, _ = [await place.house.settled_item("suggestion") for _ in range(2)]
    assert "Here now" not in (await voxloop("process", "render", place.key)).out
    await place.house.act(item, Verb.COMPLETE, outcome="good")
    svg = (await voxloop("process", "render", place.key, "--days", "7")).out
    assert svg.count("Here now: 1") == 2  # one at the review, one at the plan
    assert "In 7 d 1×, half within" in svg
