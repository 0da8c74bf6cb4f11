"""GraphQL over WebSocket: graphql-transport-ws, each operation with a context of its own.

A browser cannot send an ``Authorization`` header with a handshake, so the token may come in the payload of
``connection_init`` instead. What cannot be read ends the connection with 4400, a token that is not valid with 4403; an
operation that is refused ends only itself.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from voxloop.domain.texts import best_language
from voxloop.graphql.bounds import MAX_OPERATIONS
from voxloop.graphql.context import Context
from voxloop.graphql.errors import BAD_REQUEST, RequestRefused, shown
from voxloop.graphql.requests import read_request

if TYPE_CHECKING:
    from voxloop.graphql.endpoint import Endpoint


class Socket(ASGIWebSocketAdapter):
    """Sends frames of text, as the protocol demands."""

    ws: WebSocket

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(self.view.encode_json_string(message))
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error


class Conversation(BaseGraphQLTransportWSHandler[Context, None]):
    """What is said over one connection, from its handshake to its end."""

    _language = ""
    _authorization = ""

    async def handle_message(self, message: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
            await self.handle_invalid_message("A message is an object, and its id a text")
        else:
            await super().handle_message(cast(Message, message))

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        payload = message.setdefault("payload", {}) or {}
        headers = cast(Socket, self.websocket).ws.headers
        if isinstance(payload, dict) and not self.connection_init_received:
            given = payload.get("authorization") or payload.get("Authorization")
            self._authorization = str(given or headers.get("authorization", ""))
            self._language = best_language(headers.get("accept-language", ""))
            try:
                await self._renew()
            except RequestRefused:
                await self.websocket.close(4403, "Forbidden")
                return
            message["payload"] = payload
        await super().handle_connection_init(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)
            return
        try:
            if len(self.operations) >= MAX_OPERATIONS:
                raise RequestRefused("too_many_operations", BAD_REQUEST, maximum=MAX_OPERATIONS)
            operations = cast("Endpoint", self.view).operations
            request = await operations.completed(read_request(message["payload"]))
        except RequestRefused as refused:
            await self._refuse(message["id"], refused)
            return
        if request.query is None:
            raise KeyError("query")
        message["payload"]["query"] = request.query
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        try:
            await self._renew()
        except Exception as error:
            self.operations.pop(operation.id, None)
            await self._refuse(operation.id, GraphQLError("", original_error=error))
        else:
            await super().run_operation(operation)

    async def _renew(self) -> None:
        endpoint = cast("Endpoint", self.view)
        self.context = await endpoint.context(self._authorization, self._language)

    async def _refuse(self, id_: str, error: GraphQLError) -> None:
        payload = [shown(error, self._language).formatted]
        with suppress(WebSocketDisconnected):
            await self.send_message({"id": id_, "type": "error", "payload": payload})
