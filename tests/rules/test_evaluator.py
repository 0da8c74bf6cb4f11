"""What conditions mean, and what the nearest miss is."""

import pytest

from voxloop.domain.decision import Nearest
from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import All, AnyOf, HoldForReview, Leaf, Not, Rule, RuleSet, Value, as_document
from voxloop.rules.evaluator import fired, holds, nearest_miss


@pytest.mark.parametrize(
    ("fact", "operator", "value", "expected"),
    [
        (3, "equals", 3.0, True),
        (True, "equals", 1, False),
        ("3", "equals", 3, False),
        ("3", "not_equals", 3, False),
        ("web", "not_equals", "app", True),
        ("", "equals", "", True),
        ("web", "in", ("app", "web"), True),
        ("web", "not_in", ("app", "api"), True),
        (3, "not_in", ("app",), False),
        ("web", "not_in", (), False),
        (2, "less", 3, True),
        (3, "less", 3, False),
        (True, "less", 3, False),
        ("2", "less", 3, False),
        (3, "at_most", 3, True),
        (3, "more", 2.5, True),
        (float("nan"), "at_least", 0, False),
        (float("nan"), "missing", None, True),
        (5, "between", (1, 5), True),
        (6, "between", (1, 5), False),
        ("我要退款", "contains_any", ("退货", "退款"), True),
        ("我要退款", "contains_all", ("退货", "退款"), False),
        ("Refund NOW", "contains_any", ("refund",), True),
        (["a", "b"], "contains_all", ("a", "b"), True),
        ([1], "contains_any", (True,), False),
        ("型号A-12坏了", "matches", r"[a-z]-\d{2}", True),
        ("漏水", "matches", "(", False),
        ("漏水", "contains_any", (1, ""), True),
        ("漏水", "contains_all", (), False),
        (10**400, "more", 1e300, True),
        ("web", "exists", None, True),
        ("", "missing", None, False),
    ],
)
def test_comparison(fact: object, operator: str, value: Value, expected: bool) -> None:
    assert holds(Leaf("fact", operator, value), {"fact": fact}) is expected


@pytest.mark.parametrize("facts", [{}, {"rating": None}])
def test_absent_fact_makes_every_comparison_false_and_its_negation_true(facts: dict[str, object]) -> None:
    for operator in ("equals", "not_equals", "less", "at_least"):
        leaf = Leaf("rating", operator, 3)
        assert not holds(leaf, facts)
        assert holds(Not(leaf), facts)
    assert not holds(Leaf("rating", "not_in", (3,)), facts)
    assert holds(Leaf("rating", "missing"), facts)


def test_empty_groups() -> None:
    assert holds(All(()), {})
    assert not holds(AnyOf(()), {})


def test_stop_ends_the_looking() -> None:
    rules = rule_set(
        rule("one", Leaf("rating", "less", 3)),
        rule("two", Leaf("rating", "less", 2), stop=True),
        rule("three", All(())),
    )
    assert fired(rules, {"rating": 2}) == ["one", "three"]
    assert fired(rules, {"rating": 1}) == ["one", "two"]


def test_nearest_is_the_rule_with_the_fewest_failing_comparisons() -> None:
    low, web, vip = (
        Leaf("rating", "less", 3),
        Leaf("channel", "equals", "web"),
        Leaf("customer_level", "equals", "vip"),
    )
    rules = rule_set(rule("far", All((low, vip))), rule("near", All((web, Not(low), vip))), rule("single", vip))
    nearest = nearest_miss(rules, {"channel": "web", "rating": 4})
    assert nearest == Nearest("near", {"fact": "customer_level", "is": "equals", "value": "vip"})


def test_nearest_names_a_negated_comparison_and_skips_what_never_fires_or_was_not_looked_at() -> None:
    low = Leaf("rating", "less", 3)
    rules = rule_set(
        rule("never", AnyOf(())), rule("negated", Not(low)), rule("stops", All(()), stop=True), rule("late", low)
    )
    nearest = nearest_miss(rules, {"rating": 1})
    assert nearest == Nearest("negated", {"not": {"fact": "rating", "is": "less", "value": 3}})
    assert nearest_miss(rules, {"rating": 4}) is None


def test_condition_is_read_back_from_its_document() -> None:
    condition = All((Leaf("rating", "between", (1, 2)), AnyOf((Not(Leaf("form", "exists")),))))
    assert read_condition(as_document(condition), "if") == condition


def rule(key: str, when: Leaf | All | AnyOf | Not, stop: bool = False) -> Rule:
    return Rule(key, {"zh-CN": key, "en": key}, when, (HoldForReview(),), stop)


def rule_set(*rules: Rule) -> RuleSet:
    return RuleSet("test", "received", rules)
