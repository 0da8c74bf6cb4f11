"""Subscriptions as the schema gives them, without a transport between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from strawberry.types import ExecutionResult

from voxloop.graphql.endpoint import Endpoint
from voxloop.graphql.hub import Hub
from voxloop.graphql.schema import schema
from voxloop.principals import Principals
from voxloop.reception import Parts
from voxloop.tests.graphql.api import Api
from voxloop.workflows.relay import Relay

PATIENCE_SECONDS = 60


class Stream:
    """What a subscription tells, one at a time."""

    def __init__(self, results: Any) -> None:
        self.results = results

    async def next(self) -> Any:
        """The value of its field."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = cast(ExecutionResult, await anext(self.results))
        assert result.errors is None, result.errors
        assert result.data is not None
        [value] = result.data.values()
        return value

    async def fails(self) -> str:
        """The code of the error that comes instead."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = cast(ExecutionResult, await anext(self.results))
        assert result.errors is not None
        [error] = result.errors
        return str((error.extensions or {})["code"])

    async def ends(self) -> bool:
        """Whether nothing more comes, because it is complete."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await anext(self.results, None) is None


@dataclass
class Watchers:
    """Who watches ``api`` by its ``hub``."""

    api: Api
    hub: Hub

    def __post_init__(self) -> None:
        api = self.api
        parts = Parts(api.sessions, api.loops, Relay(api.sessions, api.loops), "http://test")
        self.endpoint = Endpoint(schema, parts, Principals(api.sessions, 0), self.hub)

    @contextlib.asynccontextmanager
    async def watch(self, document: str, by: str = "admin", **variables: Any) -> AsyncIterator[Stream]:
        """A subscription, ended with the context."""
        context = await self.endpoint.context(f"Bearer {self.api.secrets[by]}", "en")
        results = await schema.subscribe(document, variables, context_value=context)
        async with contextlib.aclosing(cast(Any, results)):
            yield Stream(results)


@contextlib.asynccontextmanager
async def open_watchers(api: Api) -> AsyncIterator[Watchers]:
    """A hub of its own on the API's database."""
    hub = Hub(api.sessions)
    running = asyncio.create_task(hub.run())
    yield Watchers(api, hub)
    running.cancel()
    await asyncio.wait([running])
