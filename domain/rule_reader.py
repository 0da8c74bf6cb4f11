"""From a document to a ``RuleSet``: what the keys may be, what their values look like, and how large it all may get.

Whether the rules make sense is the question of ``voxloop.rules.checker``. All that cannot be read is told at once.
"""

from collections.abc import Callable, Iterator, Mapping

from voxloop.domain.case_reader import read_cases
from voxloop.domain.decision import Open, Reward, Route, read_tell
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.reading import Place
from voxloop.domain.rules import (
    Action,
    AddTag,
    All,
    AnyOf,
    Condition,
    HoldForReview,
    Leaf,
    MarkSpam,
    Not,
    Occasion,
    Rule,
    RuleSet,
    Scalar,
    SetPriority,
    SetType,
    Value,
)
from voxloop.domain.submission import LONGEST_TAG, unreadable

MAX_RULES = 2_000
MAX_CONDITIONS = 16
MAX_DEPTH = 5
MAX_NODES = 4 * MAX_CONDITIONS
MAX_FACTS = 200
MAX_ACTIONS = 20
MAX_VALUES = 200
LONGEST_VALUE = 200
# Numbers up to here are exact to their third place after the point, wherever they are read.
LARGEST_NUMBER = 10**12
MOST_POINTS = 100_000
CRM = "crm"


def read_rule_set(body: Mapping[str, object]) -> RuleSet:
    """The rule set of a document.

    Raises:
        InvalidDocument: everything that cannot be read, each with its path.
    """
    problems: list[Problem] = []
    # YAML 1.1 readers take the key ``on`` for a boolean.
    table = {"on" if str(name) == "True" else name: value for name, value in body.items()}
    fields = Place(table, "", problems).fields(("key", "rules"), ("on", "title", "cases"))
    key, rules = fields["key"].key(), fields["rules"].items()
    if len(rules) > MAX_RULES:
        fields["rules"].wrong("rule.too_many_rules", limit=str(MAX_RULES))
        raise InvalidDocument(problems)
    occasion = fields["on"].word(Occasion) or Occasion.RECEIVED
    title, cases = fields["title"].translated(), read_cases(fields["cases"])
    rule_set = RuleSet(key, occasion.value, tuple(_rule(place) for place in rules), title, cases)
    if len(rule_set.facts_asked) > MAX_FACTS:
        fields["rules"].wrong("rule.too_many_facts", limit=str(MAX_FACTS), count=str(len(rule_set.facts_asked)))
    if problems:
        raise InvalidDocument(problems)
    return rule_set


def read_condition(value: object, path: str) -> Condition | list[Problem]:
    """The condition written at ``path`` of a document, or everything that is wrong with it (never an empty list)."""
    problems: list[Problem] = []
    condition = _bounded_condition(Place(value, path, problems))
    return problems or condition


def _rule(place: Place) -> Rule:
    fields = place.fields(("key", "title", "when", "then"), ("stop",))
    when, written = _bounded_condition(fields["when"]), fields["then"].items()
    if len(written) > MAX_ACTIONS:
        fields["then"].wrong("rule.too_many_actions", limit=str(MAX_ACTIONS))
        written = []
    then = tuple(action for each in written for action in _action(each))
    return Rule(fields["key"].key(), fields["title"].translated(), when, then, fields["stop"].flag())


def _bounded_condition(place: Place) -> Condition:
    nodes = written = 0
    waiting = [place.value]
    while waiting:
        node = waiting.pop()
        nodes += isinstance(node, list | tuple | Mapping)
        if isinstance(node, list | tuple):
            waiting += node[: MAX_NODES + 1]
        elif isinstance(node, Mapping):
            written += "fact" in node
            waiting += [node[name] for name in ("all", "any", "not") if name in node]
        if written > MAX_CONDITIONS or nodes > MAX_NODES:
            place.wrong("rule.too_many_conditions", limit=str(MAX_CONDITIONS))
            return AnyOf(())
    return _condition(place, MAX_DEPTH)


