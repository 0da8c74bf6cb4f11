"""Rule sets made to do harm are offered while items go their way: each author gets a sentence, no item waits."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from voxloop import editing
from voxloop.background import running
from voxloop.domain.documents import LARGEST_BODY, Kind, State
from voxloop.domain.refusals import Refused, RefusedTogether
from voxloop.domain.texts import LANGUAGES, sentence
from voxloop.domain.viewer import Role, Viewer
from voxloop.editing import Edit
from voxloop.reception import Parts
from voxloop.rules.judge import Judge, Limits
from voxloop.store.work_tables import decision
from voxloop.tests.workflows.house import House, open_real_house

NewDatabase = Callable[[str], Awaitable[str]]
HOSTILE = (sys.executable, "-m", "voxloop.tests.rules.hostile")
AUTHOR = Viewer("li_na", "li_na", Role.ADMIN, "li_na")
ITEMS, EACH = 100, 5


@pytest.fixture(scope="module")
async def house(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house whose drafts are tried by a judge that knows operators of no product."""
    url, var = await new_database("hostile"), tmp_path_factory.mktemp("hostile")

    def make_judge() -> Judge:
        return Judge(HOSTILE, Limits(check_seconds=4))

    async with open_real_house(url, var, make_judge=make_judge) as house:
        yield house


def asking(when: Mapping[str, Any]) -> dict[str, Any]:
    rule = {"key": "bad", "title": {"zh-CN": "坏", "en": "Bad"}, "when": when, "then": [{"add_tag": "x"}]}
    return {"key": "intake", "rules": [rule]}


def nested(depth: int) -> dict[str, Any]:
    condition: dict[str, Any] = {"fact": "rating", "is": "less", "value": 3}
    for _ in range(depth):
        condition = {"not": condition}
    return condition


def text(operator: str, value: object) -> dict[str, Any]:
    return {"fact": "text", "is": operator, "value": value}


SETS: Mapping[str, Mapping[str, Any]] = {
    "a pattern of exponential cost elsewhere": asking(text("matches", "((a{1,60}){1,60}){1,60}$")),
    "a pattern that looks around": asking(text("matches", "(?=(a+)+$)")),
    "ten megabytes": asking(text("contains_any", ["字" * LARGEST_BODY])),
    "nested as deep as JSON can be": asking(nested(300)),
    "nested deeper than an author needs": asking(nested(8)),
    "an operator that hangs": asking({"fact": "rating", "is": "hangs", "value": 1}),
    "an operator that ends the process": asking({"fact": "rating", "is": "crashes", "value": 1}),
    "an operator that eats all memory": asking({"fact": "rating", "is": "eats", "value": 1}),
    "two thousand rules that differ in nothing": {"key": "intake", "rules": asking(nested(0))["rules"] * 2_000},
    "more rules than there may be": {"key": "intake", "rules": asking(nested(0))["rules"] * 2_001},
}


async def test_a_hundred_loops_go_on_while_fifty_sets_are_offered_that_do_harm(house: House) -> None:
    parts = Parts(house.sessions, house.loops, house.relay)
    async with running(house.relay.run()):
        offered = asyncio.gather(*(offer(parts, body) for body in SETS.values() for _ in range(EACH)))
        for _ in range(ITEMS):
            await house.hand_in("complaint")
        await house.settle()
        told = await offered
    assert len(told) == len(SETS) * EACH == 50
    assert [words for words in told if not all(words)] == []
    async with house.sessions.begin() as session:
        rows = (await session.execute(select(decision).where(decision.c.item.in_(house.items)))).mappings().all()
    assert Counter(row["item"] for row in rows) == Counter(house.items)
    assert {row["body"]["explanation"]["engine"] for row in rows} == {"durable-rules"}
    assert {(await house.row(item))["step"] for item in house.items} == {"handle"}


async def offer(parts: Parts, body: Mapping[str, Any]) -> list[str]:
    """What the author of such a set is told, in both languages."""
    try:
        row = await editing.create(parts, AUTHOR, Kind.RULE_SET, "intake", Edit(body))
        row = await editing.check(parts, AUTHOR, row["id"])
    except RefusedTogether as refused:
        [problem] = refused.problems
        return words(f"refusal.{problem.code}", problem.params)
    except Refused as refused:
        return words(f"refusal.{refused.code}", refused.params)
    assert row["state"] == State.DRAFT, row["problems"]
    first = row["problems"][0]
    return words(f"problem.{first['code']}", first["params"])


def words(key: str, params: Mapping[str, Any]) -> list[str]:
    return [sentence(language, key, params) for language in LANGUAGES]
