"""Receiving feedback by whichever door: checked whole, accepted by one statement, its loop started soon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from voxloop.analysis.language import language_of
from voxloop.analysis.search_keys import search_keys
from voxloop.domain.identity import CODE, digest, new_id
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.rights import SUBMIT, demand_right
from voxloop.domain.submission import KnownProduct, clean, problems
from voxloop.domain.viewer import Viewer
from voxloop.store import customers, feedback
from voxloop.store.feedback import Accepted
from voxloop.store.sessions import Session, Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay

_SAME_NAME = (
    "text", "channel", "form", "scenario", "rating", "nps", "product", "module", "product_version", "batch", "region",
    "order_ref",
)  # fmt: skip
_FIELDS = (*_SAME_NAME, "key", "language", "customer", "follow_up_of", "received_at")


@dataclass(frozen=True)
class Parts:
    """What every door works with: the database, the way to the loops, the carrier of the outbox."""

    sessions: Sessions
    loops: Loops
    relay: Relay


async def receive(
    parts: Parts, viewer: Viewer, given: Mapping[str, Any], products: Mapping[str, KnownProduct]
) -> Accepted:
    """Accept one submission: values by the names of ``domain/submission``, those not given being None.

    ``follow_up_of`` is the id or the code of an item that ``viewer`` sees.

    Raises:
        Refused, RefusedTogether: it is not accepted, and nothing was changed.
    """
    demand_right(viewer, SUBMIT)
    values = clean(dict.fromkeys(_FIELDS) | dict(given))
    demand(*problems(values, products, datetime.now(UTC)))
    async with parts.sessions.begin() as session:
        item = await _item(session, viewer, values, products)
        accepted = await feedback.accept(session, item, viewer.actor)
        if accepted.row["argument_hash"] != item["argument_hash"]:
            raise Refused(RefusalCode.KEY_REUSED, ["key"])
    if accepted.created:
        parts.relay.poke()
    return accepted


async def _item(
    session: Session, viewer: Viewer, values: dict[str, Any], products: Mapping[str, KnownProduct]
) -> dict[str, Any]:
    """The columns of the new item."""
    product = products.get(values["product"] or "")
    return {
        **{name: values[name] for name in _SAME_NAME},
        "id": new_id(),
        "source": viewer.name,
        "idempotency_key": values["key"],
        "argument_hash": digest({name: value for name, value in values.items() if name != "key"}),
        "language": values["language"] or language_of(values["text"]),
        "product_line": product.line if product else None,
        "customer": await _customer(session, values["customer"]),
        "follow_up_of": await _earlier(session, viewer, values["follow_up_of"]),
        "received_at": values["received_at"] or datetime.now(UTC),
        "search_keys": search_keys(values["text"]),
    }


async def _customer(session: Session, given: dict[str, Any] | None) -> UUID | None:
    if given is None:
        return None
    known = {name: value for name, value in given.items() if name != "ref" and value is not None}
    return await customers.ensure(session, given["ref"], known)


async def _earlier(session: Session, viewer: Viewer, wanted: UUID | str | None) -> UUID | None:
    if wanted is None:
        return None
    row = None
    if isinstance(wanted, UUID):
        row = await feedback.get(session, viewer, wanted)
    elif CODE.fullmatch(wanted):
        row = await feedback.get(session, viewer, code=wanted)
    if row is None:
        raise Refused(RefusalCode.NOT_FOUND, ["follow_up_of"])
    earlier: UUID = row["id"]
    return earlier
