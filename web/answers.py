"""How machines are answered: with JSON and a fitting status, errors in the reader's language, never a stack trace.

``{"errors": [{"code", "field", "message", "params"}]}``, the codes and sentences being those of GraphQL's userErrors.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.texts import best_language, say, sentence
from voxloop.doors import TooLarge, noted
from voxloop.web.limits import limited_body

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]  # all but POST are refused in words
LARGEST_BODY = 1_000_000
RETRY_SECONDS = 5

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "POST"}, 503: {"Retry-After": str(RETRY_SECONDS)}}
# Errors of the request as a whole: the code, and its text under ``error``.
_WORDS = {
    400: ("BAD_REQUEST", "bad_json"),
    401: ("UNAUTHENTICATED", "unauthenticated"),
    405: ("BAD_METHOD", "only_post"),
    413: ("TOO_LARGE", "too_large"),
    415: ("BAD_MEDIA_TYPE", "only_json"),
    500: ("INTERNAL", "internal"),
    503: ("UNAVAILABLE", "unavailable"),
}
Handler = Callable[[Request, bytes], Awaitable[Response]]


class Rejected(Exception):
    """The request as a whole is not taken; ``status`` says why, ``text`` in other words than usual."""

    def __init__(self, status: int, text: str | None = None) -> None:
        super().__init__(status)
        self.status, self.text = status, text


def machine(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of ``handler``, which gets a request's JSON body as it came, whatever goes wrong."""

    async def endpoint(request: Request) -> Response:
        request.state.language = best_language(request.headers.get("accept-language", ""))
        try:
            return await handler(request, await _body(request))
        except Rejected as rejected:
            return _whole(request, rejected.status, rejected.text)
        except TooLarge as large:
            return _whole(request, 413, most=large.most)
        except (Refused, RefusedTogether) as refused:
            return _refused(request, refused)
        except Exception as error:
            id_ = noted(error)
            return _whole(request, 503) if id_ is None else _whole(request, 500, id=id_)

    return endpoint


def answer(content: object, status: int = 200) -> Response:
    """JSON."""
    headers = {"Cache-Control": "no-store", **_HEADERS.get(status, {})}
    return Response(orjson.dumps(content), status, headers, "application/json")


async def _body(request: Request) -> bytes:
    if request.method != "POST":
        raise Rejected(405)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Rejected(415)
    try:
        return await limited_body(request, LARGEST_BODY).body()
    except ClientDisconnect as gone:  # nobody reads this
        raise Rejected(400) from gone


def _whole(request: Request, status: int, text: str | None = None, **params: Any) -> Response:
    code, usual = _WORDS[status]
    message = say(request.state.language, f"error.{text or usual}", **params)
    return answer({"errors": [_error(code, None, message, params)]}, status)


def _refused(request: Request, refused: Refused | RefusedTogether) -> Response:
    problems: Sequence[Refused] = refused.problems if isinstance(refused, RefusedTogether) else [refused]
    forbidden = any(problem.code is RefusalCode.FORBIDDEN for problem in problems)
    errors = [
        _error(
            problem.code,
            _place(problem),
            sentence(request.state.language, f"refusal.{problem.code}", problem.params),
            problem.params,
        )
        for problem in problems
    ]
    return answer({"errors": errors}, 403 if forbidden else 422)


def _error(code: str, field: list[str] | None, message: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "field": field, "message": message, "params": params}


def _place(problem: Refused) -> list[str] | None:
    """Where in the body; a name that is not ours stays as it was written."""
    if problem.code is RefusalCode.UNKNOWN_FIELD or not problem.field:
        return list(problem.field) or None
    first, *words = problem.field[0].split("_")
    return [first + "".join(map(str.capitalize, words)), *problem.field[1:]]
