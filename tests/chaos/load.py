"""The people: customers who hand in the sample feedback, and members who work it, over the public API only.

They keep a ledger of what they were told has happened, to be compared with what stands in the rows.
"""

import asyncio
import contextlib
import json
import random
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from uuid import uuid4

from voxloop.tests.chaos.api import Api, NoAnswer

_AT_ONCE = 16
_ROUND_SECONDS = 0.5
_SUBMIT = """mutation ($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) { feedback { code } userErrors { code message } } }"""
_LIST = """query ($after: String, $where: FeedbackWhere) {
  feedbacks(first: 100, after: $after, where: $where) { pageInfo { hasNextPage endCursor } nodes {
    code version stage step { step kind acceptedAt branches { step kind acceptedAt endedAt } }
    linkedItems { key state } } } }"""
_ADVANCE = """mutation ($input: AdvanceLinkedItemInput!) {
  advanceLinkedItem(input: $input) { linkedItem { key } userErrors { code message } } }"""
_ACT = """mutation ($input: %sInput!) {
  %s(input: $input) { feedback { version } userErrors { code message } } }"""
# With what a task can be completed, and what is filled in then.
_TASKS: Mapping[str, tuple[Sequence[str], Mapping[str, object]]] = {
    "repair": (("fixed", "fixed", "needs_release", "need_information"), {"root_cause": "worn seal"}),
    "verify": (("passed",), {}),
    "handle": (("settled", "settled", "need_information"), {"solution": "replaced"}),
    "approve": (("approved",), {}),
    "review": (("adopted", "declined"), {"reason": "asked for often"}),
    "call": (("reached",), {"stopped_using": True, "injured": False, "what_happened": "smoke"}),
    "check_batch": (("risk", "no_risk"), {"finding": "design", "affected": 3, "evidence": "tested"}),
    "measures": (("removed",), {"measures": ["recall"]}),
    "hold": (("released",), {}),
}
_REASONS = {"reply_declined": "out_of_scope"}
_KINDS = {
    "accept": "accepted",
    "completeStep": "completed",
    "reply": "replied",
    "customerReply": "customer_replied",
    "reopen": "reopened",
}


@dataclass
class Ledger:
    """``items``: codes of what was accepted. ``acts``: (code, kind of event) of what was said to have happened."""

    items: set[str] = field(default_factory=set)
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)
    advances: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)


