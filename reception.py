"""Receiving feedback by whichever door: checked whole, accepted by one statement, its loop started soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from voxloop import telemetry
from voxloop.analysis.language import language_of
from voxloop.analysis.search_keys import search_keys
from voxloop.domain.identity import CODE, digest, new_id
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.rights import SUBMIT, demand_right
from voxloop.domain.submission import KnownProduct, clean, problems
from voxloop.domain.viewer import Viewer
from voxloop.store import acceptance, attachments, customers, feedback
from voxloop.store.acceptance import Acceptance
from voxloop.store.attachments import Attachment
from voxloop.store.feedback import Accepted
from voxloop.store.sessions import Row, Session, Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay

_SAME_NAME = (
    "text", "channel", "form", "scenario", "rating", "nps", "product", "module", "product_version", "batch", "part",
    "region", "order_ref",
)  # fmt: skip
_FIELDS = (*_SAME_NAME, "key", "language", "customer", "follow_up_of", "received_at")


@dataclass(frozen=True)
class Parts:
    """What every door works with: the database, the way to the loops, the carrier of the outbox.

    ``address`` is where customers reach the pages; links begin with it. ``scale``: what divides planned durations.
    """

    sessions: Sessions
    loops: Loops
    relay: Relay
    address: str = ""
    scale: float = 1.0

    @cached_property
    def acceptance(self) -> Acceptance:
        """Where items go in that bring nothing else with them."""
        return Acceptance(self.sessions)


async def receive(
    parts: Parts,
    viewer: Viewer,
    given: Mapping[str, Any],
    products: Mapping[str, KnownProduct],
    files: Sequence[Attachment] = (),
) -> Accepted:
    """Accept one submission: values by the names of ``domain/submission``, those not given being None.

    ``files`` are kept with it. ``follow_up_of`` is the id or the code of an item that ``viewer`` sees.

    Raises:
        Refused, RefusedTogether: it is not accepted, and nothing was changed.
    """
    demand_right(viewer, SUBMIT)
    values = clean(dict.fromkeys(_FIELDS) | dict(given))
    demand(*problems(values, products, datetime.now(UTC)))
    item = as_item(viewer.name, values, products)
    with telemetry.INTAKE_SECONDS.time():
        if files or values["customer"] is not None or values["follow_up_of"] is not None:
            accepted = await _accept_with_others(parts.sessions, viewer, item, values, files)
        else:
            accepted = await parts.acceptance.accept(item, viewer.actor)
            _demand_same(accepted, item)
    if accepted.created:
        parts.relay.poke()
    return accepted


async def _accept_with_others(
    sessions: Sessions, viewer: Viewer, item: dict[str, Any], values: Mapping[str, Any], files: Sequence[Attachment]
) -> Accepted:
    """Accept an item together with the rows beside it, or none of them."""
    if files:
        shown = [sha256(file.body).hexdigest() for file in files]
        item["argument_hash"] = digest({"values": item["argument_hash"], "files": shown})
    async with sessions.begin() as session:
        item["customer"] = await _customer(session, values["customer"])
        item["follow_up_of"] = await _earlier(session, viewer, values["follow_up_of"])
        accepted = await acceptance.accept(session, item, viewer.actor)
        _demand_same(accepted, item)
        if accepted.created and files:
            await attachments.add(session, accepted.row["id"], files)
    return accepted


def _demand_same(accepted: Accepted, item: Mapping[str, Any]) -> None:
    if accepted.row["argument_hash"] != item["argument_hash"]:
        raise Refused(RefusalCode.KEY_REUSED, ["key"])


def as_item(source: str, values: Mapping[str, Any], products: Mapping[str, KnownProduct]) -> dict[str, Any]:
    """The columns of a new item that nobody and nothing else belongs to, from cleaned values without problems."""
    product = products.get(values["product"] or "")
    return {
        **{name: values[name] for name in _SAME_NAME},
        "id": new_id(),
        "source": source,
        "idempotency_key": values["key"],
        "argument_hash": hash_of(values),
        "language": values["language"] or language_of(values["text"]),
        "product_line": product.line if product else None,
        "customer": None,
        "follow_up_of": None,
        "received_at": values["received_at"] or datetime.now(UTC),
        "search_keys": search_keys(values["text"]),
    }


def hash_of(values: Mapping[str, Any]) -> str:
    """By which cleaned values are known again when their key comes back: of what is given, whatever may be."""
    return digest({name: value for name, value in values.items() if name != "key" and value is not None})


async def _customer(session: Session, given: dict[str, Any] | None) -> UUID | None:
    if given is None:
        return None
    known = {name: value for name, value in given.items() if name != "ref" and value is not None}
    return await customers.ensure(session, given["ref"], known)


async def _earlier(session: Session, viewer: Viewer, wanted: UUID | str | None) -> UUID | None:
    if wanted is None:
        return None
    earlier: UUID = (await find(session, viewer, wanted, "follow_up_of"))["id"]
    return earlier


async def find(session: Session, viewer: Viewer, wanted: UUID | str, field: str = "id") -> Row:
    """An item by its id or its code, which came in that ``field``.

    Raises:
        Refused: ``viewer`` sees no such item.
    """
    row: Row | None = None
    if isinstance(wanted, UUID):
        row = await feedback.get(session, viewer, wanted)
    elif CODE.fullmatch(wanted):
        row = await feedback.get(session, viewer, code=wanted)
    if row is None:
        raise Refused(RefusalCode.NOT_FOUND, [field])
    return row
