"""What is tried in the place of a process: the draft of its key, and targets where they are aimed at."""

from typing import Any

import pytest

from voxloop.commands.what_if_options import target
from voxloop.domain.durations import Duration, read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.trials import Trial, read_trial

TITLE = {"zh-CN": "步骤", "en": "Step"}


def process(key: str = "complaint", **more: Any) -> dict[str, Any]:
    step = {"key": "handle", "kind": "task", "title": TITLE, "team": "service", "outcomes": {"done": "close"}}
    return {
        "key": key,
        "title": TITLE,
        "reopen_for": "14d",
        "clocks": {"first_response": {"normal": "4h"}},
        "steps": [{**step, "limit": {"high": "8h"}}],
        **more,
    }


def tried(*paths: str, **more: Any) -> Process:
    trial = read_trial({"targets": [target(path) for path in paths], **more})
    return trial.tried(read_process(process()))


def first_response(of: Process, *who: Any) -> Duration | None:
    return of.clocks[ClockName.FIRST_RESPONSE].target(*who)


def test_nothing_tried_is_the_process_itself() -> None:
    standing = read_process(process())
    assert Trial().tried(standing) is standing
    assert read_trial({"targets": [target("praise.finish=1h")]}).tried(standing) is standing


def test_a_draft_stands_only_in_its_own_place() -> None:
    draft = process(clocks={})
    assert tried(process=draft).clocks == {}
    other = read_process(process("question"))
    assert read_trial({"process": draft}).tried(other) is other


def test_a_target_of_one_priority_leaves_the_others() -> None:
    found = tried("complaint.first_response.high=1h")
    assert first_response(found, Priority.URGENT) == read_length("1h")
    assert first_response(found, Priority.NORMAL) == read_length("4h")


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("first_response.vip=1h", (Priority.LOW, CustomerLevel.VIP, None)),
        ("first_response.defect=1h", (Priority.LOW, None, FeedbackType.DEFECT)),
        ("first_response.high.vip=1h", (Priority.HIGH, CustomerLevel.VIP, None)),
    ],
)
def test_a_target_can_be_for_whom_it_is_for(path: str, who: tuple[Any, ...]) -> None:
    found = tried(path)
    assert first_response(found, *who) == read_length("1h")
    assert first_response(found, Priority.NORMAL) == read_length("4h")


def test_a_step_alone_is_aimed_otherwise() -> None:
    found = tried("*.handle.finish=30m", "*.other.respond=1m")
    assert found.steps[0].limit.target(Priority.LOW) == read_length("30m")
    assert found.steps[0].respond.targets == {}


def test_a_calendar_is_changed_without_its_targets() -> None:
    limits = tried("finish=@office").steps[0].limit
    assert (limits.calendar, limits.target(Priority.HIGH)) == ("office", read_length("8h"))


@pytest.mark.parametrize("text", ["finish", "a.b.c.finish=1h", "nothing=1h", "finish=soon", "finish.often=1h", "=1h"])
def test_what_is_no_target_is_none(text: str) -> None:
    with pytest.raises(Exception, match=r"is not like|is no priority"):
        target(text)


def test_a_target_of_a_branch_is_aimed_at_too() -> None:
    branch = {"key": "look", "kind": "task", "title": TITLE, "team": "quality", "outcomes": ["seen"]}
    step = {"key": "side_by_side", "kind": "parallel", "title": TITLE, "outcomes": {"done": "close"}}
    trial = read_trial({"targets": [target("complaint.look.finish=2h")]})
    found = trial.tried(read_process(process(steps=[{**step, "branches": [branch]}])))
    assert found.step("look").limit.target(Priority.NORMAL) == read_length("2h")
