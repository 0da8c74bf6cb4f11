"""A rule editor that knows nothing but what ``vocabulary`` says: how anything is written is told there."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

Told = dict[str, Any]
VOCABULARY = """query ($language: Language) { vocabulary {
  facts { value label(language: $language) type producer allowed { value label(language: $language) }
          least most whole later unit { label(language: $language) } operators { value } }
  operators { value label(language: $language) shape types }
  joints { value label(language: $language) }
  actions { value label(language: $language) form needsAny parameters {
    value label(language: $language) type required several least most allowed { value label(language: $language) }
    refersTo { value label(language: $language) keys { value label(language: $language) } } } }
  occasions { value label(language: $language) } limits { value label(language: $language) most } example } }"""


def rule_set(told: Told, key: str) -> Told:
    """A set that asks every fact everything that can be asked of it, and does all that can be done."""
    conditions = [condition for fact in told["facts"] for condition in _conditions(told, fact)]
    actions = [action for action in told["actions"] for action in _actions(action)]
    assert len(conditions) > len(actions)  # so that none is left out
    done = cycle(actions)
    rules = [
        {"key": f"rule_{number}", "title": {"zh-CN": "规则", "en": "Rule"}, "when": condition, "then": [next(done)]}
        for number, condition in enumerate(conditions)
    ]
    joined = {"all": [{"any": conditions[:2]}, {"not": {"all": conditions[2:4]}}]}
    assert {"all", "any", "not"} == {joint["value"] for joint in told["joints"]}
    body: Told = told["example"] | {"key": key, "cases": []}
    return body | {"rules": [*rules, rules[0] | {"key": "joined", "when": joined}]}


def _conditions(told: Told, fact: Told) -> Iterator[Told]:
    shapes = {operator["value"]: operator["shape"] for operator in told["operators"]}
    low, high = _values(fact)
    for operator in fact["operators"]:
        name = operator["value"]
        condition = {"fact": fact["value"], "is": name}
        match shapes[name]:
            case "NOTHING":
                yield condition
            case "ONE":  # something that an item can be, on either side of it
                yield condition | {"value": low if name in ("more", "at_least", "equals") else high}
            case "RANGE":
                yield condition | {"value": [low, high]}
            case "SEVERAL":
                yield condition | {"value": [low]}
            case "PATTERN":
                yield condition | {"value": f"{low}.?"}


def _values(fact: Told) -> tuple[Any, Any]:
    """Two values that the fact can have, the lower first."""
    if fact["allowed"] is not None:
        return fact["allowed"][0]["value"], fact["allowed"][-1]["value"]
    if fact["type"] == "NUMBER":
        low = 0 if fact["least"] is None else fact["least"]
        high = low + 10 if fact["most"] is None else fact["most"]
        return (int(low), int(high)) if fact["whole"] else (low, high)
    return (False, True) if fact["type"] == "BOOL" else ("one", "two")


def _actions(action: Told) -> Iterator[Told]:
    """Each way in which the action can be written, as far as its parameters tell."""
    parameters = action["parameters"]
    if action["form"] == "TRUE":
        yield {action["value"]: True}
        return
    if action["form"] == "VALUE":
        [parameter] = parameters
        yield from ({action["value"]: value} for value in _arguments(parameter))
        return
    whole = {parameter["value"]: next(_arguments(parameter)) for parameter in parameters}
    for parameter in parameters:
        for value in _arguments(parameter):
            yield {action["value"]: whole | {parameter["value"]: value}}
    yield {action["value"]: {each["value"]: whole[each["value"]] for each in parameters if each["required"]} or whole}


def _arguments(parameter: Told) -> Iterator[Any]:
    several = [word["value"] for word in parameter["allowed"]]
    match parameter["type"]:
        case "NUMBER":
            yield from (parameter["least"], parameter["most"])
        case "TEXT":
            yield "x" * parameter["most"]
        case "WORD" if parameter["several"]:
            yield several
        case "WORD":
            yield from several
        case "KEY":
            [kind] = parameter["refersTo"]
            yield kind["keys"][0]["value"]
        case "RECIPIENT":
            yield from several
            yield from ({kind["value"]: kind["keys"][0]["value"]} for kind in parameter["refersTo"])
