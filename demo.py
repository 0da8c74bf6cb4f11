"""The demo's customers and handlers: a client program that has nothing but the public API and their tokens.

What each of them does follows from a hash of the item's code and step, never from chance or memory: stopped and started
again they repeat themselves under the same idempotency keys, which changes nothing, and go on.
"""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml

from voxloop.demo_requests import ACTS, ADVANCE, CLAIM, FIRST_DUE, LINKED, NEWEST, QUEUES, SUBMIT, Page
from voxloop.settings import Obstacle, Settings

_log = logging.getLogger(__name__)

Answer = Mapping[str, Any]

DEMO_TOKENS = "demo-tokens.json"
_PER_SECOND = 2.0
_POLL_SECONDS = 2.0
_PAUSE_SECONDS = 3.0
_OLD_SECONDS = 10.0
_AT_ONCE = 20

# Of a hundred items: what the step's handler decides, as anyone who works these processes knows it.
DECISIONS: Mapping[str, Sequence[tuple[int, str]]] = {
    "repair": ((76, "fixed"), (13, "needs_release"), (5, "not_a_defect"), (6, "need_information")),
    "handle": ((86, "settled"), (6, "unfounded"), (8, "need_information")),
    "review": ((60, "adopted"), (40, "declined")),
    "verify": ((90, "passed"), (10, "failed")),
    "approve": ((95, "approved"), (5, "refused")),
    "call": ((85, "reached"), (15, "not_reached")),
    "check_batch": ((80, "risk"), (20, "no_risk")),
    "measures": ((70, "removed"), (30, "purchased_part")),
}
WRITTEN = {"handle": "solution", "review": "reason"}  # else the root cause
_LYING = 7  # of a hundred, untouched for so long that warnings and escalations happen
_LYING_SECONDS = 150.0
_MORE_URGENT, _MARKED, _ASKED = 5, 15, 22
_SILENT, _REJECTED, _REOPENED, _REFUSED = 14, 12, 5, 8
_SAME_NAME = ("text", "rating", "product", "module", "batch", "scenario", "region")


async def play(settings: Settings) -> None:
    """Play the sample feedback, and everybody who deals with it, until cancelled. Whatever is down is waited for.

    Raises:
        Obstacle: there are no tokens for the people of the demo.
    """
    tokens = _read_tokens(settings.var / DEMO_TOKENS)
    sample = files("voxloop.starter").joinpath("sample")
    rows = [json.loads(line) for line in sample.joinpath("feedback.jsonl").read_text("utf-8").splitlines()]
    words = yaml.safe_load(sample.joinpath("people.yaml").read_text("utf-8"))
    headers = {"Accept-Language": "zh-CN"}
    async with httpx.AsyncClient(base_url=settings.api, headers=headers, timeout=20, trust_env=False) as http:
        customers = Customers(Person(http, tokens["intake"], words))
        manager = Person(http, tokens["manager"], words)
        handlers = [(member, Person(http, secret, words)) for member, secret in tokens["handlers"].items()]
        await asyncio.gather(
            customers.hand_in(rows),
            _again(customers.answer),
            _again(customers.reopen),
            _again(partial(work_register, manager)),
            _again(partial(review, manager)),
            *(_again(partial(handle, *each)) for each in handlers),
        )


async def _again(visit: Callable[[], Awaitable[None]]) -> None:
    while True:
        await visit()
        await asyncio.sleep(_POLL_SECONDS)


