"""Shows whoever waits for a command how far it is: a bar on a terminal, else a line every few seconds."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_LINE_SECONDS = 5.0

Tell = Callable[[int, str], None]


@contextlib.contextmanager
def shown(total: int | None) -> Iterator[Tell]:
    """Answers what tells how much of ``total`` (None: nobody knows) is done, and in words."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(TextColumn("{task.description}"), *columns, console=console) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, words: bar.update(task, completed=done, description=words)


def _lines() -> Tell:
    said = time.monotonic()

    def tell(done: int, words: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _LINE_SECONDS:
            said = time.monotonic()
            print(words, file=sys.stderr, flush=True)

    return tell
