"""An API that tests ask as a frontend does: over HTTP, with a token."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import event

from voxloop.domain.viewer import Role
from voxloop.server import build_app
from voxloop.store import tokens
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay

Answer = dict[str, Any]


class Api:
    """The application on a database. Nothing is remembered between requests, so that statements can be counted."""

    def __init__(self, sessions: Sessions, loops: Loops) -> None:
        self.sessions, self.loops, self.secrets = sessions, loops, dict[str, str]()
        self.app = build_app(sessions, loops, Relay(sessions, loops), fresh_seconds=0)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Accept-Language": "en"})

    async def give(self, name: str, role: Role, member: str | None = None) -> None:
        """Make a token; ``ask(..., by=name)`` comes with it."""
        async with self.sessions.begin() as session:
            _, self.secrets[name] = await tokens.create(session, name, role, member)

    async def send(
        self, document: str, by: str, headers: dict[str, str] | None = None, **variables: Any
    ) -> httpx.Response:
        """The whole response."""
        headers = {"Authorization": f"Bearer {self.secrets[by]}", **(headers or {})}
        return await self.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)

    async def ask(self, document: str, by: str = "admin", **variables: Any) -> Answer:
        """The data of an answer that has no errors."""
        answer = (await self.send(document, by, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: Answer = answer["data"]
        return data

    async def fail(self, document: str, by: str = "admin", **variables: Any) -> str:
        """The code of the one error of an answer."""
        [error] = (await self.send(document, by, **variables)).json()["errors"]
        code: str = error["extensions"]["code"]
        return code

    async def do(self, mutation: str, by: str = "admin", select: str = "code version stage", **given: Any) -> Answer:
        """The payload of a mutation on an item."""
        name = mutation[0].upper() + mutation[1:]
        document = f"""mutation ($input: {name}Input!) {{ done: {mutation}(input: $input) {{
          feedback {{ {select} }} userErrors {{ code field message params }} }} }}"""
        done: Answer = (await self.ask(document, by, input=given))["done"]
        return done

    async def refused(self, mutation: str, by: str = "admin", **given: Any) -> list[tuple[str, list[str] | None]]:
        """Codes and fields of the refusals of a mutation on an item."""
        done = await self.do(mutation, by, **given)
        assert done["feedback"] is None
        return [(error["code"], error["field"]) for error in done["userErrors"]]


@contextlib.contextmanager
def statements(sessions: Sessions) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(sessions.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(sessions.sync_engine, "before_cursor_execute", note)
