"""Who gets a step, and what is said of everybody who does not."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from voxloop.domain.assignment import Candidate, Choice, Code, Ground, Wish, choose
from voxloop.domain.process import Strategy
from voxloop.domain.texts import LANGUAGES, texts

BACK = datetime(2026, 3, 9, tzinfo=UTC)
TURNS, LOAD, SKILL = Strategy.ROUND_ROBIN, Strategy.LEAST_LOADED, Strategy.SKILL


def someone(key: str, **traits: Any) -> Candidate:
    traits |= {name: frozenset(traits.get(name, "").split()) for name in ("skills", "products", "regions")}
    return Candidate(key, **traits)


def wish(strategy: Strategy, skills: str = "", products: str = "", **more: Any) -> Wish:
    return Wish(strategy, frozenset(skills.split()), frozenset(products.split()), **more)


def codes(choice: Choice) -> dict[str, Code]:
    assert len({each.member for each in choice.why}) == len(choice.why), "somebody is told twice"
    return {each.member: each.code for each in choice.why}


def said(choice: Choice, member: str) -> dict[str, Any]:
    return next(dict(each.params) for each in choice.why if each.member == member)


def test_under_manual_nobody_gets_it_and_those_who_could_are_named() -> None:
    choice = choose(wish(Strategy.MANUAL), [someone("an"), someone("bo", capacity=1, load=1)])
    assert (choice.member, codes(choice)) == (None, {"an": Code.LEFT_TO_PEOPLE, "bo": Code.FULL})


def test_turns_go_to_who_had_hers_longest_ago() -> None:
    choice = choose(wish(TURNS), [someone("an", last=7), someone("bo", last=3), someone("cy", last=5)])
    assert codes(choice) == {"bo": Code.TAKEN, "cy": Code.NOT_NEXT, "an": Code.NOT_NEXT}
    assert (said(choice, "cy")["turn"], said(choice, "an")["turn"]) == (2, 3)


def test_who_never_had_a_turn_comes_first() -> None:
    assert choose(wish(TURNS), [someone("an", last=1), someone("bo")]).member == "bo"


def test_load_counts_for_what_somebody_has_room_for() -> None:
    choice = choose(wish(LOAD), [someone("an", load=3, capacity=4), someone("bo", load=5, capacity=20)])
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.MORE_LOADED}
    assert said(choice, "an") == {"load": 3, "capacity": 4}


def test_without_a_capacity_load_counts_as_if_she_had_the_largest() -> None:
    others = [someone("an", load=1, capacity=4), someone("bo", load=3, capacity=10)]
    assert choose(wish(LOAD), [*others, someone("cy", load=2)]).member == "cy"  # 2 of 10
    assert choose(wish(LOAD), [*others, someone("cy", load=3)]).member == "an"


def test_where_nobody_has_a_capacity_plain_counts_are_compared() -> None:
    assert choose(wish(LOAD), [someone("an", load=2), someone("bo", load=1)]).member == "bo"


def test_among_equally_loaded_turns_decide_and_then_keys() -> None:
    pair = [someone("an", load=1, capacity=2, last=9), someone("bo", load=2, capacity=4, last=8)]
    choice = choose(wish(LOAD), pair)
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.NOT_NEXT}
    assert choose(wish(LOAD), [someone("bo"), someone("an")]).member == "an"


def test_by_skill_most_of_the_wanted_skills_come_first() -> None:
    choice = choose(
        wish(SKILL, "french gas"),
        [someone("an", skills="gas"), someone("bo", skills="gas french law"), someone("cy", skills="law")],
    )
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.LESS_SKILLED, "cy": Code.NOT_SKILLED}
    assert said(choice, "an")["skills"] == ["french"]


def test_by_skill_specialists_are_kept_free() -> None:
    pair = [someone("an", skills="gas law french"), someone("bo", skills="gas", load=5)]
    choice = choose(wish(SKILL, "gas"), pair)
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.MORE_SPECIALISED}
    assert said(choice, "an")["skills"] == ["french", "law"]


def test_by_skill_load_decides_among_equally_able() -> None:
    pair = [someone("an", skills="gas", load=2), someone("bo", skills="gas", load=1)]
    assert codes(choose(wish(SKILL, "gas"), pair)) == {"bo": Code.TAKEN, "an": Code.MORE_LOADED}


def test_under_other_strategies_all_wanted_skills_are_needed() -> None:
    pair = [someone("an", skills="gas"), someone("bo", skills="gas french", load=9)]
    choice = choose(wish(LOAD, "gas french"), pair)
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.NOT_SKILLED}
    assert said(choice, "an") == {"skills": ["french"]}


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        ({"products": "cleaning"}, Code.OTHER_PRODUCT),
        ({"products": "kitchen"}, None),
        ({"products": "fryer cleaning"}, None),
        ({"regions": "华南"}, Code.OTHER_REGION),
        ({"regions": "华南 华东"}, None),
        ({"capacity": 2, "load": 2}, Code.FULL),
        ({"capacity": 0}, Code.FULL),
        ({"capacity": 3, "load": 2}, None),
        ({"away_until": BACK}, Code.ABSENT),
    ],
)
def test_who_cannot_have_it(traits: dict[str, Any], code: Code | None) -> None:
    choice = choose(wish(TURNS, products="kitchen fryer", region="华东"), [someone("an", **traits)])
    assert (choice.member, codes(choice)["an"]) == ((None, code) if code else ("an", Code.TAKEN))


def test_what_names_no_product_and_no_region_may_be_anybodys() -> None:
    assert choose(wish(TURNS), [someone("an", products="kitchen", regions="华东")]).member == "an"


def test_who_is_on_duty_comes_first_however_loaded() -> None:
    choice = choose(wish(LOAD), [someone("an", at_work=False), someone("bo", load=9)])
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.OFF_DUTY}


def test_when_nobody_who_could_have_it_is_on_duty_the_others_are_asked() -> None:
    choice = choose(wish(LOAD), [someone("an", at_work=False), someone("bo", load=1, capacity=1)])
    assert codes(choice) == {"an": Code.TAKEN, "bo": Code.FULL}
    assert said(choice, "an")["on_duty"] is False


def test_without_candidates_nobody_gets_it() -> None:
    assert choose(wish(LOAD), []) == Choice(None, LOAD, [])


def theirs(person: str | None, ground: Ground = Ground.ACCOUNT_OWNER, **more: Any) -> Wish:
    own = {Ground.ACCOUNT_OWNER: Strategy.ACCOUNT_OWNER, Ground.SAME_AS: Strategy.SAME_AS}
    return wish(own.get(ground, TURNS), ground=ground, person=person, **more)


def test_the_account_owner_gets_it_however_loaded_and_off_duty() -> None:
    choice = choose(theirs("bo"), [someone("an"), someone("bo", load=9, at_work=False)])
    assert (choice.strategy, codes(choice)) == (Ground.ACCOUNT_OWNER, {"bo": Code.TAKEN, "an": Code.NOT_OWNER})


def test_whose_it_is_need_not_be_of_the_team() -> None:
    choice = choose(theirs("zo", Ground.SAME_AS), [someone("an"), someone("zo", of_team=False)])
    assert codes(choice) == {"zo": Code.TAKEN, "an": Code.NOT_OWNER}


def test_when_she_cannot_have_it_the_least_loaded_gets_it_and_her_reason_is_told() -> None:
    full = someone("zo", of_team=False, capacity=1, load=1)
    choice = choose(theirs("zo"), [someone("an", load=1), someone("bo"), full])
    assert choice.strategy is LOAD
    assert codes(choice) == {"bo": Code.TAKEN, "an": Code.MORE_LOADED, "zo": Code.FULL}


@pytest.mark.parametrize("person", [None, "gone"])
def test_when_it_is_nobodys_the_least_loaded_gets_it(person: str | None) -> None:
    assert choose(theirs(person), [someone("an", load=1), someone("bo")]).member == "bo"


def test_whom_a_rule_named_gets_it_although_she_is_full() -> None:
    named = choose(theirs("an", Ground.NAMED), [someone("an", capacity=1, load=1), someone("bo")])
    assert (named.member, named.strategy) == ("an", Ground.NAMED)


def test_whom_a_rule_named_does_not_get_it_while_she_is_away() -> None:
    named = choose(theirs("an", Ground.NAMED), [someone("an", away_until=BACK), someone("bo", last=4)])
    assert (named.strategy, codes(named)) == (TURNS, {"bo": Code.TAKEN, "an": Code.ABSENT})


def test_what_would_be_hers_goes_to_her_substitute() -> None:
    team = [someone("an"), someone("bo", away_until=BACK, substitute="cy"), someone("cy", load=9)]
    choice = choose(theirs("bo"), team)
    assert codes(choice) == {"cy": Code.TAKEN, "bo": Code.ABSENT, "an": Code.NOT_OWNER}
    assert said(choice, "cy")["instead_of"] == ["bo"]
    assert said(choice, "bo") == {"until": BACK.isoformat(), "substitute": "cy"}


def test_a_substitute_who_is_away_too_has_hers_asked() -> None:
    team = [
        someone("an", away_until=BACK, substitute="bo"),
        someone("bo", away_until=BACK, substitute="cy"),
        someone("cy"),
    ]
    assert choose(theirs("an", Ground.SAME_AS), team).member == "cy"


def test_substitutes_in_a_circle_lead_to_the_others() -> None:
    circle = [someone("an", away_until=BACK, substitute="bo"), someone("bo", away_until=BACK, substitute="an")]
    choice = choose(theirs("an"), [*circle, someone("cy")])
    assert codes(choice) == {"cy": Code.TAKEN, "an": Code.ABSENT, "bo": Code.ABSENT}


def test_a_substitute_who_cannot_have_it_does_not_get_it() -> None:
    away = someone("an", away_until=BACK, substitute="bo")
    choice = choose(theirs("an"), [away, someone("bo", capacity=1, load=1), someone("cy", load=8)])
    assert codes(choice) == {"cy": Code.TAKEN, "an": Code.ABSENT, "bo": Code.FULL}


def test_who_stands_in_from_outside_takes_a_place_in_the_team() -> None:
    team = [someone("an", last=2), someone("bo", away_until=BACK, substitute="zo"), someone("zo", of_team=False)]
    choice = choose(wish(TURNS), team)
    assert codes(choice) == {"zo": Code.TAKEN, "an": Code.NOT_NEXT, "bo": Code.ABSENT}
    assert said(choice, "zo")["instead_of"] == ["bo"]


def test_who_stands_in_for_a_colleague_of_the_team_has_one_place() -> None:
    team = [someone("an", load=1), someone("bo", away_until=BACK, substitute="cy"), someone("cy", load=2)]
    assert choose(wish(LOAD), team).member == "an"


def test_who_stands_in_for_somebody_of_another_team_is_not_asked() -> None:
    stranger = someone("yu", of_team=False, away_until=BACK, substitute="zo")
    choice = choose(wish(LOAD), [someone("an", load=5), stranger, someone("zo", of_team=False)])
    assert codes(choice) == {"an": Code.TAKEN}


def test_what_somebody_had_goes_on_to_others_while_she_is_away() -> None:
    handed = choose(theirs("an", Ground.HANDED_OVER), [someone("an", away_until=BACK), someone("bo")])
    assert (handed.strategy, codes(handed)) == (TURNS, {"bo": Code.TAKEN, "an": Code.ABSENT})


def test_every_candidate_is_told_of_whatever_the_case() -> None:
    random = Random(7)
    for _ in range(2_000):
        team = [_anybody(random, str(number)) for number in range(random.randrange(1, 7))]
        strategy = random.choice(list(Strategy))
        ground = random.choice([None, *Ground])
        asked = wish(strategy, random.choice(["", "a", "a b"]), random.choice(["", "p"]), ground=ground)
        person = random.choice([None, *(each.key for each in team)])
        choice = choose(Wish(asked.strategy, asked.skills, asked.products, None, ground, person), team)
        assert codes(choice).keys() == {each.key for each in team}
        taken = [each.member for each in choice.why if each.code is Code.TAKEN]
        assert taken == ([choice.member] if choice.member else [])


def _anybody(random: Random, key: str) -> Candidate:
    return someone(
        key,
        skills=random.choice(["", "a", "a b", "b c"]),
        products=random.choice(["", "p", "q"]),
        capacity=random.choice([None, 1, 5]),
        load=random.randrange(4),
        last=random.randrange(9),
        at_work=random.random() < 0.7,
        away_until=BACK if random.random() < 0.3 else None,
        substitute=str(random.randrange(6)),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_be_said_has_words(language: str) -> None:
    known = texts(language)
    assert [code for code in Code if f"why.{code}" not in known] == []
    grounds = [*Strategy, *Ground, "claimed", "reassigned"]
    assert [each for each in grounds if f"assigned.{each}" not in known or f"strategy.{each}" not in known] == []
