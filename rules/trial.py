"""Trying a rule set where it can do no harm: in a child process with a time and a memory limit.

A hang, a crash and a disagreement between the engine and the reference evaluator all come back as problems; the
caller waits no longer than the limit. Facts are generated from what the set asks for, the same ones for the same
set.
"""

import resource
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random

from voxloop.domain.problems import Problem
from voxloop.domain.rules import Leaf, RuleSet, leaves
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import fired, values_of
from voxloop.rules.patterns import MAX_TEXT

ITEMS = 200
SECONDS = 20.0
MEMORY = 1 << 30
_STRANGE: tuple[object, ...] = (
    None,
    "",
    " ",
    "退款\n\"'\\",
    "😀",
    0,
    -1,
    10**18,
    1e-7,
    float("inf"),
    True,
    False,
    [],
    ["x"],
)


def try_rule_set(rule_set: RuleSet, seconds: float = SECONDS, memory: int = MEMORY) -> list[Problem]:
    """What goes wrong when the set is loaded and decides ``ITEMS`` generated items; blocks for ``seconds`` at most.

    ``memory`` is the most address space that the child may use, in bytes.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_examine, args=(rule_set, sending, memory), daemon=True)
    child.start()
    sending.close()
    try:
        if not receiving.poll(seconds):
            return [Problem("rules", "rule.engine_timeout", {"seconds": f"{seconds:g}"})]
        problems: list[Problem] = receiving.recv()
        return problems
    except EOFError:
        child.join()
        return [Problem("rules", "rule.engine_crashed", {"exit": str(child.exitcode)})]
    finally:
        child.kill()
        child.join()
        receiving.close()


def disagreements(
    rule_set: RuleSet, items: int, seed: int = 0
) -> Iterator[tuple[dict[str, object], list[str], list[str]]]:
    """Facts on which the engine and the reference differ, with what each of the two fired."""
    engine = Engine(rule_set)
    for facts in generated_facts(rule_set, items, seed):
        decided, expected = engine.fired(facts), fired(rule_set, facts)
        if decided != expected:
            yield facts, decided, expected


def generated_facts(rule_set: RuleSet, items: int, seed: int = 0) -> Iterator[dict[str, object]]:
    """Facts at and around every value that the set compares with, and strange and absent ones."""
    random = Random(seed)
    asked: dict[str, list[Leaf]] = {}
    for rule in rule_set.rules:
        for leaf in leaves(rule.when):
            asked.setdefault(leaf.fact, []).append(leaf)
    for _ in range(items):
        facts = {name: _value(random, about) for name, about in asked.items() if random.random() > 0.15}
        yield facts


def _value(random: Random, about: list[Leaf]) -> object:
    if random.random() < 0.15:
        return random.choice(_STRANGE)
    leaf = random.choice(about)
    values = values_of(leaf.value)
    value = random.choice(values) if values else None
    if leaf.operator == "matches":
        return _provoking(random, str(value))
    if leaf.operator in ("contains_any", "contains_all"):
        words = [word for other in random.sample(about, min(3, len(about))) for word in values_of(other.value)]
        chosen = random.sample(words, random.randint(0, len(words)))
        return chosen if random.random() < 0.2 else random.choice(("", "，", "我要")).join(map(str, chosen))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + random.choice((-1, -0.5, 0, 0, 0.5, 1))
    return value


def _provoking(random: Random, pattern: str) -> str:
    """A text of the pattern's own characters, the kind that drives a backtracking engine mad."""
    letters = [letter for letter in pattern if letter.isalnum()] or ["a"]
    return random.choice(letters) * random.choice((1, 30, MAX_TEXT)) + random.choice(("", "!", *letters))


def _examine(rule_set: RuleSet, answer: Connection, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for facts, decided, expected in disagreements(rule_set, ITEMS):
        differing = sorted(set(decided) ^ set(expected))
        problem = Problem("rules", "rule.engine_disagrees", {"rules": ", ".join(differing), "facts": str(facts)[:500]})
        return answer.send([problem])
    answer.send([])
