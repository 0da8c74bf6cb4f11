"""Who gets a step: one member among candidates, and for each of the others why not.

A candidate who is absent, lacks what the step asks for, looks after other things or has no room is not eligible. Among
the eligible those who are on duty come first; when there are none, the others are asked all the same. Then the strategy
decides: whoever comes first by its criteria, one after the other.

A step can be somebody's before any strategy is asked (``Ground``): then it goes to her, or to who stands in for her,
whether on duty or not, for it can wait until she comes. Only if she is not eligible, others are looked at; whom a rule
names, or who had it before, gets it in any case.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from voxloop.domain.process import Strategy

Keys = frozenset[str]
NONE: Keys = frozenset()


class Ground(StrEnum):
    """Why a step is somebody's before a strategy is asked."""

    NAMED = "named"  # by a rule
    RETURNED = "returned"  # it was hers when the item left it
    ACCOUNT_OWNER = "account_owner"
    SAME_AS = "same_as"
    HANDED_OVER = "handed_over"  # it was hers until she became absent, or left


class Code(StrEnum):
    """What was decided about a candidate; worded in ``texts`` under ``why.<code>``."""

    TAKEN = "taken"
    ABSENT = "absent"
    NOT_SKILLED = "not_skilled"
    OTHER_PRODUCT = "other_product"
    OTHER_REGION = "other_region"
    FULL = "full"
    OFF_DUTY = "off_duty"
    LESS_SKILLED = "less_skilled"
    MORE_SPECIALISED = "more_specialised"
    MORE_LOADED = "more_loaded"
    NOT_NEXT = "not_next"
    NOT_OWNER = "not_owner"  # the step is somebody else's
    LEFT_TO_PEOPLE = "left_to_people"


@dataclass(frozen=True)
class Candidate:
    """A member as she stands now. Empty ``products`` and ``regions``: all; ``capacity`` None: any amount of work.

    ``load``: her open assignments; ``last``: the number of the last one that her team gave her, 0: none yet.
    ``away_until`` is set while she is absent. ``of_team``: else she is here for somebody whom she stands in for.
    """

    key: str
    skills: Keys = NONE
    products: Keys = NONE
    regions: Keys = NONE
    capacity: int | None = None
    load: int = 0
    last: int = 0
    at_work: bool = True
    away_until: datetime | None = None
    substitute: str | None = None
    of_team: bool = True


@dataclass(frozen=True)
class Wish:
    """What a step asks for. ``products``: keys of the item's product and its line; none: it names none.

    An item that names no product or no region may be anybody's in that respect. ``person``: whose the step is, on that
    ``ground``.
    """

    strategy: Strategy
    skills: Keys = NONE
    products: Keys = NONE
    region: str | None = None
    ground: Ground | None = None
    person: str | None = None


@dataclass(frozen=True)
class Because:
    """What was decided about one candidate, with the keys and numbers that it was decided by."""

    member: str
    code: Code
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """``member`` None: it stays in the team's queue. ``strategy`` is the one that decided, or the ground."""

    member: str | None
    strategy: Strategy | Ground
    why: Sequence[Because]


def choose(wish: Wish, candidates: Sequence[Candidate]) -> Choice:
    """The member who gets the step, and what was decided about every candidate.

    - ``manual``: nobody; a person takes it from the team's queue.
    - ``round_robin``: who was least recently given a step of the team.
    - ``least_loaded``: who has the least open work for her capacity; one without a capacity counts as if she had the
      largest of all. Then as by ``round_robin``.
    - ``skill``: who has most of the wanted skills (one at least), then who has fewest others, so that specialists stay
      free; then as by ``least_loaded``. Under any other strategy all wanted skills are needed.
    - ``account_owner``, ``same_as``: see ``Ground``; else ``least_loaded``.
    """
    known = {candidate.key: candidate for candidate in candidates}
    if wish.ground is not None and wish.person is not None:
        found = _stand_in(known, wish.person)
        if found is not None and (wish.ground in _IN_ANY_CASE or _obstacle(wish, found) is None):
            return _theirs(wish, wish.ground, found, candidates)
    return _among(wish, candidates, known)


def _theirs(wish: Wish, ground: Ground, found: Candidate, candidates: Sequence[Candidate]) -> Choice:
    others = (each for each in candidates if each.key not in (found.key, wish.person) and each.of_team)
    why = [_taken(found, {wish.person} - {found.key}), *(Because(each.key, Code.NOT_OWNER) for each in others)]
    if found.key != wish.person:
        why += (_absent(each) for each in candidates if each.key == wish.person)
    return Choice(found.key, ground, why)


def _among(wish: Wish, candidates: Sequence[Candidate], known: Mapping[str, Candidate]) -> Choice:
    places = _places(candidates, known)
    here = [each for each in candidates if each.key in places or (each.key == wish.person and not each.away_until)]
    obstacles = {each.key: _obstacle(wish, each) for each in here}
    why = [_absent(each) for each in candidates if each.away_until and (each.of_team or each.key == wish.person)]
    why += (obstacle for obstacle in obstacles.values() if obstacle)
    free = [each for each in here if obstacles[each.key] is None and each.key in places]
    strategy = Strategy.LEAST_LOADED if wish.strategy in _PERSONAL else wish.strategy
    if strategy is Strategy.MANUAL:
        return Choice(None, strategy, [*why, *(Because(each.key, Code.LEFT_TO_PEOPLE) for each in free)])
    asked = [each for each in free if each.at_work] or free
    if not asked:
        return Choice(None, strategy, why)
    why += (Because(each.key, Code.OFF_DUTY) for each in free if each not in asked)
    first, *others = _ranked(wish, strategy, asked)
    return Choice(first[0].key, strategy, [_taken(first[0], places[first[0].key]), *_later(first, others), *why])


