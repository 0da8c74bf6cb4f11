"""A client of the public API that does as clients are told: without a clear answer it repeats with the same key."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

_HANGS_AFTER_SECONDS = 60
_PAUSE_SECONDS = 0.5
_UNCLEAR = {"NOT_CONFIRMED", "INTERNAL"}


class NoAnswer(Exception):
    """Repeating did not help within the patience of the caller."""


@dataclass
class Api:
    """``troubles`` counts what came instead of an answer, in its own words; ``slowest`` is in seconds."""

    http: httpx.AsyncClient
    patience_seconds: float
    troubles: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    async def ask(self, document: str, **variables: Any) -> Any:
        """The ``data`` of the answer.

        Raises:
            NoAnswer: there was none within the client's patience.
        """
        until = time.monotonic() + self.patience_seconds
        while time.monotonic() < until:
            began = time.monotonic()
            data, trouble = await self._once({"query": document, "variables": variables})
            self.slowest = max(self.slowest, time.monotonic() - began)
            if trouble is None:
                return data
            self.troubles[trouble] += 1
            await asyncio.sleep(_PAUSE_SECONDS)
        raise NoAnswer(trouble)

    async def _once(self, body: dict[str, Any]) -> tuple[Any, str | None]:
        try:
            response = await self.http.post("/graphql", json=body)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            return None, type(error).__name__
        if response.status_code >= 500 or answer.get("errors"):
            return None, f"{response.status_code}: {_first_message(answer)}"
        payload = next(iter(answer["data"].values()))
        codes = {error["code"] for error in payload.get("userErrors", ())} if isinstance(payload, dict) else set()
        return answer["data"], next(iter(codes & _UNCLEAR), None)


def _first_message(answer: dict[str, Any]) -> str:
    """What went wrong, without the number by which the log tells more."""
    error = (answer.get("errors") or [answer])[0]
    code = error.get("extensions", {}).get("code", "")
    return f"{code} {error.get('message', error)}".partition(": ")[0].partition("：")[0].strip()


def open_client(url: str, token: str) -> httpx.AsyncClient:
    """A client that takes for a hang what no limit of the server explains."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        timeout=httpx.Timeout(_HANGS_AFTER_SECONDS, connect=5),
        trust_env=False,
    )
