"""Whether a parallel step makes sense: it has not too many branches, and knows a way whatever they end with."""

from collections.abc import Collection, Iterator

from voxloop.domain.branches import example, gap, possible_ends
from voxloop.domain.problems import Problem
from voxloop.domain.process import Step

# All branches of a step begin in one transaction.
MOST_BRANCHES = 20


def parallel_problems(path: str, step: Step) -> Iterator[Problem]:
    """What is wrong with a step as one whose branches run side by side; nothing if it has none."""
    if not step.branches:
        return
    if len(step.branches) > MOST_BRANCHES:
        yield Problem(f"{path}.branches", "process.too_many_branches", {"step": step.key, "limit": str(MOST_BRANCHES)})
    if len(step.branches) == 1:
        yield Problem(f"{path}.branches", "process.one_branch", {"step": step.key}, warning=True)
    yield from _join_problems(path, step)
    unknown = list(_unknown_ends(path, step))
    yield from unknown or _case_problems(path, step)


def _join_problems(path: str, step: Step) -> Iterator[Problem]:
    known = {outcome for branch in step.branches for outcome in branch.outcomes}
    for number, outcome in enumerate(step.join.on):
        if outcome not in known:
            yield Problem(f"{path}.join.any[{number}]", "process.unknown_end", _known(outcome, known))


def _unknown_ends(path: str, step: Step) -> Iterator[Problem]:
    outcomes = {branch.key: branch.outcomes for branch in step.branches}
    for number, case in enumerate(step.joined):
        for branch, ends in case.ends.items():
            place = f"{path}.choice[{number}].if.{branch}"
            if branch not in outcomes:
                yield Problem(place, "process.unknown_branch", _known(branch, outcomes))
            else:
                for end in sorted(ends - outcomes[branch].keys()):
                    yield Problem(place, "process.unknown_end", _known(end, outcomes[branch]))


def _known(value: str, known: Collection[str]) -> dict[str, str]:
    return {"value": value, "known": ", ".join(sorted(known))}


def _case_problems(path: str, step: Step) -> Iterator[Problem]:
    """Each case is taken some time, and one is taken however the branches end."""
    if not step.joined or not all(branch.outcomes for branch in step.branches):
        return
    possible = list(possible_ends({branch.key: branch.outcomes for branch in step.branches}, step.join))
    cases = [case.ends for case in step.joined]
    for number, case in enumerate(cases):
        if example(case, possible, cases[:number]) is None:
            yield Problem(f"{path}.choice[{number}]", "process.dead_join", {"step": step.key})
    left = gap(possible, cases)
    if left is not None:
        ends = ", ".join(f"{branch}: {outcome}" for branch, outcome in sorted(left.items()))
        yield Problem(f"{path}.choice", "process.not_total", {"step": step.key, "ends": ends})
