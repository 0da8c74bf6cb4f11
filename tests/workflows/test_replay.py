"""Loops in flight survive an upgrade: workflow code of today replays the histories of before."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from voxloop.workflows.errands import ERRANDS
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.feedback import FeedbackLoop
from voxloop.workflows.linked_items import LinkedItem
from voxloop.workflows.targets import Target

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))
SHAPES = {
    *("untouched_praise", "escalated_defect", "reopened", "continued", "linked_item", "target"),
    *("waited", "corrected", "merged", "branched", "check", "publication", "quiet_target"),
}


def test_every_shape_of_history_is_kept() -> None:
    assert SHAPES - {path.stem for path in HISTORIES} == set()


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_history_replays(path: Path) -> None:
    await replayer().replay_workflow(read(path))


async def test_another_order_of_commands_is_found_out() -> None:
    history = read(next(path for path in HISTORIES if path.stem == "untouched_praise"))
    markers = [event for event in history.events if event.HasField("marker_recorded_event_attributes")]
    first, second = (marker.marker_recorded_event_attributes for marker in markers[:2])
    first.details["data"].payloads[0].data, second.details["data"].payloads[0].data = (
        second.details["data"].payloads[0].data,
        first.details["data"].payloads[0].data,
    )
    with pytest.raises(Exception, match="Nondeterminism"):
        await replayer().replay_workflow(history)


def replayer() -> Replayer:
    """In the default sandbox."""
    return Replayer(workflows=[FeedbackLoop, LinkedItem, Target, *ERRANDS], data_converter=CONVERTER)


def read(path: Path) -> WorkflowHistory:
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return WorkflowHistory.from_json(kept.pop("workflow"), kept)
