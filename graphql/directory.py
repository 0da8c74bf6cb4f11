"""Who and what exists: teams, members and products, few enough to be held whole and read anew every few seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from voxloop.domain.submission import KnownProduct
from voxloop.graphql.nodes import global_id, made
from voxloop.graphql.people import Member, Team
from voxloop.graphql.products import Product, ProductLine
from voxloop.principals import Remembered
from voxloop.store import people, products
from voxloop.store.sessions import Row, Session, Sessions


@dataclass(frozen=True)
class Directory:
    """Everything by its key."""

    members: dict[str, Member]
    teams: dict[str, Team]
    lines: dict[str, ProductLine]
    products: dict[str, Product]

    @cached_property
    def known_products(self) -> dict[str, KnownProduct]:
        """What submissions may name."""
        return {
            key: KnownProduct(product.line.key, frozenset(part["key"] for part in product.parts))
            for key, product in self.products.items()
        }


class Directories:
    """The directory as it stood at most ``seconds`` ago."""

    def __init__(self, sessions: Sessions, seconds: float) -> None:
        self._sessions = sessions
        self._remembered: Remembered[Directory] = Remembered(seconds)

    async def now(self) -> Directory:
        """The directory, read anew when it is too old."""
        found = await self._remembered.get("", lambda: read_directory(self._sessions))
        assert found is not None
        return found


async def read_directory(sessions: Sessions) -> Directory:
    """The directory as it stands now."""
    async with sessions.begin() as session:
        members, teams = await _people(session)
        lines = {
            row["key"]: made(ProductLine, row, id=global_id("ProductLine", row["key"]), titles=row["title"])
            for row in await products.lines(session)
        }
        found = {row["key"]: _product(row, lines) for row in await products.products(session)}
    return Directory(members, teams, lines, found)


async def _people(session: Session) -> tuple[dict[str, Member], dict[str, Team]]:
    pairs = [(pair["team"], pair["member"]) for pair in await people.memberships(session)]
    members = {
        row["key"]: _member(row, (team for team, member in pairs if member == row["key"]))
        for row in await people.members(session)
    }
    teams = {
        row["key"]: made(
            Team,
            row,
            id=global_id("Team", row["key"]),
            lead=members.get(row["lead"]),
            members=[members[member] for team, member in pairs if team == row["key"]],
            titles=row["title"],
            row=row,
        )
        for row in await people.teams(session)
    }
    return members, teams


def _member(row: Row, teams: Iterable[str]) -> Member:
    return made(Member, row, id=global_id("Member", row["key"]), teams=list(teams), names=row["name"], row=row)


def _product(row: Row, lines: dict[str, ProductLine]) -> Product:
    own = {"line": lines[row["line"]], "titles": row["title"], "parts": row["modules"]}
    return made(Product, row, id=global_id("Product", row["key"]), **own)
