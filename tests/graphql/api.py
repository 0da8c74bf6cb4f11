"""An API that tests ask as a frontend does: over HTTP, with a token."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any
from unittest import mock

import httpx
from asyncpg.connection import LoggedQuery
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from voxloop.domain.viewer import Role
from voxloop.graphql.operations import hash_of
from voxloop.graphql.schema import schema
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store import operations, tokens
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay

Answer = dict[str, Any]
_ASKING_AGAIN = ContextVar("asking_again", default=False)


class Api:
    """The application on a database. Nothing is remembered between requests, so that statements can be counted."""

    def __init__(self, sessions: Sessions, loops: Loops) -> None:
        self.sessions, self.loops, self.secrets = sessions, loops, dict[str, str]()
        self.app = build_app(sessions, loops, Relay(sessions, loops), read_settings({}), fresh_seconds=0)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Accept-Language": "en"})

    async def give(self, name: str, role: Role, member: str | None = None) -> None:
        """Make a token; ``ask(..., by=name)`` comes with it."""
        async with self.sessions.begin() as session:
            _, self.secrets[name] = await tokens.create(session, name, role, member)

    async def send(
        self, document: str, by: str, headers: dict[str, str] | None = None, **variables: Any
    ) -> httpx.Response:
        """The whole response. Queries are asked again: a stored one's plan and a plain executor answer the same."""
        headers = {"Authorization": f"Bearer {self.secrets[by]}", **(headers or {})}
        body = {"query": document, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=headers)
        if document.lstrip().startswith(("query", "{")):
            asking_again = _ASKING_AGAIN.set(True)
            stored = await self._stored(document, variables, headers)
            with mock.patch.object(schema, "execution_context_class", StrawberryGraphQLCoreExecutionContext):
                plain = await self.http.post("/graphql", json=body, headers=headers)
            again = await self.http.post("/graphql", json=body, headers=headers)
            _ASKING_AGAIN.reset(asking_again)
            if again.content == response.content:  # else a loop has moved, or an error has told its new number
                assert {stored.content, plain.content} == {response.content}
        return response

    async def _stored(self, document: str, variables: Answer, headers: dict[str, str]) -> httpx.Response:
        document += "\n# stored"  # what is asked by its text must not be known by its hash
        hash_ = hash_of(document)
        async with self.sessions.begin() as session:
            await operations.add(session, {hash_: document})
        body = {"documentId": f"sha256:{hash_}", "variables": variables}
        return await self.http.post("/graphql", json=body, headers=headers)

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
    """The SQL statements that are sent meanwhile, by SQLAlchemy and by the driver, but not to ask again."""
    sent: list[str] = []

    def note(statement: str) -> None:
        if not _ASKING_AGAIN.get():
            sent.append(statement)

    def note_cursor(connection: object, cursor: object, statement: str, *_: object) -> None:
        note(statement)

    def note_driver(record: LoggedQuery) -> None:
        if record.query.startswith("SELECT"):  # not the ends of transactions
            note(record.query)

    def begin(connection: DBAPIConnection, *_: object) -> None:
        connection.driver_connection.add_query_logger(note_driver)

    def end(connection: DBAPIConnection, *_: object) -> None:
        connection.driver_connection.remove_query_logger(note_driver)

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": note_cursor,
        "checkout": begin,
        "checkin": end,
    }
    for name, listener in listeners.items():
        event.listen(sessions.sync_engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners.items():
            event.remove(sessions.sync_engine, name, listener)
