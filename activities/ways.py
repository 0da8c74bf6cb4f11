"""The way that an item takes where several are possible: the first whose condition holds of it now.

What was asked, and what was found, stands in the event of the turn.
"""

from collections.abc import Sequence

from voxloop.activities import facts
from voxloop.activities.scene import Scene
from voxloop.domain.process import Case
from voxloop.domain.rules import leaves
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.evaluator import holds
from voxloop.rules.sentences import condition_sentence
from voxloop.store import steps


async def taken(scene: Scene, cases: Sequence[Case]) -> str:
    """Where the first case leads that holds."""
    asked = {leaf.fact for each in cases if each.condition for leaf in leaves(each.condition)}
    accepted = "accepted" in asked and await steps.accepted_in(scene.session, scene.id, scene.item["round"])
    known = await facts.known(scene, asked, accepted)
    case = next(case for case in cases if case.condition is None or holds(case.condition, known))
    scene.happened.detail |= {
        "because": {language: _because(case, language) for language in LANGUAGES},
        "facts": {name: known.get(name) for name in sorted(asked - {"text"})},
    }
    return case.go


def _because(case: Case, language: str) -> str:
    return condition_sentence(case.condition, language) if case.condition else say(language, "rule.otherwise")
