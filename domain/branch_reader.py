"""What a parallel step says of its own in a document: its branches' outcomes, when they join, where it goes then."""

from collections.abc import Mapping

from voxloop.domain.branches import Join, Joined
from voxloop.domain.process import JOIN, StepKind
from voxloop.domain.reading import Place

_KEYS = ("title", "outcomes", "team", "assign", "respond", "limit", "open", "require", "escalate", "system")
BRANCH_KEYS = {StepKind.TASK: (*_KEYS, "form"), StepKind.LINKED: _KEYS}
_LINKED_ENDS = ("done", "refused")


def note_missing_ways(places: Mapping[str, Place], kind: StepKind | None, branch: bool) -> None:
    """Notes when a step does not say where it goes, or a parallel one says it twice."""
    if kind is StepKind.PARALLEL:
        places["branches"].needed()
        if places["branches"].value == []:
            places["branches"].wrong("document.missing")
        if places["choice"].value is None:
            places["outcomes"].needed()
        elif places["outcomes"].value is not None:
            places["outcomes"].wrong("process.two_ways")
    elif not (branch and kind is StepKind.LINKED):
        places["choice" if kind is StepKind.CHOICE else "outcomes"].needed()


def read_ends(place: Place, kind: StepKind | None) -> dict[str, str]:
    """A branch's outcomes are words, for they lead nowhere; those of a linked one go without saying."""
    if place.value is None and kind is StepKind.LINKED:
        return dict.fromkeys(_LINKED_ENDS, JOIN)
    return dict.fromkeys([outcome.key() for outcome in place.items()], JOIN)


def read_join(place: Place) -> Join:
    """``all``, ``any``, or ``{any: [outcome, ...]}``."""
    if isinstance(place.value, Mapping):
        outcomes = place.fields(("any",))["any"]
        if outcomes.value == []:
            outcomes.wrong("document.missing")
        return Join(True, tuple(outcome.key() for outcome in outcomes.items()))
    return Join(place.one_of(("all", "any"), "{any: [<outcome>]}") == "any")


def read_joined(place: Place) -> Joined:
    """``{if: {branch: outcome, other: [outcome, outcome]}, go: step}`` or ``{else: step}``."""
    if isinstance(place.value, Mapping) and "else" in place.value:
        return Joined({}, place.fields(("else",))["else"].key())
    places = place.fields(("if", "go"))
    if places["if"].value == {}:
        places["if"].wrong("document.missing")
    ends = {branch: frozenset(_words(each)) for branch, each in places["if"].entries().items()}
    return Joined(ends, places["go"].key())


def _words(place: Place) -> list[str]:
    """One word, or a list of them."""
    if place.value == []:
        place.wrong("document.missing")
    return [word.key() for word in (place.items() if isinstance(place.value, list | tuple) else [place])]
