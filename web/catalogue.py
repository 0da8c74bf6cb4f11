"""What pages name: the organisation and its products, few enough to be held whole and read anew every few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

from voxloop.domain.submission import KnownProduct
from voxloop.principals import Remembered
from voxloop.store import documents, products
from voxloop.store.sessions import Row, Sessions

_NAMELESS = {"zh-CN": "voxloop", "en": "voxloop"}


@dataclass(frozen=True)
class Catalogue:
    """``organisation``: its name by language; ``lines``: titles of a product line, and its products (title by key)."""

    organisation: Mapping[str, str]
    lines: list[tuple[Mapping[str, str], dict[str, Mapping[str, str]]]]
    known: dict[str, KnownProduct]


class Catalogues:
    """The catalogue as it stood at most ``seconds`` ago."""

    def __init__(self, sessions: Sessions, seconds: float) -> None:
        self._sessions = sessions
        self._remembered: Remembered[Catalogue] = Remembered(seconds)

    async def now(self) -> Catalogue:
        """The catalogue, read anew when it is too old."""
        found = await self._remembered.get("", self._read)
        assert found is not None
        return found

    async def _read(self) -> Catalogue:
        async with self._sessions.connect() as session:
            organisation = await documents.published(session, "organisation", "organisation")
            lines, rows = await products.lines(session), await products.products(session)
        by_line = [
            (line["title"], {row["key"]: row["title"] for row in rows if row["line"] == line["key"]}) for line in lines
        ]
        title = organisation["body"]["title"] if organisation else _NAMELESS
        return Catalogue(title, by_line, {row["key"]: _known(row) for row in rows})


def _known(row: Row) -> KnownProduct:
    return KnownProduct(row["line"], frozenset(module["key"] for module in row["modules"]))
