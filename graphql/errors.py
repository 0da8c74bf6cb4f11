"""Errors of a request as a whole, and what of an error may be seen. A refused mutation is none: it answers with
``userErrors``. A question that is refused has no such place: its error says the same words.

By whichever transport, every error passes ``shown``: what nobody foresaw is logged under an id, and only that is told.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError, Node
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.utils.str_converters import to_camel_case

from voxloop.domain.refusals import Refused, RefusedTogether, refusal_sentence
from voxloop.domain.submission import unreadable
from voxloop.domain.texts import say
from voxloop.doors import noted
from voxloop.graphql.bounds import MAX_TOKENS
from voxloop.store.statistics import TooSlow

_REASONS = ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT")
_TOO_LONG = f"more than {MAX_TOKENS} tokens. Parsing aborted."
BAD_USER_INPUT = "BAD_USER_INPUT"
BAD_REQUEST = "BAD_REQUEST"


class RequestRefused(GraphQLError):
    """A request is refused as a whole: text ``error.<key>`` with ``params``, worded in its reader's language.

    ``status`` is that of HTTP. ``told`` joins ``code`` in the error's extensions.
    """

    def __init__(
        self, key: str, code: str, status: int = 400, node: Node | None = None, told: Any = None, **params: object
    ) -> None:
        super().__init__(say("en", f"error.{key}", **params), node, extensions={"code": code, **(told or {})})
        self.key, self.status, self.params = key, status, params


def bad_input(argument: str, problem: str, **params: object) -> RequestRefused:
    """An argument that cannot be taken: text ``error.input.<problem>``."""
    key = f"input.{problem}"
    return RequestRefused(key, BAD_USER_INPUT, 400, None, {"argument": argument}, argument=argument, **params)


def readable(argument: str, value: str, limit: int = 200) -> str:
    """A text given as an argument.

    Raises:
        RequestRefused: it is longer than ``limit``, or holds signs that nobody can read.
    """
    if len(value) > limit:
        raise bad_input(argument, "too_long", limit=limit)
    if unreadable(value):
        raise bad_input(argument, "unreadable")
    return value


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Read what may take long.

    Raises:
        RequestRefused: it took too long and was stopped.
    """
    try:
        yield
    except TooSlow as error:
        raise RequestRefused("too_slow", "TOO_SLOW") from error


def unauthenticated() -> RequestRefused:
    """No valid token came with the request."""
    return RequestRefused("unauthenticated", "UNAUTHENTICATED", 401)


def forbidden() -> RequestRefused:
    """Whoever asks may not know this."""
    return RequestRefused("forbidden", "FORBIDDEN", 403)


def refusal_of(error: BaseException | None) -> RequestRefused | None:
    """What Strawberry's own refusals of a request are in our words; None of any other error."""
    if isinstance(error, RequestRefused):
        return error
    if isinstance(error, MissingQueryError):
        return RequestRefused("no_query", BAD_REQUEST)
    if isinstance(error, CannotGetOperationTypeError):
        return RequestRefused("no_operation", BAD_REQUEST)
    if isinstance(error, InvalidOperationTypeError):
        return RequestRefused("only_by_post", BAD_REQUEST, 405)
    return None


def shown(error: GraphQLError, language: str) -> GraphQLError:
    """What may be seen of an error, in ``language``, with a code."""
    refused = refusal_of(error) or refusal_of(error.original_error)
    if refused is not None:
        return _coded(error, say(language, f"error.{refused.key}", **refused.params), **(refused.extensions or {}))
    if isinstance(error.original_error, (Refused, RefusedTogether)):
        return _refused(error, error.original_error, language)
    if isinstance(error, GraphQLSyntaxError):
        too_long = error.message.endswith(_TOO_LONG)
        message = say(language, "error.limit.tokens", maximum=MAX_TOKENS) if too_long else error.message
        return _worded(error, "GRAPHQL_PARSE_FAILED", language, message)
    code = (error.extensions or {}).get("code")
    if code is None and error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        return _masked(error, error.original_error, language)
    return _worded(error, code or BAD_USER_INPUT, language, error.message)


def _refused(error: GraphQLError, refused: Refused | RefusedTogether, language: str) -> GraphQLError:
    if isinstance(refused, RefusedTogether):
        refused = refused.problems[0]
    argument = ".".join([*map(to_camel_case, refused.field[:1]), *refused.field[1:]])
    message = refusal_sentence(language, refused)
    return _coded(error, message, code=refused.code, **({"argument": argument} if argument else {}))


def _worded(error: GraphQLError, code: str, language: str, reason: str) -> GraphQLError:
    """graphql-core gives its reasons in English: what they are about is said in the reader's language."""
    message = say(language, f"error.reason.{code}", reason=reason) if code in _REASONS else reason
    return _coded(error, message, **(error.extensions or {}) | {"code": code})


def _masked(error: GraphQLError, cause: Exception, language: str) -> GraphQLError:
    id_ = noted(cause)
    if id_ is None:
        return _coded(error, say(language, "error.unavailable"), code="UNAVAILABLE")
    return _coded(error, say(language, "error.internal", id=id_), code="INTERNAL", correlationId=id_)


def _coded(error: GraphQLError, message: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)
