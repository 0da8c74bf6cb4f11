"""Steps that run side by side: when they are joined, and where the item goes then. Pure.

A branch that others have made needless is withdrawn: it has no outcome, and no case can ask for that.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

DONE = "done"
_WITHDRAWN = "-"  # no key, so no outcome that an author can name

Ends = Mapping[str, frozenset[str]]  # of branches by their keys: each ended with one of these outcomes


@dataclass(frozen=True)
class Join:
    """When a parallel step is over: with its last branch, or (``first``) with the first that ends ``on`` one of these.

    Without ``on``, with the first that ends at all.
    """

    first: bool = False
    on: tuple[str, ...] = ()

    def ends_others(self, outcome: str) -> bool:
        """Whether a branch that ended so makes the others needless."""
        return self.first and (not self.on or outcome in self.on)


ALL = Join()


@dataclass(frozen=True)
class Joined:
    """One way out of a parallel step: taken by the first whose branches ended so; without any it always is."""

    ends: Ends
    go: str

    def holds(self, ended: Mapping[str, str | None]) -> bool:
        """Whether branches that ``ended`` so take this way."""
        return all(ended.get(branch) in outcomes for branch, outcomes in self.ends.items())


def possible_ends(outcomes: Mapping[str, Collection[str]], join: Join) -> Iterator[Ends]:
    """All that can have become of branches with these ``outcomes`` by the time that they are joined."""
    every = {branch: frozenset(each) for branch, each in outcomes.items()}
    joining = {branch: frozenset(filter(join.ends_others, each)) for branch, each in every.items()}
    others = {branch: every[branch] - joining[branch] for branch in every}
    if all(others.values()):
        yield others
    for branch in filter(joining.get, every):
        yield {other: ends | {_WITHDRAWN} for other, ends in others.items()} | {branch: joining[branch]}


def missed(ends: Ends, cases: Sequence[Ends]) -> Ends | None:
    """Some of these ``ends`` that none of the ``cases`` takes; None if there are none.

    The case that leaves the fewest ways open is looked at first: else a hundred cases of twenty branches take minutes.
    """
    left = [_asked(case, ends) for case in cases if all(ends[branch] & wanted for branch, wanted in case.items())]
    if not left:
        return ends
    taken = dict(ends)
    for branch, wanted in min(left, key=len).items():
        found = missed({**taken, branch: taken[branch] - wanted}, left)
        if found is not None:
            return found
        taken[branch] &= wanted
    return None


def _asked(case: Ends, ends: Ends) -> Ends:
    """What a case asks of branches that may have ended so, and that is not sure."""
    return {branch: wanted for branch, wanted in case.items() if not ends[branch] <= wanted}


def gap(possible: Sequence[Ends], cases: Sequence[Ends]) -> Mapping[str, str] | None:
    """One end of each branch that none of the ``cases`` takes, of those that were not withdrawn; None without any."""
    for ends in possible:
        found = missed(ends, cases)
        if found is not None:
            example = {branch: min(each) for branch, each in found.items()}
            return {branch: outcome for branch, outcome in example.items() if outcome != _WITHDRAWN}
    return None


def example(case: Ends, possible: Sequence[Ends], earlier: Sequence[Ends]) -> Mapping[str, str] | None:
    """With what branches may end so that this is the first case that takes them; None if it never is."""
    both = ({branch: each & case.get(branch, each) for branch, each in ends.items()} for ends in possible)
    return gap([ends for ends in both if all(ends.values())], earlier)
