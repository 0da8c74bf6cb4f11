"""A set is tried on facts made from what it asks."""

from voxloop.domain.rules import HoldForReview, Leaf, Rule, RuleSet
from voxloop.rules.trial import generated_facts, trial_problems


def test_good_set_has_no_problems() -> None:
    assert trial_problems(rule_set(Leaf("text", "contains_any", ("退款", "漏水")), Leaf("rating", "less", 3))) == []


def test_generated_facts_are_the_same_each_time_and_cover_both_answers() -> None:
    rules = rule_set(Leaf("rating", "less", 3), Leaf("text", "contains_any", ("退款",)))
    facts = list(generated_facts(rules, 50))
    assert facts == list(generated_facts(rules, 50))
    assert {"rating" in item for item in facts} == {True, False}
    assert any("退款" in str(item.get("text")) for item in facts)


def rule_set(*leaves: Leaf) -> RuleSet:
    rules = (Rule(f"rule_{place}", {}, leaf, (HoldForReview(),)) for place, leaf in enumerate(leaves))
    return RuleSet("test", "received", tuple(rules))
