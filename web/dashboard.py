"""The dashboard: a page that draws the API's figures, live."""

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """The page and its files."""
    return []