@dataclass
class People:
    """``seed`` makes them do the same things again, as far as times allow. ``by_mail``: customers have addresses.

    ``where``: the items that members look at.
    """

    api: Api
    seed: int
    by_mail: bool = False
    where: dict[str, Any] | None = None
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._seen: dict[str, int] = {}
        self._acting: set[asyncio.Task[None]] = set()
        self._submitting = asyncio.Semaphore(_AT_ONCE)
        self._working = True

    async def submit(self, count: int, per_second: float) -> None:
        """Hand in so many items at that pace, each until it is accepted."""
        rows = files("voxloop.starter").joinpath("sample", "feedback.jsonl").read_text("utf-8").splitlines()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(self._submit(json.loads(rows[number % len(rows)])))
                await asyncio.sleep(1 / per_second)

    async def complain(self, count: int) -> list[str]:
        """Hand in so many complaints and say that each is urgent; answers their codes."""
        given = {"text": "客服答应回电，三天没人理。", "channel": "hotline", "scenario": "complaint"}
        rows = [{**given, "customer": f"caller-{number}"} for number in range(count)]
        codes = [code for code in await asyncio.gather(*map(self._submit, rows)) if code is not None]
        urgent = [{"id": code, "key": str(uuid4()), "priority": "URGENT"} for code in codes]
        document = _ACT % ("ChangePriority", "changePriority")
        await asyncio.gather(*(self._told("changePriority", document, wish) for wish in urgent))
        return codes

    async def work(self) -> None:
        """Work what there is, round after round, until told to rest."""
        self._working = True
        async with asyncio.TaskGroup() as group:
            while self._working:
                with contextlib.suppress(NoAnswer):
                    for wish in self._wishes([item async for item in self._items()]):
                        task = group.create_task(wish)
                        self._acting.add(task)
                        task.add_done_callback(self._acting.discard)
                await asyncio.sleep(_ROUND_SECONDS)

    def rest(self) -> None:
        """Finish what has begun, and begin no more."""
        self._working = False

    async def _submit(self, row: dict[str, Any]) -> str | None:
        """The code of the item, if it was accepted."""
        names = ("text", "rating", "product", "module", "batch", "scenario", "region")
        given = {name: row[name] for name in names if row.get(name) is not None}
        customer = {"ref": row["customer"]} | ({"email": f"{row['customer']}@example.com"} if self.by_mail else {})
        given |= {"channel": row["channel"].upper(), "key": str(uuid4()), "customer": customer}
        async with self._submitting:
            payload = await self._told("submitFeedback", _SUBMIT, given)
        if payload is None:
            return None
        code: str = payload["feedback"]["code"]
        self.ledger.items.add(code)
        return code

    async def _items(self) -> Any:
        after = None
        while True:
            page = (await self.api.ask(_LIST, after=after, where=self.where))["feedbacks"]
            for item in page["nodes"]:
                yield item
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _wishes(self, items: Iterable[dict[str, Any]]) -> list[Coroutine[None, None, None]]:
        """What they want to do now: once for each version that they see, not always at once, and never too much."""
        wishes: list[Coroutine[None, None, None]] = []
        for item in items:
            if len(self._acting) + len(wishes) >= _AT_ONCE:
                break
            if self._seen.get(item["code"]) == item["version"] or self._dice.random() < 0.3:
                continue
            self._seen[item["code"]] = item["version"]
            wishes += [self._act(item, *wish) for wish in self._wish(item)]
            wishes += [self._advance(link["key"]) for link in item["linkedItems"] if link["state"] == "OPEN"]
        return wishes

    def _wish(self, item: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        step = item["step"]
        if item["stage"] == "CLOSED":
            return [("reopen", {})] if self._dice.random() < 0.03 else []
        if step is None or step["kind"] == "LINKED":
            return []
        if step["kind"] == "CUSTOMER":
            if step["step"] == "ask":
                return [("customerReply", {"text": "It began last week."})]
            return [("confirm", {"satisfied": self._dice.random() < 0.9})]
        return self._work_on(step)

    def _work_on(self, step: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """One thing that a member does at a step; of branches at the first that is open."""
        if step["kind"] == "PARALLEL":
            tasks = [each for each in step["branches"] if each["kind"] == "TASK" and each["endedAt"] is None]
            return self._work_on(tasks[0]) if tasks else []
        if step["acceptedAt"] is None and self._dice.random() < 0.7:
            return [("accept", {"step": step["step"]})]
        if step["kind"] == "REPLY":
            return [("reply", {"text": "It is solved.", "closingReason": _REASONS.get(step["step"])})]
        outcomes, fields = _TASKS[step["step"]]
        return [("completeStep", {"step": step["step"], "outcome": self._dice.choice(outcomes), "fields": fields})]

    async def _act(self, item: dict[str, Any], verb: str, wish: dict[str, Any]) -> None:
        given = {"id": item["code"], "key": str(uuid4()), "expect": item["version"], **wish}
        payload = await self._told(verb, _ACT % (verb[0].upper() + verb[1:], verb), given)
        if payload is not None:
            kind = _KINDS.get(verb) or ("confirmed" if wish["satisfied"] else "rejected")
            self.ledger.acts[item["code"], kind] += 1

    async def _advance(self, key: str) -> None:
        given = {"id": key, "state": "DONE", "key": str(uuid4())}
        if await self._told("advanceLinkedItem", _ADVANCE, given) is not None:
            self.ledger.advances[key] += 1

    async def _told(self, verb: str, document: str, given: dict[str, Any]) -> dict[str, Any] | None:
        """The payload of a mutation that happened; None when it was refused, or nobody ever said."""
        try:
            payload: dict[str, Any] = (await self.api.ask(document, input=given))[verb]
        except NoAnswer as silence:
            self.ledger.unanswered[f"{verb}: {silence}"] += 1
            return None
        for error in payload["userErrors"]:
            self.ledger.refused[f"{verb}: {error['code']}"] += 1
        return None if payload["userErrors"] else payload
