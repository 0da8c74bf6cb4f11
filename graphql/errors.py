"""Errors of a request as a whole. A refused mutation is none: it answers with ``userErrors``."""

from graphql import GraphQLError

from voxloop.domain.submission import unreadable

BAD_USER_INPUT = "BAD_USER_INPUT"


def bad_input(message: str) -> GraphQLError:
    """An argument that cannot be understood."""
    return GraphQLError(message, extensions={"code": BAD_USER_INPUT})


def readable(argument: str, value: str, limit: int = 200) -> str:
    """A text given as an argument.

    Raises:
        GraphQLError: it is longer than ``limit``, or holds signs that nobody can read.
    """
    if len(value) > limit:
        raise bad_input(f"{argument}: at most {limit} characters are possible")
    if unreadable(value):
        raise bad_input(f"{argument}: it holds control characters")
    return value
