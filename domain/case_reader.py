"""Golden cases of a rule set document: facts, and what must be decided of them.

Whether the facts can be so, and whether the rules decide so, is the question of ``voxloop.rules.cases``.
"""

from collections.abc import Callable, Mapping

from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.reading import Place
from voxloop.domain.rules import GoldenCase

MAX_CASES = 500


def read_cases(place: Place) -> tuple[GoldenCase, ...]:
    """The cases of a set, each under a title of its own; too many are not even looked at."""
    places = place.items()
    if len(places) > MAX_CASES:
        place.wrong("rule.too_many_cases", limit=str(MAX_CASES))
        return ()
    cases = tuple(map(_case, places))
    titles = [case.title for case in cases]
    for number, title in enumerate(titles):
        if title and title in titles[:number]:
            places[number].inner("title", title).wrong("rule.duplicate_case", title=title)
    return cases


def _case(place: Place) -> GoldenCase:
    fields = place.fields(("title", "facts", "expect"))
    facts = {name: fact.value for name, fact in fields["facts"].entries().items()}
    parts = fields["expect"].fields((), tuple(EXPECTED))
    written = fields["expect"].value if isinstance(fields["expect"].value, Mapping) else {}
    # Here null is something to expect: that nothing is decided.
    expect = {name: _expected(name, part) for name, part in parts.items() if name in written}
    if not expect:
        fields["expect"].wrong("rule.expects_nothing", known=", ".join(EXPECTED))
    return GoldenCase(fields["title"].title(), facts, expect)


def _expected(name: str, place: Place) -> object:
    return None if place.value is None else EXPECTED[name](place)


def _texts(place: Place) -> tuple[str, ...]:
    return tuple(each.text() for each in place.items())


def _count(place: Place) -> int:
    if isinstance(place.value, int) and not isinstance(place.value, bool) and place.value >= 0:
        return place.value
    place.wrong("rule.not_a_count")
    return 0


# The parts of a decision that a case may speak of. ``told`` and ``copied`` name recipients (``role:director``),
# ``opened`` names ``system/template``; ``points`` is the sum of all rewards.
EXPECTED: Mapping[str, Callable[[Place], object]] = {
    "fired": _texts,
    "type": lambda place: place.word(FeedbackType),
    "priority": lambda place: place.word(Priority),
    "process": Place.key,
    "team": Place.key,
    "member": Place.key,
    "tags": _texts,
    "told": _texts,
    "copied": _texts,
    "opened": _texts,
    "points": _count,
    "hold": Place.flag,
    "spam": Place.flag,
}
