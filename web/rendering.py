"""How every page is made: one set of templates, one choice of language, one set of headers, files that never go stale.

No page runs an inline script, holds an inline style or asks another host for anything; the headers see to it that a
browser would refuse. A file's address holds the digest of its content, so it may be kept for ever.
"""

import gzip
import hashlib
import importlib.util
import mimetypes
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from voxloop.domain.texts import LANGUAGES, best_language, say

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
_FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}
_HERE = Path(__file__).parent
_templates = Environment(
    loader=PackageLoader("voxloop.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class File:
    """A file that pages use. Its bytes are read, and packed, when they are first asked for."""

    path: Path

    @cached_property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def packed(self) -> bytes:
        """The body under gzip."""
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def digest(self) -> str:
        """The beginning of its SHA-256, hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()[:16]


@cache
def files() -> dict[str, File]:
    """Our own files and plotly.js, by name. Plotly's package is found, never imported."""
    plotly = importlib.util.find_spec("plotly")
    assert plotly is not None
    assert plotly.origin is not None
    paths = [*(_HERE / "static").iterdir(), Path(plotly.origin).parent / "package_data" / "plotly.min.js"]
    return {path.name: File(path) for path in paths}


def static(name: str) -> str:
    """Where a page finds the file ``name``."""
    return f"/static/{files()[name].digest}/{name}"


def language_of(request: Request) -> str:
    """The language of a page: ``?lang=`` where it names one of ours, else what the browser prefers."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else best_language(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that ``template`` makes of ``values``, in the language of the request.

    Templates also have ``language``, ``say(key, ...)`` in it, ``static(name)`` and ``translations``: the address of
    this page by language.
    """
    language = language_of(request)
    address = URL(scope=request.scope)
    body = _templates.get_template(template).render(
        values,
        language=language,
        say=partial(say, language),
        static=static,
        translations={each: _relative(address.include_query_params(lang=each)) for each in LANGUAGES},
    )
    return HTMLResponse(body, status, {**_PAGE_HEADERS, "Content-Language": language})


def _relative(address: URL) -> str:
    return f"{address.path}?{address.query}"


def routes() -> list[BaseRoute]:
    """The files."""
    return [Route("/static/{digest}/{name}", _file)]


async def _file(request: Request) -> Response:
    file = files().get(request.path_params["name"])
    if file is None or file.digest != request.path_params["digest"]:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{file.digest}{"-gzip" if packed else ""}"'
    headers = {**_FILE_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = await run_in_threadpool(getattr, file, "packed" if packed else "body")
    return Response(body, headers=headers, media_type=mimetypes.guess_type(file.path.name)[0])
