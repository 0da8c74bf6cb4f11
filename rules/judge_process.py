"""What runs in a judge's process: durable-rules decides here, drafts are tried here, and nothing else is near.

``python -m voxloop.rules.judge_process MEMORY`` answers requests from standard input on standard output, one after the
other, both as pickles; the process may use ``MEMORY`` bytes of address space. Whoever speaks to it is
``voxloop.rules.judge``, whose process holds the other ends: when that is gone, this one ends too, at the latest when
``LONGEST_SECONDS`` have passed, if nothing else ends what it is at.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from voxloop.domain.decision import Decision
from voxloop.domain.documents import Kind
from voxloop.domain.problems import Known, Problem, is_sound
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.rules.comparison import Compared, Item, compare
from voxloop.rules.decider import Decider
from voxloop.rules.evaluator import Facts
from voxloop.rules.kinds import check_document
from voxloop.rules.outcomes import Places
from voxloop.rules.trial import trial_problems

LONGEST_SECONDS = 120  # whoever asks gives up before
_SIZE = struct.Struct("!Q")


class Bench:
    """The requests that a judge answers, each a method."""

    def __init__(self) -> None:
        self._decider = Decider()

    def ready(self) -> None:
        """Nothing but the answer, which says that the process is up."""

    def load(self, version: str, rule_set: RuleSet) -> None:
        """Hold a rule set under the name of its version."""
        self._decider.load(version, rule_set)

    def decide(self, version: str, facts: Sequence[Facts]) -> list[Decision]:
        """The decision of a version about each of these."""
        return [self._decider.decide(version, each) for each in facts]

    def compare(self, standing: str | None, tried: str, items: Sequence[Item], places: Places) -> Compared:
        """How two versions decide about the same items; without ``standing``, what was decided then is the first."""
        decide = partial(partial, self._decider.decide, explain=False)
        return compare(None if standing is None else decide(standing), decide(tried), items, places)

    def check(self, kind: str, key: str, body: Mapping[str, object], known: Known) -> list[Problem]:
        """Everything that is wrong with a document, whatever its kind; a sound rule set is tried on the engine."""
        problems = check_document(kind, key, body, known)
        if kind == Kind.RULE_SET and is_sound(problems):
            problems += trial_problems(read_rule_set(body))
        return problems


def serve(bench: Bench, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more. An error is an answer too."""
    while True:
        signal.alarm(0)
        try:
            name, arguments = pickle.load(asked)
        except EOFError:
            return
        signal.alarm(LONGEST_SECONDS)
        request: Callable[..., Any] = getattr(bench, name)
        try:
            answer: tuple[bool, Any] = (True, request(*arguments))
        except MemoryError:  # there may be no room left to say so
            os._exit(1)
        except Exception as error:
            answer = (False, f"{type(error).__name__}: {error}"[:500])
        packed = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
        answers.write(_SIZE.pack(len(packed)) + packed)
        answers.flush()


def main() -> None:
    """Be a judge. What libraries print goes to standard error, so that it cannot spoil an answer."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(Bench(), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
