"""A judge decides in a process of its own: what hangs or ends that process harms nobody, and is told in words."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from voxloop.domain.documents import Kind
from voxloop.domain.problems import Known
from voxloop.domain.rules import AddTag, All, AnyOf, HoldForReview, Leaf, Rule, RuleSet
from voxloop.rules.decide import by_reference
from voxloop.rules.judge import Judge, JudgeFailed, JudgeLost, Limits

HOSTILE = (sys.executable, "-m", "voxloop.tests.rules.hostile")
ORPHAN = """
import runpy, sys
from voxloop.rules import judge_process
judge_process.LONGEST_SECONDS = 1
sys.argv[1:] = [str(1 << 31)]
runpy.run_module("voxloop.tests.rules.hostile", run_name="__main__")
"""
HASTY = Limits(decide_seconds=1.0, check_seconds=3.0)
LOW = Leaf("rating", "less", 3)


def rule_set(*conditions: Leaf | All | AnyOf) -> RuleSet:
    rules = (Rule(f"rule_{place}", {}, when, (AddTag(str(place)),)) for place, when in enumerate(conditions))
    return RuleSet("test", "received", tuple(rules))


@pytest.fixture
async def judge() -> AsyncIterator[Judge]:
    async with Judge() as judge:
        yield judge


@pytest.fixture
async def hostile() -> AsyncIterator[Judge]:
    async with Judge(HOSTILE, HASTY) as judge:
        await judge.start()
        yield judge


async def test_decides_as_the_reference_does(judge: Judge) -> None:
    rules = rule_set(LOW, Leaf("text", "contains_any", ("漏水",)), All(()))
    facts = {"rating": 2, "text": "一直漏水"}
    decision = await judge.decide("v1", rules, facts)
    expected = by_reference(rules, facts)
    assert decision.explanation.engine == "durable-rules"
    assert replace(decision, explanation=replace(decision.explanation, engine="reference")) == expected


async def test_versions_are_kept_apart(judge: Judge) -> None:
    low, always = rule_set(LOW), rule_set(All(()), All(()))
    seen = [
        (await judge.decide(version, rules, {"rating": 1})).tags for version, rules in [("a", low), ("b", always)] * 2
    ]
    assert seen == [("0",), ("0", "1")] * 2


async def test_more_rules_than_a_process_may_hold_are_decided_by_several_in_turn() -> None:
    sets = [rule_set(Leaf("rating", "equals", number)) for number in range(7)]
    engines = []
    async with Judge(limits=Limits(rules=3)) as judge:
        for number, rules in enumerate(sets):
            decision = await judge.decide(str(number), rules, {"rating": number})
            assert decision.tags == ("0",)
            engines.append(decision.explanation.engine)
            await judge.start()
    assert engines == [*(["durable-rules"] * 3), "reference", *(["durable-rules"] * 3)]


@pytest.mark.parametrize("operator", ["hangs", "crashes", "eats"])
async def test_an_item_is_decided_although_the_process_is_lost(hostile: Judge, operator: str) -> None:
    rules, fine = rule_set(LOW, Leaf("rating", operator)), rule_set(LOW)
    for _ in range(3):
        decision = await hostile.decide("bad", rules, {"rating": 1})
        assert (decision.tags, decision.explanation.engine) == (("0",), "reference")
        await hostile.start()  # the time that a new one takes is nobody's
    assert (await hostile.decide("fine", fine, {"rating": 1})).explanation.engine == "durable-rules"


async def test_who_asks_for_many_decisions_hears_that_the_process_was_lost(hostile: Judge) -> None:
    with pytest.raises(JudgeLost, match=r"no answer in 3 s"):
        await hostile.decide_all("bad", rule_set(Leaf("rating", "hangs")), [{"rating": 1}])
    with pytest.raises(JudgeLost, match=r"ended with -11"):
        await hostile.decide_all("bad", rule_set(Leaf("rating", "crashes")), [{"rating": 1}])
    with pytest.raises(JudgeFailed, match="KeyError"):
        await hostile._ask(3, "decide", "never loaded", [{}])


async def test_a_check_says_what_became_of_it(hostile: Judge) -> None:
    codes = []
    for operator in ("hangs", "crashes", "eats"):
        when = {"fact": "rating", "is": operator, "value": 1}
        body: Mapping[str, object] = {
            "key": "test",
            "rules": [{"key": "bad", "title": {"zh-CN": "坏", "en": "Bad"}, "when": when, "then": [{"add_tag": "x"}]}],
        }
        codes += [problem.code for problem in await hostile.check(Kind.RULE_SET, "test", body, Known())]
    assert codes == ["document.check_timeout", "document.check_crashed", "document.check_crashed"]


async def test_what_is_printed_in_the_process_spoils_no_answer(judge: Judge) -> None:
    rules = rule_set(LOW, Leaf("text", "matches", "("))  # RE2 complains of it on standard error
    assert (await judge.decide("v1", rules, {"rating": 1, "text": "("})).tags == ("0",)


async def test_one_that_cannot_start_is_lost() -> None:
    with pytest.raises(JudgeLost, match="ended with 0"):
        await Judge((sys.executable, "-c", "")).start()


async def test_who_gives_up_while_it_starts_leaves_no_process(tmp_path: Path) -> None:
    born = tmp_path / "born"
    os.mkfifo(born)
    never = f"import os, signal; print(os.getpid(), file=open({str(born)!r}, 'w')); signal.pause()"
    entering = asyncio.create_task(Judge((sys.executable, "-c", never)).__aenter__())
    process = int(await asyncio.to_thread(born.read_text))
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_one_whose_asker_is_gone_does_not_hang_for_ever() -> None:
    requests = [("load", ("bad", rule_set(Leaf("rating", "hangs")))), ("decide", ("bad", [{"rating": 1}]))]
    asked = b"".join(map(pickle.dumps, requests))
    ended = subprocess.run((sys.executable, "-c", ORPHAN), input=asked, capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGALRM


async def test_the_same_facts_get_the_same_decision_in_any_process() -> None:
    rules = RuleSet(
        "test", "received", tuple(Rule(f"r{n}", {}, Leaf("rating", "more", n), (HoldForReview(),)) for n in range(60))
    )
    facts = [{"rating": n} for n in range(61)]
    async with Judge() as one, Judge() as other:
        assert await one.decide_all("v1", rules, facts) == await other.decide_all("v1", rules, list(facts))
