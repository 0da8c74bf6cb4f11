"""The pages as a browser without scripts sees them, and the doors for machines."""

import re
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from sqlalchemy import select

from voxloop.domain.viewer import Role
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.signing import Links
from voxloop.store import attachments, installation, tokens
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay

ADDRESS = "http://test"
HOOK_SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB")


class Site:
    """The application on a database. Each test comes from an address of its own, so that limits count for it alone."""

    def __init__(self, sessions: Sessions, loops: Loops) -> None:
        self.sessions, self.loops, self.visitors = sessions, loops, 0
        settings = read_settings({"VOXLOOP_PUBLIC_URL": ADDRESS, "VOXLOOP_HOOK_SECRET": " ".join(HOOK_SECRETS)})
        self.app = build_app(sessions, loops, Relay(sessions, loops), settings, fresh_seconds=0)

    def visit(self, language: str = "en", secret: str | None = None) -> httpx.AsyncClient:
        """A visitor from an address that nobody had before."""
        self.visitors += 1
        transport = httpx.ASGITransport(self.app, client=(f"10.0.{self.visitors // 256}.{self.visitors % 256}", 1))
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {secret}"} if secret else {})
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)

    async def token(self, role: Role, name: str = "shop") -> str:
        """The secret of a new token."""
        async with self.sessions.begin() as session:
            return (await tokens.create(session, name, role))[1]

    async def rows(self, source: str | None = None) -> list[Row]:
        """Items in order."""
        async with self.sessions.connect() as session:
            wanted = select(feedback).order_by(feedback.c.number)
            if source is not None:
                wanted = wanted.where(feedback.c.source == source)
            return list((await session.execute(wanted)).mappings())

    async def links(self) -> Links:
        """What signs its links."""
        async with self.sessions.begin() as session:
            return Links(ADDRESS, await installation.secret_of(session))

    async def files(self, item: UUID) -> list[Row]:
        """The attachments of an item, with their bytes."""
        async with self.sessions.connect() as session:
            found = [await attachments.get(session, row["id"]) for row in await attachments.of_items(session, [item])]
            return [row for row in found if row is not None]


async def fill(visitor: httpx.AsyncClient, query: str = "", **entered: str) -> dict[str, str]:
    """What the form sends when it is filled in like that."""
    return hidden((await visitor.get(f"/f/feedback{query}")).text) | entered


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def problems(page: str) -> dict[str, str]:
    """What a page says is wrong, by field."""
    return {name: unescape(text) for name, text in re.findall(r'class="problem" id="(\w+)-problem">([^<]*)<', page)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """The bytes of a picture."""
    written = BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(written, kind, **options)
    return written.getvalue()
