"""What customers and machines reach without GraphQL: hosted forms, status pages, the intake endpoint, hooks."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from voxloop.principals import Principals
from voxloop.reception import Parts
from voxloop.web import attachments, forms, hooks, intake, status_page
from voxloop.web.catalogue import Catalogues


def routes(parts: Parts, principals: Principals, hook_secrets: Sequence[str] = ()) -> list[BaseRoute]:
    """All of them; without secrets there is no hook."""
    catalogues = Catalogues(parts.sessions, principals.seconds)
    doors = intake.Intake(parts, catalogues)
    return [
        *intake.routes(doors, principals),
        *hooks.routes(doors, hook_secrets),
        *forms.routes(parts, catalogues),
        *status_page.routes(parts, catalogues),
        *attachments.routes(parts),
    ]
