"""``POST /feedback``: submissions of machines that do not speak GraphQL. Once it answers 201, nothing gets lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from voxloop.domain.identity import global_id
from voxloop.domain.viewer import Viewer
from voxloop.principals import Principals
from voxloop.reception import Parts, receive
from voxloop.web.answers import METHODS, Rejected, answer, machine
from voxloop.web.catalogue import Catalogues
from voxloop.web.submissions import parsed, read_submission


@dataclass(frozen=True)
class Intake:
    """What stands behind every door for machines."""

    parts: Parts
    catalogues: Catalogues

    async def take(self, viewer: Viewer, given: Mapping[str, Any], key: str | None) -> Response:
        """Accept what an object says; ``key`` counts where it names none. 201, or 200 for one accepted before.

        Raises:
            Refused, RefusedTogether: it is not accepted.
        """
        values = read_submission(given)
        if values.get("key") is None:
            values["key"] = key
        catalogue = await self.catalogues.now()
        accepted = await receive(self.parts, viewer, values, catalogue.known)
        row = accepted.row
        shown = {"id": global_id("Feedback", row["id"]), **{name: row[name] for name in ("code", "stage", "version")}}
        return answer(shown, 201 if accepted.created else 200)


def routes(intake: Intake, principals: Principals) -> list[BaseRoute]:
    """The endpoint."""

    @machine
    async def feedback(request: Request, body: bytes) -> Response:
        viewer = await principals.viewer(request.headers.get("authorization", ""))
        if viewer is None:
            raise Rejected(401)
        if viewer.member is not None:
            request.state.language = viewer.language
        return await intake.take(viewer, parsed(body), request.headers.get("idempotency-key"))

    return [Route("/feedback", feedback, methods=METHODS)]
