"""Asking the customer of a closed item how content she is, once a round, and keeping what she says."""

from typing import Any

from voxloop.activities import notices
from voxloop.activities.scene import Scene
from voxloop.domain.loop import Act
from voxloop.store import surveys


async def send(scene: Scene) -> None:
    """Ask her by the template of the process."""
    process = await scene.process()
    if process is None or process.survey is None:
        raise LookupError(f"the process of {scene.id} has no survey")
    kind, round_ = process.survey.kind, scene.item["round"]
    scene.happened.kind = "survey_sent"
    scene.happened.detail |= {"survey": kind, "sent": process.survey.send}
    await surveys.ask(scene.session, item=scene.id, round=round_, kind=kind, asked_at=scene.now)
    await notices.to_customer(scene, process.survey.send)


async def answer(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Keep her score and what she says to it."""
    score, comment = words["score"], words.get("comment")
    scene.happened.detail["score"] = score
    values = {"score": score, "comment": comment, "answered_at": scene.now}
    await surveys.answer(scene.session, scene.id, scene.item["round"], **values)
