"""A set is tried where it can do no harm."""

from voxloop.domain.rules import HoldForReview, Leaf, Rule, RuleSet
from voxloop.rules.trial import generated_facts, try_rule_set


def test_good_set_has_no_problems() -> None:
    assert try_rule_set(rule_set(Leaf("text", "contains_any", ("退款", "漏水")), Leaf("rating", "less", 3))) == []


def test_hang_is_a_problem() -> None:
    problems = try_rule_set(rule_set(Leaf("text", "matches", "(a+)+$")), seconds=3)
    assert [problem.code for problem in problems] == ["rule.engine_timeout"]


def test_crash_is_a_problem() -> None:
    problems = try_rule_set(rule_set(*(Leaf("rating", "less", n) for n in range(1_000))), memory=1 << 20)
    assert [problem.code for problem in problems] == ["rule.engine_crashed"]


def test_generated_facts_are_the_same_each_time_and_cover_both_answers() -> None:
    rules = rule_set(Leaf("rating", "less", 3), Leaf("text", "contains_any", ("退款",)))
    facts = list(generated_facts(rules, 50))
    assert facts == list(generated_facts(rules, 50))
    assert {"rating" in item for item in facts} == {True, False}
    assert any("退款" in str(item.get("text")) for item in facts)


def rule_set(*leaves: Leaf) -> RuleSet:
    rules = (Rule(f"rule_{place}", {}, leaf, (HoldForReview(),)) for place, leaf in enumerate(leaves))
    return RuleSet("test", "received", tuple(rules))
