"""GraphQL over HTTP: who asks, in which media type to answer, and what of an error may be seen.

Follows graphql-over-http: `application/graphql-response+json` answers 400 when a request was not executed, and has no
`data` then; `application/json` answers 200 as it always did. What nobody foresaw is logged under an id, and only the
id is told.
"""

import logging
from typing import Any, cast

import orjson
from cross_web import HTTPException
from graphql import GraphQLError, GraphQLSyntaxError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult

from voxloop.domain.identity import new_id
from voxloop.domain.texts import best_language, say
from voxloop.graphql.context import Context
from voxloop.graphql.directory import Directories
from voxloop.graphql.errors import BAD_USER_INPUT
from voxloop.graphql.hub import Hub
from voxloop.principals import Principals
from voxloop.reception import Parts
from voxloop.store import health

_log = logging.getLogger(__name__)
_JSON = "application/json"
_GRAPHQL_JSON = "application/graphql-response+json"
_LARGEST_BODY = 1_000_000
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "POST"}}


class Unauthenticated(Exception):
    """No valid token came with the request."""


class Endpoint(GraphQL[Context, None]):
    """The endpoint of one schema. ``debug`` tells what was unforeseen; never in production."""

    def __init__(self, schema: BaseSchema, parts: Parts, principals: Principals, hub: Hub, debug: bool = False) -> None:
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=())
        self._parts, self._principals, self._hub, self._debug = parts, principals, hub, debug
        self._directories = Directories(parts.sessions, principals.seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, _limited(receive))
        request.state.language = best_language(request.headers.get("accept-language", ""))
        await (await self._respond(request))(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            _check_head(request)
            return await self.run(request)
        except Unauthenticated:
            message = say(request.state.language, "error.unauthenticated")
            return _refusal(401, GraphQLError(message, extensions={"code": "UNAUTHENTICATED"}))
        except HTTPException as error:
            return _refusal(error.status_code, GraphQLError(error.reason, extensions={"code": "BAD_REQUEST"}))
        except Exception as error:
            shown = self._masked(request, GraphQLError("", original_error=error))
            return _refusal(503 if health.is_away(error) else 500, shown)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of a request.

        Raises:
            Unauthenticated: it brings no valid token.
        """
        viewer = await self._principals.viewer(request.headers.get("authorization", ""))
        if viewer is None:
            raise Unauthenticated
        if viewer.member is not None:
            request.state.language = viewer.language
        key = request.headers.get("idempotency-key")
        return Context(self._parts, self._hub, viewer, request.state.language, await self._directories.now(), key)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """A response that carries the media type to answer in."""
        wanted = request.headers.get("accept", "")
        return Response(media_type=_GRAPHQL_JSON if _GRAPHQL_JSON in wanted else _JSON)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer as data: without ``data`` when nothing was executed, its errors coded or masked."""
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = [self._shown(request, error).formatted for error in result.errors]
        if result.data is not None or any(error.path for error in result.errors or ()):
            answer["data"] = result.data
        return cast(GraphQLHTTPResponse, answer)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer as a response."""
        failed = "data" not in response_data and sub_response.media_type == _GRAPHQL_JSON
        content = self.encode_json(response_data)
        return Response(content, status_code=400 if failed else 200, media_type=sub_response.media_type)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        body = orjson.loads(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "The body must be a JSON object; batches are not taken.")
        return body

    def _shown(self, request: Request, error: GraphQLError) -> GraphQLError:
        if error.extensions and "code" in error.extensions:
            return error
        if isinstance(error, GraphQLSyntaxError):
            return _coded(error, "GRAPHQL_PARSE_FAILED")
        if error.original_error is None or isinstance(error.original_error, GraphQLError):
            return _coded(error, BAD_USER_INPUT)
        return self._masked(request, error)

    def _masked(self, request: Request, error: GraphQLError) -> GraphQLError:
        """What may be seen of an outage, or of an error that nobody foresaw: the log has it under the same id."""
        if error.original_error is not None and health.is_away(error.original_error):
            _log.warning("database away: %s", type(error.original_error).__name__)
            message = say(request.state.language, "error.unavailable")
            return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": "UNAVAILABLE"})
        id_ = str(new_id())
        _log.error("unforeseen error %s", id_, exc_info=error.original_error or error)
        message = str(error.original_error) if self._debug else say(request.state.language, "error.internal", id=id_)
        return GraphQLError(
            message, nodes=error.nodes, path=error.path, extensions={"code": "INTERNAL", "correlationId": id_}
        )


def _check_head(request: Request) -> None:
    if request.method != "POST":
        raise HTTPException(405, "Only POST is taken.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise HTTPException(415, f"The body must be {_JSON}.")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _LARGEST_BODY:
        raise _too_large()


def _limited(receive: Receive) -> Receive:
    """What is received until it is too much: its length need not be told in the head."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _LARGEST_BODY:
            raise _too_large()
        return message

    return limited


def _too_large() -> HTTPException:
    return HTTPException(413, f"The body must not be larger than {_LARGEST_BODY} bytes.")


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    return GraphQLError(
        error.message, error.nodes, error.source, error.positions, error.path, extensions={"code": code}
    )


def _refusal(status: int, error: GraphQLError) -> Response:
    return Response(orjson.dumps({"errors": [error.formatted]}), status, _HEADERS.get(status), _JSON)