def _condition(place: Place, depth: int) -> Condition:
    table = place.value if isinstance(place.value, Mapping) else {}
    if depth == 0:
        place.wrong("rule.too_deep", limit=str(MAX_DEPTH))
    elif "all" in table:
        return All(_parts(place.fields(("all",))["all"], depth - 1))
    elif "any" in table:
        return AnyOf(_parts(place.fields(("any",))["any"], depth - 1))
    elif "not" in table:
        return Not(_condition(place.fields(("not",))["not"], depth - 1))
    elif place.value is not None:
        return _leaf(place)
    return AnyOf(())


def _parts(place: Place, depth: int) -> tuple[Condition, ...]:
    return tuple(_condition(part, depth) for part in place.items())


def _leaf(place: Place) -> Leaf:
    fields = place.fields(("fact", "is"), ("value",))
    return Leaf(fields["fact"].text(), fields["is"].text(), _value(fields["value"]))


def _value(place: Place) -> Value:
    if not isinstance(place.value, list | tuple):
        return None if place.value is None else _scalar(place)
    if len(place.value) > MAX_VALUES:
        place.wrong("rule.too_many_values", limit=str(MAX_VALUES), count=str(len(place.value)))
        return None
    values = [_scalar(part) for part in place.items()]
    return tuple(value for value in values if value is not None)


def _scalar(place: Place) -> Scalar | None:
    match place.value:
        case bool():
            return place.value
        case str() if len(place.value) > LONGEST_VALUE:
            place.wrong("rule.value_too_long", limit=str(LONGEST_VALUE))
        case int() | float() if not -LARGEST_NUMBER <= place.value <= LARGEST_NUMBER:
            place.wrong("rule.number_too_large", most=f"{LARGEST_NUMBER:,}")
        case str() | int() | float():
            return place.value
        case _:
            place.wrong("rule.not_a_value")
    return None


def _action(place: Place) -> Iterator[Action]:
    table = place.value if isinstance(place.value, Mapping) else {}
    if len(table) != 1:
        place.wrong("rule.one_action", known=", ".join(ACTIONS))
        return
    for name, inner in place.fields((), tuple(ACTIONS)).items():
        if name in table:
            inner.needed()
            yield ACTIONS[name](inner)


def _set_type(place: Place) -> SetType:
    return SetType(place.word(FeedbackType) or "")


def _set_priority(place: Place) -> SetPriority:
    return SetPriority(place.word(Priority) or "")


def _add_tag(place: Place) -> AddTag:
    tag = place.text()
    if len(tag) > LONGEST_TAG or unreadable(tag):
        place.wrong("rule.bad_tag", limit=str(LONGEST_TAG))
    return AddTag(tag)


def _route(place: Place) -> Route:
    parts = place.fields((), ("process", "team", "member"))
    if isinstance(place.value, Mapping) and all(part.value is None for part in parts.values()):
        place.wrong("rule.empty_route")
    return Route(**{name: part.key() for name, part in parts.items() if part.value is not None})


def _open(place: Place) -> Open:
    fields = place.fields(("system", "template"))
    return Open(fields["system"].key(), fields["template"].key())


def _follow_up(place: Place) -> Open:
    return Open(CRM, place.fields(("template",))["template"].key())


def _reward(place: Place) -> Reward:
    fields = place.fields(("points",), ("template",))
    points = fields["points"].value
    if points is not None and (
        isinstance(points, bool) or not isinstance(points, int) or not 0 < points <= MOST_POINTS
    ):
        fields["points"].wrong("rule.not_points", most=str(MOST_POINTS))
        points = 0
    return Reward(points or 0, fields["template"].key() or None)


def _bare(action: Action) -> Callable[[Place], Action]:
    def read(place: Place) -> Action:
        if place.value is not True:
            place.wrong("rule.only_true")
        return action

    return read


# What a rule can do, by the word in the document.
ACTIONS: Mapping[str, Callable[[Place], Action]] = {
    "set_type": _set_type,
    "set_priority": _set_priority,
    "add_tag": _add_tag,
    "route": _route,
    "tell": read_tell,
    "cc": lambda place: read_tell(place, copy=True),
    "open": _open,
    "follow_up": _follow_up,
    "reward": _reward,
    "hold_for_review": _bare(HoldForReview()),
    "mark_spam": _bare(MarkSpam()),
}
