"""What customers and machines reach without GraphQL: hosted forms, status pages, the intake endpoint, hooks."""

from starlette.routing import BaseRoute

from voxloop.principals import Principals
from voxloop.reception import Parts


def routes(parts: Parts, principals: Principals) -> list[BaseRoute]:
    """All of them."""
    return []
