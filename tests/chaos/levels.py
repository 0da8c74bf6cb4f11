"""Counts what came of escalations: each level of each item once, in order, never early, to whom it should.

That the director was sent a text message is read where it went to: in the built-in target's file.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import text

from voxloop.store.sessions import Row, Sessions
from voxloop.tests.chaos.counting import Check

ASSIGNEE, TEAM_LEAD, DIRECTOR = 1, 2, 3
_LEVELS = [ASSIGNEE, TEAM_LEAD, DIRECTOR]
_PAUSE_SECONDS = 0.2

_ESCALATED = """
    SELECT f.code, e.at, (e.detail->>'due')::timestamptz AS due, (e.detail->>'level')::int AS level,
        (e.detail->>'late_seconds')::float AS late_seconds,
        ARRAY(SELECT jsonb_array_elements_text(e.detail->'told') ORDER BY 1) AS told
    FROM event e JOIN feedback f ON f.id = e.item WHERE e.kind = 'escalated' ORDER BY e.item, e.version"""
_OWNERS = "SELECT code, owner FROM feedback"
_LEADS = "SELECT lead AS key FROM team WHERE key = 'customer_service'"
_DIRECTORS = "SELECT key FROM member WHERE 'director' = ANY (roles) AND active ORDER BY key"
_RECEIPTS = """
    SELECT r.key, f.code, m.member FROM receipt r JOIN message m ON m.id = r.message
    JOIN feedback f ON f.id = r.item WHERE r.via = 'sms'"""
_UNSENT = "SELECT key FROM receipt WHERE settled_at IS NULL"


@dataclass(frozen=True)
class Levels:
    """What escalations did to the items of these ``codes``."""

    sessions: Sessions
    file: Path
    codes: Sequence[str]

    async def until_all_reach(self, level: int, patience_seconds: float) -> None:
        """Wait until every item has come to this level, or the patience is over."""

        async def reached() -> bool:
            return len(await self._at(level)) >= len(self.codes)

        await _until(reached, patience_seconds)

    async def until_all_is_sent(self, patience_seconds: float) -> None:
        """Wait until nothing of what they tell is under way, or the patience is over."""

        async def sent() -> bool:
            return not await self._select(_UNSENT)

        await _until(sent, patience_seconds)

    async def checks(self) -> list[Check]:
        """Each level of each item, whom it told, and the text messages that went out."""
        reached = {code: await self._of(code) for code in self.codes}
        once = [code for code, levels in reached.items() if [each["level"] for each in levels] == _LEVELS]
        early = [code for code, levels in reached.items() if any(each["at"] < each["due"] for each in levels)]
        told = [code for code in once if [each["told"] for each in reached[code]] == await self._to_be_told(code)]
        sent, wanted = await self._text_messages(), await self._keys(_DIRECTORS)
        return [
            Check("items escalated to each of three levels once, in order", len(once), len(self.codes)),
            Check("items of which assignee, team lead and directors were told", len(told), len(self.codes)),
            Check("items escalated early", len(early), 0, ", ".join(early[:3])),
            Check("directors sent a text message", len(sent), len(self.codes) * len(wanted)),
            Check("text messages sent twice", sum(times > 1 for times in sent.values())),
        ]

    async def lateness(self) -> dict[str, str]:
        """How late each level was done at the most, as the timeline tells."""
        rows = await self._escalated()
        latest = {
            level: max((row["late_seconds"] for row in rows if row["level"] == level), default=0) for level in _LEVELS
        }
        return {f"level {level} was late by at most": f"{seconds:.1f} s" for level, seconds in latest.items()}

    async def _text_messages(self) -> Counter[tuple[str, str]]:
        receipts = {row["key"]: (row["code"], row["member"]) for row in await self._select(_RECEIPTS)}
        lines = map(orjson.loads, self.file.read_bytes().splitlines())
        return Counter(receipts[line["key"]] for line in lines if line["via"] == "sms")

    async def _to_be_told(self, code: str) -> list[list[str]]:
        owners = [row["owner"] for row in await self._select(_OWNERS) if row["code"] == code]
        return [owners, await self._keys(_LEADS), await self._keys(_DIRECTORS)]

    async def _at(self, level: int) -> list[Row]:
        return [row for row in await self._escalated() if row["level"] == level]

    async def _of(self, code: str) -> list[Row]:
        return [row for row in await self._escalated() if row["code"] == code]

    async def _escalated(self) -> Sequence[Row]:
        return [row for row in await self._select(_ESCALATED) if row["code"] in self.codes]

    async def _keys(self, sql: str) -> list[str]:
        return [row["key"] for row in await self._select(sql)]

    async def _select(self, sql: str) -> Sequence[Row]:
        async with self.sessions.begin() as session:
            return (await session.execute(text(sql))).mappings().all()


async def _until(holds: Callable[[], Awaitable[bool]], patience_seconds: float) -> None:
    ends = time.monotonic() + patience_seconds
    while not await holds():
        if time.monotonic() > ends:
            return
        await asyncio.sleep(_PAUSE_SECONDS)