_PERSONAL = (Strategy.ACCOUNT_OWNER, Strategy.SAME_AS)
_IN_ANY_CASE = (Ground.NAMED, Ground.RETURNED)


def _places(candidates: Sequence[Candidate], known: Mapping[str, Candidate]) -> dict[str, set[str]]:
    """Who can be asked, each with the absent whose places she takes: the team, and those who stand in for its absent.

    Who is of the team anyway has one place, and the absent one's share falls to all.
    """
    places: dict[str, set[str]] = {each.key: set() for each in candidates if each.of_team and not each.away_until}
    team = set(places)
    for each in candidates:
        found = _stand_in(known, each.key) if each.of_team and each.away_until else None
        if found is not None and found.key not in team:
            places.setdefault(found.key, set()).add(each.key)
    return places


def _stand_in(known: Mapping[str, Candidate], key: str) -> Candidate | None:
    """The member herself, or while she is absent her substitute, or hers in turn; None where that leads nowhere."""
    passed: set[str] = set()
    found = known.get(key)
    while found is not None and found.away_until and found.key not in passed:
        passed.add(found.key)
        found = known.get(found.substitute or "")
    return None if found is None or found.away_until else found


def _obstacle(wish: Wish, candidate: Candidate) -> Because | None:
    """Why she cannot have the step at all."""
    lacks = wish.skills - candidate.skills
    enough = wish.strategy is Strategy.SKILL and lacks < wish.skills
    if lacks and not enough:
        return Because(candidate.key, Code.NOT_SKILLED, {"skills": sorted(lacks)})
    if candidate.products and wish.products and not candidate.products & wish.products:
        return Because(candidate.key, Code.OTHER_PRODUCT, {"products": sorted(candidate.products)})
    if candidate.regions and wish.region and wish.region not in candidate.regions:
        return Because(candidate.key, Code.OTHER_REGION, {"regions": sorted(candidate.regions)})
    if candidate.capacity is not None and candidate.load >= candidate.capacity:
        return Because(candidate.key, Code.FULL, _load(candidate))
    return None


def _absent(candidate: Candidate) -> Because:
    until = candidate.away_until.isoformat() if candidate.away_until else None
    return Because(candidate.key, Code.ABSENT, {"until": until, "substitute": candidate.substitute})


def _taken(candidate: Candidate, instead_of: Iterable[str | None]) -> Because:
    params = {**_load(candidate), "instead_of": sorted(filter(None, instead_of)), "on_duty": candidate.at_work}
    return Because(candidate.key, Code.TAKEN, params)


def _load(candidate: Candidate) -> dict[str, Any]:
    return {"load": candidate.load, "capacity": candidate.capacity}


# A criterion: the less the better, and what is said of one who has more of it than the first.
_Measure = tuple[float, Code, dict[str, Any]]
_Criteria = Callable[[Wish, Candidate, int], Iterator[_Measure]]
_Ranked = tuple[Candidate, Sequence[_Measure]]


def _ranked(wish: Wish, strategy: Strategy, asked: Sequence[Candidate]) -> list[_Ranked]:
    """Those who are asked, each with what she is measured by, the first one first."""
    largest = max((each.capacity for each in asked if each.capacity), default=1)
    measured = [(each, list(_CRITERIA[strategy](wish, each, largest))) for each in asked]
    return sorted(measured, key=lambda pair: ([value for value, _, _ in pair[1]], pair[0].last, pair[0].key))


def _later(first: _Ranked, others: Sequence[_Ranked]) -> Iterator[Because]:
    """What tells each of the others from the first: the first criterion by which she comes later, else her turn."""
    for turn, (candidate, measures) in enumerate(others, start=2):
        pairs = zip(first[1], measures, strict=True)
        worse = ((code, params) for (best, _, _), (value, code, params) in pairs if value > best)
        code, params = next(worse, (Code.NOT_NEXT, {"turn": turn}))
        yield Because(candidate.key, code, params)


def _by_turn(wish: Wish, candidate: Candidate, largest: int) -> Iterator[_Measure]:
    yield from ()


def _by_load(wish: Wish, candidate: Candidate, largest: int) -> Iterator[_Measure]:
    yield candidate.load / (candidate.capacity or largest), Code.MORE_LOADED, _load(candidate)


def _by_skill(wish: Wish, candidate: Candidate, largest: int) -> Iterator[_Measure]:
    wanted, others = wish.skills & candidate.skills, candidate.skills - wish.skills
    yield -len(wanted), Code.LESS_SKILLED, {"skills": sorted(wish.skills - wanted)}
    yield len(others), Code.MORE_SPECIALISED, {"skills": sorted(others)}
    yield from _by_load(wish, candidate, largest)


_CRITERIA: Mapping[Strategy, _Criteria] = {
    Strategy.ROUND_ROBIN: _by_turn,
    Strategy.LEAST_LOADED: _by_load,
    Strategy.SKILL: _by_skill,
}
