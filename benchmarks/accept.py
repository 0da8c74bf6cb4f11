"""Accepting alone: a submission POSTed until it is answered, nothing of it waiting for Temporal.

The limit is a server that does nothing but the one statement (``bare.py``). Each has one process and ten connections,
each commits to disk. Ours also checks, knows who asks, indexes the text, and writes the item's first event.
"""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter

import orjson

from voxloop.benchmarks.ground import Ground, free_port, running, until_open
from voxloop.benchmarks.load import post, send_all
from voxloop.benchmarks.measure import Comparison, Section, cpu_seconds, in_turns

MUTATION = (
    "mutation Submit($input: SubmitFeedbackInput!) "
    "{ submitFeedback(input: $input) { feedback { id code } userErrors { code field message } } }"
)
_SENT, _CONNECTIONS, _ROUNDS = 800, 16, 7
_numbers = count()


def submission() -> dict[str, object]:
    """What a shop's system hands in: short praise of a product, with its batch and a rating."""
    number = next(_numbers)
    return {
        "key": f"bench-{number}",
        "text": f"用了三个月，非常满意，客服也很耐心，推荐给朋友了。第 {number} 条",
        "channel": "app",
        "form": "after_sale",
        "rating": 5,
        "nps": 9,
        "batch": f"B{number}",
        "region": "华东",
        "orderRef": f"SO-{number}",
    }


def by_graphql(token: str, sent: int) -> Iterator[bytes]:
    """So many submissions as ``submitFeedback``."""
    for _ in range(sent):
        given = submission() | {"channel": "APP"}
        yield post("/graphql", orjson.dumps({"query": MUTATION, "variables": {"input": given}}), token)


def by_post(token: str, sent: int, path: str = "/feedback") -> Iterator[bytes]:
    """So many submissions as plain JSON."""
    for _ in range(sent):
        yield post(path, orjson.dumps(submission()), token)


@dataclass
class Door:
    """A way in: the server's process, its port, and the requests of one round."""

    pid: int
    port: int
    requests: Callable[[], Iterator[bytes]]
    costs: list[float] = field(default_factory=list)

    async def rate(self) -> float:
        """Answers a second; what each cost the server goes to ``costs``, in milliseconds of processor time."""
        requests = list(self.requests())
        used, began = cpu_seconds(self.pid), perf_counter()
        await send_all(self.port, requests, _CONNECTIONS)
        seconds = perf_counter() - began
        self.costs.append((cpu_seconds(self.pid) - used) * 1000 / len(requests))
        return len(requests) / seconds


async def measure(ground: Ground) -> Section:
    """Both doors against the bare statement."""
    async with AsyncExitStack() as stack:
        nowhere = f"127.0.0.1:{free_port()}"  # no Temporal: what is accepted waits in the outbox
        pid, port = await stack.enter_async_context(ground.server(nowhere))
        script, bare_port = Path(__file__).with_name("bare.py"), free_port()
        bare = await stack.enter_async_context(running(str(script), str(bare_port), ground.database_url))
        await until_open(bare_port)
        doors = {
            "submitFeedback": Door(pid, port, lambda: by_graphql(ground.token, _SENT)),
            "POST /feedback": Door(pid, port, lambda: by_post(ground.token, _SENT)),
            "bare": Door(bare.pid, bare_port, lambda: by_post("", _SENT, "/")),
        }
        rates = await in_turns({name: door.rate for name, door in doors.items()}, _ROUNDS)
    how = f"{_SENT} submissions a round over {_CONNECTIONS} connections, {_ROUNDS} rounds; Temporal is away."
    compared = []
    for name in ("submitFeedback", "POST /feedback"):
        limit = "bare row + outbox statement"
        compared.append(Comparison(name, limit, "answers/s", rates[name], rates["bare"], 0.6))
        ours, theirs = doors[name].costs[1:], doors["bare"].costs[1:]
        compared.append(Comparison(name, limit, "ms of server CPU", ours, theirs, 1 / 0.6, less_is_better=True))
    return Section("Accepting alone", how, compared)
