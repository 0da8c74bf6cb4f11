"""``strawberry.field`` and ``strawberry.mutation`` as decorators that keep the type of what they decorate."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def resolver(description: str) -> Callable[[Resolver], Resolver]:
    """A field with arguments, or one that is worked out."""
    return cast(Callable[[Resolver], Resolver], strawberry.field(description=description))


def mutation(description: str) -> Callable[[Resolver], Resolver]:
    """A field that changes something."""
    return cast(Callable[[Resolver], Resolver], strawberry.mutation(description=description))


def subscription(description: str) -> Callable[[Resolver], Resolver]:
    """A field that goes on."""
    return cast(Callable[[Resolver], Resolver], strawberry.subscription(description=description))