@dataclass(frozen=True)
class Person:
    """Somebody with a token, and what people say."""

    http: httpx.AsyncClient
    secret: str
    words: Mapping[str, Mapping[str, Sequence[str]]]

    async def ask(self, document: str, **variables: Any) -> Answer:
        """The answer's data. An API that is away or in trouble is asked again after a pause."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        while True:
            try:
                response = await self.http.post(
                    "/graphql", json={"query": document, "variables": variables}, headers=headers
                )
                answer: Answer = response.json()
                if answer.get("data") and not answer.get("errors"):
                    return answer["data"]  # type: ignore[no-any-return]
                _log.warning("%s: %s", response.status_code, answer.get("errors"))
            except (httpx.HTTPError, ValueError) as error:
                _log.info("the API is away: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def act(self, verb: str, item: Answer, **fields: Any) -> None:
        """Do something with an item, once in each stay at a step. A refusal is part of life: somebody was quicker."""
        seq = item["step"]["seq"] if item["step"] else 0
        key = f"{verb}-{item['round']}-{seq}"
        done = (await self.ask(ACTS[verb], input={"id": item["code"], "key": key, **fields}))["done"]
        for refused in done["userErrors"]:
            _log.info("%s %s: %s %s", verb, item["code"], refused["code"], refused["message"])

    async def items(self, page: Page, **where: Any) -> Sequence[Answer]:
        """A page of the items that are so."""
        found = await self.ask(page.document, **page.variables, where=where)
        nodes: Sequence[Answer] = found["feedbacks"]["nodes"]
        return nodes

    def say(self, occasion: str, item: Answer) -> str:
        """Words for the occasion in the item's language."""
        choice = self.words[occasion]["en" if item["language"] == "EN" else "zh-CN"]
        return choice[_hundredth(item, occasion) % len(choice)]


