"""Rule sets as data."""

from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, Rule, RuleSet


def test_a_set_asks_for_the_facts_of_all_its_rules() -> None:
    deep = All(
        (Leaf("rating", "less", 3), Not(AnyOf((Leaf("text", "matches", "x"), Leaf("batch_count_30d", "exists")))))
    )
    conditions: list[Condition] = [deep, Leaf("rating", "exists"), All(())]
    rules = [Rule(str(place), {}, when, ()) for place, when in enumerate(conditions)]
    assert RuleSet("set", "received", tuple(rules)).facts_asked == {"rating", "text", "batch_count_30d"}
    assert RuleSet("set", "received", ()).facts_asked == frozenset()
