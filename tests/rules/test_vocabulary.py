"""The vocabulary says all that an editor needs, and the same as those who read, check and evaluate rules."""

import pytest

from voxloop.domain.decision import RECIPIENT_KINDS
from voxloop.domain.problems import InvalidDocument, Known, is_sound
from voxloop.domain.rule_reader import ACTIONS as READ
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import Leaf, Occasion, Scalar, Value
from voxloop.domain.texts import LANGUAGES, texts
from voxloop.rules import evaluator
from voxloop.rules.checker import check_rule_set
from voxloop.rules.condition_checker import check_condition
from voxloop.rules.evaluator import holds
from voxloop.rules.vocabulary import (
    ACTIONS,
    FACTS,
    LIMITS,
    OPERATORS,
    OPERATORS_OF,
    ActionKind,
    Fact,
    FactType,
    Form,
    Parameter,
    ParameterType,
    Producer,
    Shape,
)

TITLE = {"zh-CN": "标题", "en": "Title"}
KNOWN = Known(*(frozenset({"some", "crm", "notice_rule", "notice_copy"}) for _ in range(6)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_a_name(language: str) -> None:
    parameters = [parameter for kind in ACTIONS.values() for parameter in kind.parameters]
    wanted = {f"producer.{producer}" for producer in Producer}
    wanted |= {f"occasion.{occasion}" for occasion in Occasion} | {f"limit.{name}" for name in LIMITS}
    wanted |= {f"operator.{name}" for name in OPERATORS} | {f"action.{name}" for name in ACTIONS}
    wanted |= {f"fact.{name}" for name in FACTS} | {f"unit.{fact.unit}" for fact in FACTS.values() if fact.unit}
    wanted |= {f"{name}.{value}" for name, fact in FACTS.items() for value in fact.allowed or ()}
    wanted |= {f"parameter.{name}" for parameter in parameters for name in (parameter.name, *parameter.refers_to)}
    wanted |= {f"{parameter.labels}.{value}" for parameter in parameters for value in parameter.allowed}
    assert wanted - texts(language).keys() == set()


def test_the_actions_are_those_that_are_read() -> None:
    assert list(ACTIONS) == list(READ)


def sample(parameter: Parameter) -> object:
    match parameter.type:
        case ParameterType.WORD:
            return list(parameter.allowed) if parameter.several else parameter.allowed[0]
        case ParameterType.NUMBER:
            return parameter.most
        case ParameterType.RECIPIENT:
            return {parameter.refers_to[0]: "some"}
        case ParameterType.TEXT:
            return "x" * (parameter.most or 1)
        case ParameterType.KEY:
            return "some"


def written(kind: ActionKind, without: str = "", **more: object) -> object:
    values = {parameter.name: sample(parameter) for parameter in kind.parameters if parameter.name != without} | more
    return {Form.TRUE: True, Form.VALUE: next(iter(values.values()), None), Form.TABLE: values}[kind.form]


def problems(name: str, action: object) -> list[str]:
    rule = {"key": "one", "title": TITLE, "when": {"all": []}, "then": [{name: action}]}
    return [problem.code for problem in check_rule_set({"key": "test", "rules": [rule]}, KNOWN)]


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_written_as_the_vocabulary_says(name: str) -> None:
    kind = ACTIONS[name]
    assert problems(name, written(kind)) == []
    for parameter in kind.parameters:
        without = problems(name, written(kind, without=parameter.name))
        assert bool(without) is parameter.required
        if parameter.most is not None:
            beyond = parameter.most + 1
            over: object = beyond if parameter.type is ParameterType.NUMBER else "x" * beyond
            assert len(problems(name, written(kind, parameter.name, **{parameter.name: over}))) == 1
    if kind.form is Form.TABLE:
        assert problems(name, written(kind, another="some")) == ["document.unknown_key"]
        assert bool(problems(name, {})) is (kind.needs_any or any(each.required for each in kind.parameters))


@pytest.mark.parametrize("to", [*ACTIONS["tell"].parameters[0].allowed, *({kind: "some"} for kind in RECIPIENT_KINDS)])
def test_a_recipient_is_a_word_or_a_key_of_its_kind(to: object) -> None:
    assert problems("tell", {"to": to}) == []


def two_values(fact: Fact) -> tuple[Scalar, Scalar]:
    """Values that the fact can have, the lower first."""
    if fact.type is FactType.BOOL:
        return False, True
    if fact.type is FactType.NUMBER:
        return fact.least or 0, 1 if fact.most is None else fact.most
    first, second, *_ = fact.allowed or ("a", "b")
    return first, second


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_can_be_asked_by_each_of_its_operators(name: str) -> None:
    low, high = two_values(FACTS[name])
    of_shape: dict[Shape, Value] = {
        Shape.NOTHING: None,
        Shape.ONE: high,
        Shape.RANGE: (low, high),
        Shape.SEVERAL: (low,),
        Shape.PATTERN: "a",
    }
    for operator in OPERATORS_OF[FACTS[name].type]:
        value = low if operator == "more" else of_shape[OPERATORS[operator].shape]
        leaf = Leaf(name, operator, value)
        assert is_sound(check_condition(leaf, ""))
        facts: list[dict[str, object]] = [{}, {name: low}, {name: high}]
        assert True in [holds(leaf, each) for each in facts]


def test_the_operators_are_those_that_are_evaluated() -> None:
    assert set(OPERATORS) == {*evaluator._OPERATORS, "missing"}


def of_size(limit: str, size: int) -> dict[str, object]:
    low: dict[str, object] = {"fact": "rating", "is": "less", "value": 3}
    rules: list[dict[str, object]] = [{"key": "one", "title": TITLE, "when": low, "then": [{"mark_spam": True}]}]
    body: dict[str, object] = {"key": "test", "rules": rules}
    match limit:
        case "rules":
            return body | {"rules": rules * size}
        case "facts":
            asked = [{"fact": f"fact_{number}", "is": "exists"} for number in range(size)]
            return body | {"rules": [{**rules[0], "key": f"rule_{n}", "when": when} for n, when in enumerate(asked)]}
        case "cases":
            return body | {"cases": [{"title": str(n), "facts": {}, "expect": {"spam": True}} for n in range(size)]}
        case "actions":
            rules[0]["then"] = [{"mark_spam": True}] * size
        case "title_length":
            rules[0]["title"] = dict.fromkeys(LANGUAGES, "x" * size)
        case _:
            rules[0]["when"] = condition_of_size(limit, size)
    return body


def condition_of_size(limit: str, size: int) -> dict[str, object]:
    low: dict[str, object] = {"fact": "rating", "is": "less", "value": 3}
    match limit:
        case "conditions":
            return {"all": [low] * size}
        case "depth":
            return low if size == 1 else {"not": condition_of_size(limit, size - 1)}
        case "values":
            return {"fact": "form", "is": "in", "value": ["a"] * size}
        case "value_length":
            return {"fact": "form", "is": "equals", "value": "x" * size}
        case _:
            return low | {"value": size}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_where_reading_ends(limit: str) -> None:
    read_rule_set(of_size(limit, LIMITS[limit]))
    with pytest.raises(InvalidDocument):
        read_rule_set(of_size(limit, LIMITS[limit] + 1))
