"""Whether an item can go on under another version of its process, and where it then stands. Pure.

What is under way stays under way: an item stays at its step if the new version has one of that key that waits for the
same. Where it has none, owners name a step that stands in for it, and that one is entered anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voxloop.domain.process import CLOSE, HOLD, Process, Step, StepKind
from voxloop.domain.refusals import RefusalCode


@dataclass(frozen=True)
class Way:
    """Where an item stands afterwards; ``enters``: at a step that it comes to anew. Closed ones stand at none."""

    step: str | None
    enters: bool = False


def destination(old: Process, new: Process, step: str | None, steps: Mapping[str, str]) -> Way | RefusalCode:
    """Where an item at ``step`` of the old version stands in the new one, or why it cannot go there.

    ``steps``: steps of the old version by their keys, and those of the new one that stand in for them.
    """
    if step is None or step == HOLD:  # whoever looks at a held item goes on looking
        return Way(step)
    after = _steps(new)
    if step in steps:
        return Way(steps[step], enters=True) if steps[step] in after else RefusalCode.STEP_MISSING
    if step not in after:
        return RefusalCode.STEP_MISSING
    return _refusal(old.step(step), after[step]) or Way(step)


def unknown_steps(old: Iterable[Process], new: Process, steps: Mapping[str, str]) -> list[str]:
    """Of a mapping, the keys that none of the old versions has, and those that the new one has not."""
    before = {key for process in old for key in _steps(process)}
    strange = [key for key in steps if key not in before]
    return strange + [key for key in steps.values() if key not in _steps(new)]


def _steps(process: Process) -> dict[str, Step]:
    return {step.key: step for step in process.steps if step.key != CLOSE}


def _refusal(old: Step, new: Step) -> RefusalCode | None:
    """Why who stands at a step cannot go on standing at that of the same key."""
    if old.kind is new.kind is StepKind.PARALLEL:  # some of its branches may have been done already
        return None if old == new else RefusalCode.PARALLEL_CHANGED
    return None if _waits_for(old) == _waits_for(new) else RefusalCode.STEP_OF_OTHER_KIND


def _waits_for(step: Step) -> tuple[object, ...]:
    """What makes two steps the same to whoever waits there, or is waited for."""
    return step.kind, step.automatic, step.confirmation, step.system
