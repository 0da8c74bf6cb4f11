"""The built-in register: stands in for PMS, QMS, SRM and CRM where an installation has none, worked through our API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voxloop.domain.linked import LinkedState, Standing
from voxloop.integrations.ports import Draft, PeerItem

Ensure = Callable[[Mapping[str, Any]], Awaitable[Mapping[Any, Any]]]


@dataclass(frozen=True)
class Register:
    """One kind of system within the register; ``keep`` opens a row for a key once and answers how it stands."""

    system: str
    keep: Ensure

    async def ensure(self, draft: Draft) -> PeerItem:
        """The item of that key, opened now if it was not there."""
        row = await self.keep({"system": self.system, "key": draft.key, "title": draft.title, "body": draft.body})
        external_id = f"{self.system.upper()}-{row['number']}"
        return PeerItem(external_id, Standing(LinkedState(row["state"]), row["version"]))
