"""A judge whose rules know operators that no product has: they hang, crash, or eat all memory, on purpose.

Started in the place of ``voxloop.rules.judge_process``, with the same argument.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any, cast

from voxloop.rules import evaluator, vocabulary
from voxloop.rules.judge_process import main
from voxloop.rules.vocabulary import FactType, Operator, Shape


def _hang(fact: object, value: object) -> bool:
    while True:
        pass


def _crash(fact: object, value: object) -> bool:
    os.kill(os.getpid(), signal.SIGSEGV)
    return True


def _eat(fact: object, value: object) -> bool:
    return len(bytearray(1 << 40)) > 0


OPERATORS: Mapping[str, Callable[[object, object], bool]] = {"hangs": _hang, "crashes": _crash, "eats": _eat}

if __name__ == "__main__":
    known = cast(Any, vocabulary)
    cast(Any, evaluator)._OPERATORS.update(OPERATORS)
    known.OPERATORS.update(dict.fromkeys(OPERATORS, Operator(Shape.ONE, frozenset(FactType))))
    known.OPERATORS_OF.update({type_: (*names, *OPERATORS) for type_, names in vocabulary.OPERATORS_OF.items()})
    main()
