"""Where an item stands under another version of its process, and which deadlines move with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voxloop.domain.calendars import NeverOpen
from voxloop.domain.clocks import REAL_PACE, Clock, Course, Pace, Pinned, RealTime
from voxloop.domain.migration_previews import Preview, Shift, Standing
from voxloop.domain.migrations import Way, destination, unknown_steps
from voxloop.domain.process import HOLD, Process, StepKind
from voxloop.domain.process_reader import read_process
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.verdicts import courses, judged, subject_of, target_of

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = {"zh-CN": "步骤", "en": "Step"}
HOUR = timedelta(hours=1)


def process(limit: str = "24h", resolution: str = "48h", **kinds: dict[str, Any]) -> Process:
    """A task and what follows it; ``kinds``: other steps, or the same otherwise."""
    task = {"kind": "task", "team": "product", "limit": {"normal": limit}, "outcomes": {"done": "close"}}
    steps = {"work": task, "more": task} | kinds
    return read_process(
        {
            "key": "trial",
            "title": NAMES,
            "handles": [],
            "reopen_for": "1d",
            "clocks": {"resolution": {"normal": resolution}},
            "steps": [{"key": key, "title": NAMES, **step} for key, step in steps.items() if step],
        }
    )


OLD = process()
CUSTOMER = {"kind": "customer", "wait": "3d", "outcomes": {"answered": "close", "silent": "close"}}
CONFIRM = {"kind": "customer", "wait": "3d", "outcomes": {"confirmed": "close", "rejected": "close", "silent": "close"}}
REPLY = {"kind": "reply", "team": "product", "outcomes": {"sent": "close"}}
SENT = {"kind": "reply", "send": "answer", "outcomes": {"sent": "close"}}
LINKED = {"kind": "linked", "system": "pms", "outcomes": {"done": "close", "refused": "close"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"kind": "reply", "team": "product", "outcomes": {"sent": "close"}}),
        (CUSTOMER, CONFIRM),
        (REPLY, SENT),
        (LINKED, LINKED | {"system": "crm"}),
    ],
    ids=["task to reply", "question to confirmation", "a person's to the system's", "another system"],
)
def test_a_step_at_which_something_else_is_waited_for_is_another(before: Any, after: Any) -> None:
    old = process(work=before) if before else OLD
    assert destination(old, process(work=after), "work", {}) is RefusalCode.STEP_OF_OTHER_KIND


@pytest.mark.parametrize(
    ("step", "steps", "found"),
    [
        ("work", {}, Way("work")),
        ("more", {}, RefusalCode.STEP_MISSING),
        ("more", {"more": "work"}, Way("work", enters=True)),
        ("more", {"more": "nowhere"}, RefusalCode.STEP_MISSING),
        (None, {}, Way(None)),
        (HOLD, {}, Way(HOLD)),
    ],
)
def test_an_item_stays_is_sent_to_another_step_or_cannot_go(step: str | None, steps: Any, found: object) -> None:
    assert destination(OLD, process(more={}), step, steps) == found


def test_steps_side_by_side_stay_only_as_they_are() -> None:
    both = replace(OLD.steps[0], kind=StepKind.PARALLEL)
    old, same = (replace(process(limit), steps=(both,)) for limit in ("24h", "48h"))
    other = replace(OLD, steps=(replace(both, outcomes={"done": "more"}),))
    assert destination(old, same, "work", {}) == Way("work")
    assert destination(old, other, "work", {}) is RefusalCode.PARALLEL_CHANGED
    assert destination(old, OLD, "work", {}) is RefusalCode.STEP_OF_OTHER_KIND


def test_a_mapping_names_steps_that_exist() -> None:
    assert unknown_steps([OLD], process(more={}), {"more": "work"}) == []
    assert unknown_steps([OLD], process(more={}), {"gone": "work", "work": "more"}) == ["gone", "more"]


ALL_TIME = Pinned()


def standing(step: str | None = "work", name: str = "finish", **clock: Any) -> Standing:
    """An ordinary item whose step has begun then, with a clock of it, or of the item."""
    target = timedelta(hours=24 if name == "finish" else 48)
    item = {"id": 1, "code": "FB-000001", "process": 1, "step": step, "team": "product"}
    item |= {"priority": "normal", "level": None, "type": None}
    started = Clock(BEGAN, target.total_seconds(), BEGAN + target)
    row = vars(started) | {"id": 7, "name": name, "seq": int(name == "finish"), "calendar": None, "zone": None} | clock
    return Standing(item, {1: {"step": step or "", "team": "product"}}, [(row, Course(BEGAN))])


def previewed(new: Process, *standings: Standing, hours: float = 1, chosen: Pinned = ALL_TIME, **steps: str) -> Preview:
    """What is found by so many hours later."""
    found = Preview({1: OLD}, new, steps, lambda *_: chosen, BEGAN + hours * HOUR)
    for each in standings:
        found.add(each)
    return found


@pytest.mark.parametrize(
    ("limit", "shift", "missed"), [("48h", Shift.LATER, 0), ("12h", Shift.EARLIER, 0), ("2h", Shift.EARLIER, 1)]
)
def test_a_deadline_moves_with_the_limit(limit: str, shift: Shift, missed: int) -> None:
    found = previewed(process(limit), standing(), hours=3)
    [moved] = found.deadlines
    assert (moved.before, moved.shift) == (BEGAN + 24 * HOUR, shift)
    assert moved.after == BEGAN + int(limit[:-1]) * HOUR
    assert found.summed() == dict.fromkeys(Shift, 0) | {shift: 1, "missed": missed}


def test_a_limit_that_comes_and_one_that_goes() -> None:
    limitless = {"kind": "task", "team": "product", "outcomes": {"done": "close"}}
    [gone] = previewed(process(work=limitless), standing()).deadlines
    assert (gone.shift, gone.after) == (Shift.LOST, None)
    [come] = previewed(OLD, standing(target_seconds=None, due_at=None)).deadlines
    assert (come.shift, come.after) == (Shift.GAINED, BEGAN + 24 * HOUR)


@pytest.mark.parametrize("clock", [{"manual": True}, {"breached_at": BEGAN}])
def test_what_a_person_has_set_or_what_is_missed_already_does_not_move(clock: Any) -> None:
    assert previewed(process("48h"), standing(**clock)).deadlines == []


def test_an_unchanged_limit_moves_nothing_whatever_else_changes() -> None:
    assert previewed(process(resolution="96h"), standing()).deadlines == []


def test_a_clock_of_the_item_goes_on_where_a_step_is_entered_anew_and_that_of_the_step_does_not() -> None:
    item, step = standing(name="resolution"), standing()
    found = previewed(process("48h", "96h"), item, step, work="more")
    assert [deadline.clock for deadline in found.deadlines] == ["resolution"]
    assert [(group.step, group.to) for group in found.groups] == [("work", "more")]


def test_items_that_cannot_go_are_counted_by_step_and_reason() -> None:
    found = previewed(process(more={}), standing(), standing("more"), standing("more"))
    assert {(group.step, group.to, group.why): count for group, count in found.groups.items()} == {
        ("work", "work", None): 1,
        ("more", None, RefusalCode.STEP_MISSING): 2,
    }
    assert found.deadlines == []


def test_a_pause_moves_the_deadline_under_any_version() -> None:
    events = [("activate", BEGAN), ("pause", BEGAN + HOUR), ("resume", BEGAN + 4 * HOUR)]
    [course] = courses([{"clock": 7, "kind": kind, "at": at} for kind, at in events]).values()
    said = judged(course, target("12h"), REAL_PACE, BEGAN + 20 * HOUR)
    assert (said.due_at, said.breached_at) == (BEGAN + 15 * HOUR, BEGAN + 15 * HOUR)
    assert target("12h", scale=24) == HOUR / 2


def target(limit: str, scale: float = 1) -> timedelta | None:
    """How long an ordinary item may take under that limit."""
    return target_of(process(limit).steps[0].limit, subject_of(standing().item), Pace(scale=scale))


def test_what_was_done_in_time_under_one_version_may_be_late_under_another() -> None:
    course = Course(BEGAN, (), BEGAN + 20 * HOUR, fulfilled=True)
    found = [judged(course, target(limit), REAL_PACE, BEGAN + 99 * HOUR) for limit in ("24h", "12h")]
    assert [verdict.breached_at for verdict in found] == [None, BEGAN + 12 * HOUR]


class NeverOpens(RealTime):
    """A calendar in which no target is ever reached."""

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        raise NeverOpen("closed")


def test_in_a_calendar_that_never_opens_nothing_is_due() -> None:
    never = Pace(NeverOpens())
    assert judged(Course(BEGAN), 12 * HOUR, never, BEGAN + HOUR).due_at is None
    [moved] = previewed(OLD, standing(), chosen=Pinned(never, calendar=5, zone="UTC")).deadlines
    assert (moved.shift, moved.after) == (Shift.LOST, None)


class HalfTime(RealTime):
    """Every other moment counts."""

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        return start + 2 * open_time


def test_another_calendar_moves_the_deadline_of_an_unchanged_limit() -> None:
    half = Pinned(Pace(HalfTime()), calendar=5, zone="UTC")
    [moved] = previewed(OLD, standing(), chosen=half).deadlines
    assert (moved.shift, moved.after) == (Shift.LATER, BEGAN + 48 * HOUR)
