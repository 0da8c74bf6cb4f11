"""Our own outgoing webhook: one endpoint that hears of every stage change (Standard Webhooks 1.0, CloudEvents 1.0).

The receiver knows an event again by its ``webhook-id``, our key, so repeating one is harmless: whatever leaves it open
whether an event arrived is tried again until there is an answer.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from voxloop import tracing
from voxloop.integrations.ports import Outgoing, Refused, Sent, Unavailable

_SECONDS = 10  # below the heartbeat that the sender owes
_LONGEST_PAUSE = timedelta(hours=1)
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class WebhookChannel:
    """Posts to ``url``, signed with each of ``secrets``: two while one takes the other's place.

    After an answer of 410 nothing is sent any more by this process: the receiver does not want it.
    """

    searchable = True

    def __init__(self, url: str, secrets: Sequence[str]) -> None:
        self._url, self._signers = url, [Webhook(secret) for secret in secrets]
        self._unwanted = False

    async def send(self, message: Outgoing) -> Sent:
        """Post the event that is the message's text; only an answer of 2xx is proof."""
        if self._unwanted:
            raise Refused("410 was answered before")
        try:
            async with asyncio.timeout(_SECONDS), httpx.AsyncClient(follow_redirects=False) as http:
                headers = self._headers(message)
                async with http.stream("POST", self._url, content=message.text.encode(), headers=headers) as answer:
                    self._judge(answer)
        except (httpx.TransportError, TimeoutError) as error:
            raise Unavailable(type(error).__name__) from error
        return Sent("accepted", message.key)

    async def find(self, key: str) -> Sent | None:
        """Nobody need be asked: an event that arrives twice counts once."""
        return None

    def _headers(self, message: Outgoing) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "user-agent": "voxloop",
            "webhook-id": message.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(message.key, now, message.text) for signer in self._signers),
            **tracing.carried(),
        }

    def _judge(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        reason = f"{answer.status_code} {answer.reason_phrase}".strip()
        if answer.is_server_error or answer.status_code in _LATER:
            raise Unavailable(reason, _pause(answer.headers.get("retry-after")))
        self._unwanted = answer.status_code == HTTPStatus.GONE
        raise Refused(reason)


def _pause(wanted: str | None) -> timedelta | None:
    """How long to wait, from ``Retry-After`` (RFC 9110, 10.2.3): at most an hour, whatever is asked for."""
    if wanted is None:
        return None
    try:
        pause = timedelta(seconds=int(wanted)) if wanted.isdecimal() else parsedate_to_datetime(wanted) - _now()
    except (ValueError, OverflowError, TypeError):  # TypeError: a date without a zone
        return None
    return min(max(pause, timedelta(seconds=1)), _LONGEST_PAUSE)


def _now() -> datetime:
    return datetime.now(UTC)
