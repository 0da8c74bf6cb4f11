"""A real SMTP server that answers as a test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP


@dataclass
class Mailbox:
    """What has arrived. ``answers`` come first, one for each mail: a reply, or None to hang up after taking it."""

    url: str = ""
    arrived: list[Message] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)  # answers to RCPT, likewise


class _Handler(MessageHandler):
    def __init__(self, box: Mailbox) -> None:
        super().__init__()
        self._box = box

    def handle_message(self, message: Message) -> None:
        self._box.arrived.append(message)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self._box.recipients.pop(0) if self._box.recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer.format(address=address)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = self._box.answers.pop(0) if self._box.answers else "250 OK"
        if answer is None or answer.startswith("250"):
            await super().handle_DATA(server, session, envelope)
        if answer is None:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer or "250 OK"


@contextlib.asynccontextmanager
async def serve_mail() -> AsyncIterator[Mailbox]:
    """A server on a free port of this machine."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_Handler(box), hostname="test", loop=loop), "127.0.0.1", 0)
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield box
    server.close()
    await server.wait_closed()
