from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest

from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.statistics import StepTraffic
from voxloop.domain.texts import LANGUAGES
from voxloop.reports.process_drawing import Traffic, Words, draw_process
from voxloop.rules.sentences import condition_sentence
from voxloop.tests.workflows.walking import starter_processes

TEAMS = {"customer_service": {"zh-CN": "客服部", "en": "Customer service"}}
TITLE = {"zh-CN": '"A" < & 缺陷', "en": '"A" < & defect'}
SHORT = {"zh-CN": "检", "en": "Q"}
SVG = "{http://www.w3.org/2000/svg}"


def words(language: str = "en") -> Words:
    return Words(language, condition_sentence, TEAMS)


Written = dict[str, object]


def task(**keys: object) -> Written:
    return {"key": "a", "kind": "task", "outcomes": {"ok": "close"}} | keys


def read(*steps: Written) -> Process:
    return read_process({"key": "test", "title": TITLE, "reopen_for": "7d", "steps": list(steps)})


def shown(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("process", starter_processes(), ids=lambda process: process.key)
def test_every_step_of_the_starter_is_shown_with_its_team(process: Process, language: str) -> None:
    text = " ".join(shown(draw_process(process, words(language))))
    assert [step.key for step in process.steps if step.title[language] not in text] == []
    assert all(step.team != "customer_service" or TEAMS[step.team][language] in text for step in process.steps)


def test_limits_are_told_as_they_were_written() -> None:
    texts = shown(draw_process(read(task(limit={"high": "8h", "normal": "24h", "low": "7d"})), words()))
    assert "Done: High 8 h · Normal 24 h · Low 7 d" in " ".join(texts)


def test_what_people_write_is_no_markup() -> None:
    assert TITLE["en"] in shown(draw_process(read(task(title=TITLE)), words()))


def test_a_step_that_nothing_leads_to_is_left_out() -> None:
    lost = task(key="lost", title={"zh-CN": "无", "en": "Lost"})
    assert "Lost" not in shown(draw_process(read(task(), lost), words()))


def test_closed_items_come_back_where_the_process_says() -> None:
    assert "reopened within 7 d" in shown(draw_process(read(task()), words()))


def test_an_outcome_bears_the_name_that_its_process_gives_it() -> None:
    process = replace(read(task(outcomes={"ok": "close", "sent": "close"})), outcome_titles={"ok": TITLE})
    assert {TITLE["en"], "Sent", "ok"} & set(shown(draw_process(process, words()))) == {TITLE["en"], "Sent"}


@pytest.mark.parametrize(
    ("median", "told"),
    [
        (timedelta(seconds=1), "1 min"),
        (timedelta(minutes=59.6), "60 min"),
        (timedelta(hours=1.25), "1.2 h"),
        (timedelta(hours=10.5), "10 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(days=40.2), "40 d"),
    ],
)
def test_what_happens_at_a_step_is_laid_on(median: timedelta, told: str) -> None:
    traffic = Traffic(30, {"a": StepTraffic(4, 12, median), "gone": StepTraffic(1, 1, median)})
    texts = shown(draw_process(read(task()), words(), traffic))
    assert [text for text in texts if "now" in text or "half" in text] == [
        "Here now: 4",
        f"In 30 d 12×, half within {told}",
    ]


def test_of_a_branch_it_is_told_with_its_name_and_of_a_choice_without_a_time() -> None:
    branch = {"key": "x", "kind": "task", "title": SHORT, "team": "customer_service", "outcomes": ["good"]}
    both = task(kind="parallel", branches=[branch], outcomes={"done": "pick"})
    choice: Written = {"key": "pick", "kind": "choice", "choice": [{"else": "close"}]}
    steps = {"x": StepTraffic(2, 0, None), "pick": StepTraffic(0, 5, timedelta())}
    texts = shown(draw_process(read(both, choice), words(), Traffic(7, steps)))
    assert {"Q: Here now: 2", "In 7 d 5×"} <= set(texts)


@pytest.mark.parametrize("target", ["a", "nowhere"])
def test_a_draft_without_an_end_is_drawn(target: str) -> None:
    assert "Closed" not in shown(draw_process(read(task(outcomes={"ok": target})), words()))


def test_the_same_process_is_drawn_the_same() -> None:
    process = starter_processes()[0]
    assert draw_process(process, words()) == draw_process(process, words())


def test_the_cases_of_an_outcome_are_named() -> None:
    cases = [{"if": {"fact": "rating", "is": "at_least", "value": 4}, "go": "close"}, {"else": "b"}]
    other = task(key="b", title={"zh-CN": "乙", "en": "Second"})
    texts = shown(draw_process(read(task(outcomes={"ok": cases}), other), words()))
    assert "Second" in texts
    assert "ok: nothing else applies" in " ".join(texts)


def test_branches_are_shown_with_who_has_them_and_what_they_lead_to() -> None:
    branches = [
        {"key": "x", "kind": "task", "title": SHORT, "team": "customer_service", "outcomes": ["good", "bad"]},
        {"key": "y", "kind": "linked", "title": SHORT, "system": "pms"},
    ]
    ways = [{"if": {"x": ["bad", "good"], "y": "done"}, "go": "a"}, {"else": "close"}]
    step: Written = {"key": "p", "kind": "parallel", "branches": branches, "choice": ways, "join": {"any": ["bad"]}}
    text = " ".join(shown(draw_process(read(step, task()), words())))
    assert "• Q (Customer service)" in text
    assert "Q: bad / good · Q: Done" in text
    assert "Over as soon as one ends with: bad" in text


def branch(key: str, title: str) -> Written:
    return {"key": key, "kind": "task", "title": {"zh-CN": title, "en": title}, "outcomes": ["good", "bad"]}


def joined() -> Process:
    ways = [
        {"if": {"lab": "bad"}, "go": "c"},
        {"if": {"lab": "good", "stock": "good"}, "go": "b"},
        {"else": "d"},
    ]
    side_by_side: Written = {
        "kind": "parallel",
        "branches": [branch("lab", "Look at the device"), branch("stock", "Parts")],
    }
    onwards = {"b": {"ok": "c"}, "c": {"ok": "close"}, "d": {"ok": "b", "bad": "c"}}
    steps = [task(key=key, title=TITLE, outcomes=outcomes) for key, outcomes in onwards.items()]
    return read({"key": "a", "title": TITLE, "choice": ways} | side_by_side, *steps)


def names(svg: str) -> list[tuple[float, float, str]]:
    """The middle, the base and the text of what stands at arrows."""
    found = (text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.get("text-anchor") == "middle")
    return [(float(text.attrib["x"]), float(text.attrib["y"]), text.text or "") for text in found]


def covered(one: tuple[float, float, str], other: tuple[float, float, str]) -> bool:
    width = sum(12 if ord(letter) > 0x2E80 else 6 for letter in one[2] + other[2]) / 2
    return abs(one[0] - other[0]) < width and abs(one[1] - other[1]) < 12


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("process", [*starter_processes(), joined()], ids=lambda process: process.key)
def test_no_arrow_s_name_covers_another_s(process: Process, language: str) -> None:
    found = names(draw_process(process, words(language)))
    assert [(one, other) for one, other in combinations(found, 2) if covered(one, other)] == []


def test_a_name_that_was_cut_can_be_read_all_the_same() -> None:
    svg = draw_process(joined(), words())
    cut = next(text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if (text.text or "").endswith("…"))
    assert cut.findtext(f"{SVG}title") == "Look at the device: good · Parts: good"
