"""What every request has, whatever it asks: an id of its own, a place in the numbers and, where wanted, in a trace.

The id that a client or proxy gives as ``X-Request-ID`` is kept, so that its log and ours name the same thing.
"""

import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voxloop import logs, telemetry, tracing
from voxloop.domain.identity import new_id

_HEADER = b"x-request-id"
_GOOD_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,100}")
_NO_ROUTE = "(none)"  # any path that somebody tries: it is no label


class Observed:
    """Around an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(_HEADER, b"")
        id_ = given if _GOOD_ID.fullmatch(given) else str(new_id()).encode()
        known = logs.REQUEST.set(id_.decode())
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, id_)]
                telemetry.REQUEST_SECONDS.labels(_route(scope)).observe(time.perf_counter() - began)
            await send(message)

        carrier = {"traceparent": headers.get(b"traceparent", b"").decode("latin-1")}
        try:
            with tracing.going_on(carrier, "http", **{"http.request.method": scope["method"]}) as span:
                await self._app(scope, receive, answer)
                if span is not None:
                    span.update_name(f"{scope['method']} {_route(scope)}")
                    span.set_attributes({"http.route": _route(scope), "http.response.status_code": status})
        finally:
            telemetry.REQUESTS.labels(_route(scope), scope["method"], status or 500).inc()
            logs.REQUEST.reset(known)


def _route(scope: Scope) -> str:
    """The path as it is routed (``/f/{form}``), never as it was asked for."""
    return getattr(scope.get("route"), "path", _NO_ROUTE)
