"""GraphQL over HTTP, server-sent events and WebSocket: who asks, and in which form the answer goes out.

Follows graphql-over-http: `application/graphql-response+json` answers 400 when a request was not executed, and has no
`data` then; `application/json` answers 200 as it always did. `text/event-stream` streams, one connection an operation.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import orjson
from cross_web import AsyncHTTPRequestAdapter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from voxloop.domain.texts import best_language
from voxloop.domain.viewer import Viewer
from voxloop.doors import TooLarge, limited
from voxloop.graphql.bounds import LARGEST_BODY
from voxloop.graphql.context import Context
from voxloop.graphql.directory import Directories
from voxloop.graphql.errors import BAD_REQUEST, RequestRefused, shown, unauthenticated
from voxloop.graphql.hub import Hub
from voxloop.graphql.operations import Operations
from voxloop.graphql.requests import read_body, read_query, read_request
from voxloop.graphql.websocket import Conversation, Socket
from voxloop.principals import Principals
from voxloop.reception import Parts
from voxloop.store import health

_JSON = "application/json"
_GRAPHQL_JSON = "application/graphql-response+json"
_PROTOCOLS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
_INIT_SECONDS = 5


@dataclass(frozen=True)
class Policy:
    """``development`` answers queries that come by GET; ``only_stored``: no other documents.

    Pages of other ``origins`` than its own may open a WebSocket only if they are listed.
    """

    development: bool = False
    only_stored: bool = False
    origins: tuple[str, ...] = ()


class Endpoint(GraphQL[Context, None]):
    """The endpoint of one schema."""

    websocket_adapter_class = Socket
    graphql_transport_ws_handler_class = Conversation

    def __init__(
        self, schema: BaseSchema, parts: Parts, principals: Principals, hub: Hub, policy: Policy | None = None
    ) -> None:
        policy = policy or Policy()
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=policy.development,
            subscription_protocols=_PROTOCOLS,
            connection_init_wait_timeout=timedelta(seconds=_INIT_SECONDS),
            max_subscriptions_per_connection=None,
            allowed_origins=policy.origins,
        )
        self._parts, self._principals, self._hub = parts, principals, hub
        self.operations = Operations(parts.sessions, policy.only_stored)
        self._methods = ("POST", "GET") if policy.development else ("POST",)
        self._directories = Directories(parts.sessions, principals.seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send), context=cast(Context, None))
            return
        request = Request(scope, limited(receive, LARGEST_BODY))
        request.state.language = best_language(request.headers.get("accept-language", ""))
        await (await self._respond(request))(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            self._check_head(request)
            return await self.run(request)
        except TooLarge as large:
            refused = RequestRefused("too_large", BAD_REQUEST, 413, most=large.most)
            return self._refusal(refused.status, shown(refused, request.state.language))
        except RequestRefused as refused:
            return self._refusal(refused.status, shown(refused, request.state.language))
        except Exception as error:
            status = 503 if health.is_away(error) else 500
            return self._refusal(status, shown(GraphQLError("", original_error=error), request.state.language))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of a request over HTTP.

        Raises:
            RequestRefused: it brings no valid token.
        """
        authorization, key = request.headers.get("authorization", ""), request.headers.get("idempotency-key")
        context = await self.context(authorization, request.state.language, key)
        request.state.language = context.language
        return context

    async def context(self, authorization: str, language: str, key: str | None = None) -> Context:
        """The context of one operation. ``language``: that of a reader whose own is not known.

        Raises:
            RequestRefused: the token is not valid.
        """

        async def viewer_now() -> Viewer | None:
            return await self._principals.viewer(authorization)

        viewer = await viewer_now()
        if viewer is None:
            raise unauthenticated()
        language = viewer.language if viewer.member is not None else language
        directory = await self._directories.now()
        return Context(self._parts, self._hub, viewer, language, directory, viewer_now, key)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """A response that carries the media type to answer in."""
        wanted = request.headers.get("accept", "")
        return Response(media_type=_GRAPHQL_JSON if _GRAPHQL_JSON in wanted else _JSON)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The request in the body, or in the address of a GET."""
        transport = self._get_stream_transport_from_headers(request.headers)
        body = read_query(request.query_params) if request.method == "GET" else read_body(await request.get_body())
        return await self.operations.completed(read_request(body, transport.protocol if transport else "http"))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer as data: without ``data`` when nothing was executed."""
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        if result.data is not None or any(error.path for error in result.errors or ()):
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
        return cast(GraphQLHTTPResponse, answer)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer as a response."""
        failed = "data" not in response_data and sub_response.media_type == _GRAPHQL_JSON
        content = self.encode_json(response_data)
        return Response(content, status_code=400 if failed else 200, media_type=sub_response.media_type)

    async def create_streaming_response(
        self,
        request: Request | WebSocket,
        stream: Callable[[], AsyncIterator[str]],
        sub_response: Response,
        headers: Mapping[str, str],
    ) -> Response:
        """The answer as a stream."""
        return StreamingResponse(stream(), headers=headers)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def should_render_graphql_ide(self, request: object) -> bool:
        return False

    def _check_head(self, request: Request) -> None:
        if request.method not in self._methods:
            raise RequestRefused("method", BAD_REQUEST, 405, methods=", ".join(self._methods))
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method == "POST" and media_type != _JSON:
            raise RequestRefused("only_json", BAD_REQUEST, 415)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            raise TooLarge(LARGEST_BODY)

    def _refusal(self, status: int, error: GraphQLError) -> Response:
        headers = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": ", ".join(self._methods)}}.get(status)
        return Response(orjson.dumps({"errors": [error.formatted]}), status, headers, _JSON)
