"""How people are answered on pages: whatever goes wrong is a page in their language that says what to do now."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from voxloop.domain.texts import say
from voxloop.doors import TooLarge, noted
from voxloop.signing import BadLink, LinkExpired
from voxloop.web.answers import RETRY_SECONDS
from voxloop.web.limits import TooMany
from voxloop.web.rendering import language_of, page

Handler = Callable[[Request], Awaitable[Response]]


class Unreadable(Exception):
    """What came is no form."""


def person(handler: Handler) -> Handler:
    """An endpoint of ``handler`` that answers people."""

    async def endpoint(request: Request) -> Response:
        try:
            return private(await handler(request))
        except Exception as error:
            return private(_said(request, error))

    return endpoint


def private(response: Response) -> Response:
    """Neither kept nor found by search engines, and its address is told to nobody."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _said(request: Request, error: Exception) -> Response:
    match error:
        case LinkExpired():
            return _message(request, 410, "expired")
        case BadLink():
            return _message(request, 404, "no_link")
        case TooLarge():
            return _message(request, 413, "too_large", megabytes=error.most // 1_000_000)
        case TooMany():
            minutes = -(-error.seconds // 60)
            response = _message(request, 429, "too_many", minutes=minutes)
            response.headers["Retry-After"] = str(error.seconds)
            return response
        case Unreadable():
            return _message(request, 400, "unreadable")
    id_ = noted(error)
    if id_ is None:
        response = _message(request, 503, "away")
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _message(request, 500, "unforeseen", id=id_)


def _message(request: Request, status: int, text: str, **params: object) -> Response:
    language = language_of(request)
    title, words = say(language, f"trouble.{text}_title"), say(language, f"trouble.{text}", **params)
    return page(request, "message.html", status, title=title, words=words)
