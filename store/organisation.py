"""The organisation: its teams, members, products and first customers, loaded from one description; its time zone."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.identity import new_id
from voxloop.domain.statistics import DEFAULT_TIME_ZONE
from voxloop.store import documents
from voxloop.store.sessions import Session
from voxloop.store.tables import customer, member, product, product_line, team, team_member

Description = Mapping[str, Any]


async def time_zone(session: Session) -> str:
    """The IANA name of the time zone in which its days begin."""
    standing = await documents.published(session, "organisation", "organisation")
    return str((standing["body"] if standing else {}).get("time_zone", DEFAULT_TIME_ZONE))


async def load(session: Session, company: Description) -> None:
    """Add what is new in ``company`` (the layout of ``starter/company.yaml``); what exists stays as it is."""
    lines = [entry["line"] for entry in company["products"]]
    products = [item | {"line": entry["line"]["key"]} for entry in company["products"] for item in entry["products"]]
    await _add(session, member, map(_member, company["members"]))
    await _add(session, team, company["teams"])
    pairs = [{"team": key, "member": each["key"]} for each in company["members"] for key in each["teams"]]
    await _add(session, team_member, pairs)
    await _add(session, product_line, lines)
    await _add(session, product, products)
    await _add(session, customer, ({"id": new_id(), **each} for each in company.get("customers", [])), "ref")


def _member(described: Description) -> dict[str, Any]:
    return {name: value for name, value in described.items() if name != "teams"}


async def _add(session: Session, table: Table, rows: Iterable[Description], same: str | None = None) -> None:
    for row in rows:
        new = upsert(table).values(**row)
        await session.execute(new.on_conflict_do_nothing(index_elements=[same] if same else None))
