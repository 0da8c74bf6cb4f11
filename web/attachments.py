"""``/a/<signed>``: the bytes of an attachment for whoever holds a fresh link to it. They are shown, never run."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from voxloop.reception import Parts
from voxloop.signing import ATTACHMENT_LASTS, BadLink, Links
from voxloop.store import attachments, installation
from voxloop.web.visitors import person

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # frontends of other origins show it
    "Cache-Control": f"private, max-age={int(ATTACHMENT_LASTS.total_seconds())}",
}


def routes(parts: Parts) -> list[BaseRoute]:
    """The endpoint."""

    @person
    async def attachment(request: Request) -> Response:
        async with parts.sessions.begin() as session:
            links = Links(parts.address, await installation.secret_of(session))
            row = await attachments.get(session, links.attachment_of(request.path_params["token"]))
        if row is None:
            raise BadLink
        kind: str = row["media_type"]
        name = f'inline; filename="{row["id"]}.{kind.partition("/")[2]}"'
        return Response(row["body"], headers={**_HEADERS, "Content-Disposition": name}, media_type=kind)

    return [Route("/a/{token}", attachment)]