@dataclass(frozen=True)
class Customers:
    """All customers, who speak through the intake."""

    person: Person

    async def hand_in(self, rows: Sequence[Answer]) -> None:
        """The sample, two a second; what was handed in before is passed over quickly."""
        at = time.monotonic()
        for row in rows:
            done = (await self.person.ask(SUBMIT, input=submission(row)))["done"]
            for refused in done["userErrors"]:
                _log.warning("%s: %s", row["id"], refused["message"])
            new = done["feedback"] is None or _age(done["feedback"]["receivedAt"]) < _OLD_SECONDS
            at = max(at + new / _PER_SECOND, time.monotonic() - _OLD_SECONDS)
            await asyncio.sleep(max(0, at - time.monotonic()))
        _log.info("the sample is handed in")

    async def answer(self) -> None:
        """Say whether an answer helped, or what was asked for; some never do."""
        stages = {"in": ["ANSWERED", "WAITING_CUSTOMER"]}
        for item in await self.person.items(NEWEST, stage=stages):
            step = item["step"]
            if step is None or _age(step["enteredAt"]) < _hundredth(item, "slow") / 10:
                continue
            mood = _hundredth(item, step["step"], step["seq"])
            if mood < _SILENT:
                continue
            if step["kind"] != "CUSTOMER" or step["step"] == "ask":
                await self.person.act("customerReply", item, text=self.person.say("information", item))
            else:
                helped = mood >= _SILENT + _REJECTED or item["round"] > 1
                comment = self.person.say("satisfied" if helped else "unsatisfied", item)
                await self.person.act("confirm", item, satisfied=helped, comment=comment)

    async def reopen(self) -> None:
        """Some say how content they are, and a few come back after a while."""
        for item in await self.person.items(NEWEST, stage={"eq": "CLOSED"}):
            if item["survey"] and item["survey"]["answeredAt"] is None:
                await self.person.act("answerSurvey", item, score=5 - _hundredth(item, "score") // 30)
            if item["round"] == 1 and _age(item["receivedAt"]) > 60 and _hundredth(item, "reopen") < _REOPENED:
                await self.person.act("reopen", item, comment=self.person.say("again", item))


async def handle(member: str, person: Person) -> None:
    """A handler takes what is due first: answers at once, accepts a task and completes it the next time she looks."""
    hers = [{"owner": {"eq": member}}, {"branchOwner": {"eq": member}}]
    found = await person.items(FIRST_DUE, OR=hers, stage={"eq": "WORKING"})
    due = [task for item in found for task in _tasks(member, item)]
    if len(due) < _AT_ONCE:
        await take_next(person)
    for item in [item for item in due if item["step"] and not _lies(item["step"], item)][:_AT_ONCE]:
        step = item["step"]
        if step["kind"] == "REPLY":
            reason = "out_of_scope" if step["step"] == "reply_declined" else None
            await person.act("reply", item, text=person.say("reply", item), closingReason=reason)
        elif step["acceptedAt"] is None:
            await person.act("accept", item, step=step["step"])
            await _look_into(person, item)
        elif step["step"] == "hold":
            await person.act("completeStep", item, outcome="released")
        elif step["step"] in DECISIONS:
            outcome = _decision(item)
            done = {"outcome": outcome, "fields": filled(person, item, outcome)}
            await person.act("completeStep", item, step=step["step"], **done)


def _tasks(member: str, item: Answer) -> Sequence[Answer]:
    """The item, or where its step has branches each of those that are hers, as if it stood there alone."""
    branches = item["step"]["branches"] if item["step"] else ()
    hers = [each for each in branches if each["owner"] == {"key": member} and each["endedAt"] is None]
    return [{**item, "step": branch} for branch in hers] if branches else [item]


def filled(person: Person, item: Answer, outcome: str) -> dict[str, Any]:
    """What an outcome needs of the step's form."""
    needed = [each for each in item["step"]["form"] if each["required"] or outcome in each["requiredFor"]]
    return {field["key"]: _value(person, item, field) for field in needed}


def _value(person: Person, item: Answer, field: Answer) -> Any:
    options, drawn = [option["key"] for option in field["options"]], _hundredth(item, field["key"])
    values = {"NUMBER": drawn, "FLAG": drawn < _MARKED, "CHOICES": options[:2], "CHOICE": options and options[0]}
    return values.get(field["kind"], person.say(WRITTEN.get(item["step"]["step"], "root_cause"), item))


async def take_next(person: Person) -> None:
    """A handler who has little to do takes on what comes first in the queue of a team of hers."""
    for team in (await person.ask(QUEUES))["me"]["teams"]:
        if team["queue"]["waiting"]:
            await person.ask(CLAIM, input={"team": team["key"], "key": f"next-{uuid4()}"})


async def _look_into(person: Person, item: Answer) -> None:
    """What she finds: now and then it is urgent, worth a note and a tag, or the customer has to say more."""
    drawn = _hundredth(item, "look", item["step"]["seq"])
    if drawn < _MORE_URGENT:
        await person.act("changePriority", item, priority="HIGH")
    elif drawn < _MARKED:
        await person.act("addNote", item, text=person.say("note", item))
        await person.act("addTag", item, tag=person.say("tag", item))
    elif drawn < _ASKED and "branches" in item["step"]:
        await person.act("waitForCustomer", item, text=person.say("question", item))


def _lies(step: Answer, item: Answer) -> bool:
    """Whether this one is left untouched for now."""
    return _hundredth(item, "lying", step["seq"]) < _LYING and _age(step["enteredAt"]) < _LYING_SECONDS


def _decision(item: Answer) -> str:
    step = item["step"]
    drawn = _hundredth(item, step["step"], step["seq"])
    for share, outcome in DECISIONS[step["step"]]:
        if drawn < share:
            return outcome
        drawn -= share
    raise AssertionError("the shares of a step add up to a hundred")


async def review(person: Person) -> None:
    """A manager looks at what the rules hold, and lets it go on."""
    queued = await person.items(FIRST_DUE, owner={"isNull": True}, stage={"eq": "WORKING"})
    for item in queued:
        if item["step"] and item["step"]["step"] == "hold":
            await person.act("completeStep", item, outcome="released")


async def work_register(person: Person) -> None:
    """Other departments: what was opened with them is done after a while, or now and then refused."""
    for state in ("OPEN", "WAITING"):
        for linked in (await person.ask(LINKED, state=state))["linkedItems"]["nodes"]:
            drawn = _hundredth(linked)
            if _age(linked["openedAt"]) > 15 + drawn / 2:
                outcome = "REFUSED" if drawn < _REFUSED else "DONE"
                key = f"settle-{linked['key']}"
                await person.ask(ADVANCE, input={"id": linked["key"], "key": key, "state": outcome})


def submission(row: Answer) -> dict[str, Any]:
    """The input of ``submitFeedback`` for a row of the sample."""
    return {
        **{name: row[name] for name in _SAME_NAME if name in row},
        "key": row["id"],
        "channel": row["channel"].upper(),
        "productVersion": row.get("version"),
        "language": "EN" if row["language"] == "en" else "ZH_CN",
        "customer": {"ref": row["customer"]},
    }


def _hundredth(item: Answer, *about: object) -> int:
    """0 to 99, always the same for the same item and matter."""
    name = item.get("code") or item["key"]
    return int.from_bytes(hashlib.sha256(repr((name, *about)).encode()).digest()[:4], "big") % 100


def _age(instant: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(instant)).total_seconds()


def _read_tokens(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Obstacle("no_demo_tokens", file=file) from error
