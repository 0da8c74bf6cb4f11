"""The dashboard: a page that draws the API's figures, live.

The page itself holds no data and needs no token: it asks the reader for one, keeps it in the browser's tab, and shows
what the API lets that token see.
"""

import re
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from voxloop.domain.texts import texts
from voxloop.web.rendering import files, language_of, page

FIGURES = ("trend", "pie", "bar", "sankey")
NUMBERS = ("open", "overdue", "today", "response")
PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
_LIVE = "dashboard_live."


def routes() -> list[BaseRoute]:
    """The page."""
    return [Route("/dashboard", dashboard)]


async def dashboard(request: Request) -> Response:
    """The page, in the language of its reader; its words for what happens later come with it."""
    known = texts(language_of(request))
    words = {key.removeprefix(_LIVE): text for key, text in known.items() if key.startswith(_LIVE)}
    return page(
        request,
        "dashboard.html",
        words=words,
        figures=FIGURES,
        numbers=NUMBERS,
        periods=PERIODS,
        usual_period=USUAL_PERIOD,
        map_style=_map_style(),
    )


@cache
def _map_style() -> str:
    """The id by which plotly.js asks whether the style of its maps is in the page already, else it would write it.

    The policy of our pages forbids that, and no map is drawn here.
    """
    found = re.search(rb'getElementById\("([0-9a-f]{64})"\)', files()["plotly.min.js"].body)
    return found[1].decode() if found else "no-map-style"
