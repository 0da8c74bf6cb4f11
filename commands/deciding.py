"""Facts, line by line, become decisions, line by line: as many as anybody pipes in, in the same order.

What is at hand is decided together, so that a huge file goes fast and one who types gets each answer at once.
"""

from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import Any

import orjson

from voxloop.domain.decision import Decision
from voxloop.domain.rules import RuleSet
from voxloop.domain.texts import say
from voxloop.rules.decide import by_reference
from voxloop.rules.evaluator import Facts
from voxloop.rules.judge import Judge, JudgeFailed, JudgeLost
from voxloop.rules.vocabulary import FACTS

LONGEST_LINE = 1 << 22
_CHUNK = 1 << 18
_MARK = b"\xef\xbb\xbf"  # that some editors begin files with
_VERSION = "given"


class NoFacts(Exception):
    """A text that holds no facts; worded in ``texts`` under ``facts.<key>``."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key, self.params = key, params


def batches(file: BufferedReader) -> Iterator[list[bytes]]:
    """The lines of a file as they come. Of a line that is too long, so much that this can be seen."""
    rest = b""
    while chunk := file.read1(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[: LONGEST_LINE + 1]
        yield lines
    yield [rest]


def read_facts(text: bytes) -> dict[str, Any]:
    """The facts that a JSON object names, by name.

    Raises:
        NoFacts: it is none.
    """
    if len(text) > LONGEST_LINE:
        raise NoFacts("too_long", limit=LONGEST_LINE)
    try:
        found = orjson.loads(text.removeprefix(_MARK))
    except orjson.JSONDecodeError as error:
        raise NoFacts("no_json", reason=error) from error
    if not isinstance(found, dict):
        raise NoFacts("no_object")
    return dict(sorted(found.items()))


class Deciding:
    """Decides lines by a rule set. ``bad``: how many held no facts; ``unknown``: names that no fact has."""

    def __init__(self, language: str, rule_set: RuleSet, judge: Judge) -> None:
        self._language, self._rule_set, self._judge = language, rule_set, judge
        self._line = self.bad = 0
        self.unknown: set[str] = set()

    async def decided(self, lines: Sequence[bytes]) -> bytes:
        """The decision of each; a line without facts gets its number and what is wrong with it, a blank one nothing."""
        answers: list[Decision | dict[str, Any] | None] = []
        facts: list[Facts] = []
        for line in lines:
            self._line += 1
            if line.strip():
                answers.append(self._wrong(line, facts))
        decisions = iter(await self._decisions(facts))
        told = (next(decisions) if answer is None else answer for answer in answers)
        return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in told)

    def _wrong(self, line: bytes, facts: list[Facts]) -> dict[str, Any] | None:
        """What is wrong with a line; of one that holds facts, these are put to the others."""
        try:
            found = read_facts(line)
        except NoFacts as wrong:
            self.bad += 1
            return {"line": self._line, "error": say(self._language, f"facts.{wrong.key}", **wrong.params)}
        self.unknown |= found.keys() - FACTS.keys()
        facts.append(found)
        return None

    async def _decisions(self, facts: Sequence[Facts]) -> list[Decision]:
        try:
            return await self._judge.decide_all(_VERSION, self._rule_set, facts)
        except (JudgeLost, JudgeFailed):
            return [by_reference(self._rule_set, each) for each in facts]
