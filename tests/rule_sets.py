"""Rule sets that are published while a test needs them."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import update

from voxloop.store import documents
from voxloop.store.sessions import Sessions
from voxloop.store.tables import document

ALWAYS: Mapping[str, Any] = {"all": []}


def rule(key: str, *then: Mapping[str, Any], when: Mapping[str, Any] = ALWAYS) -> dict[str, Any]:
    """A rule as its author writes it."""
    return {"key": key, "title": {"zh-CN": key, "en": key}, "when": when, "then": list(then)}


@contextlib.asynccontextmanager
async def published(
    sessions: Sessions, *rules: Mapping[str, Any], key: str = "intake", on: str = "received"
) -> AsyncIterator[int]:
    """A rule set of these rules; answers its id. Afterwards what was published before is so again, or nothing is."""
    async with sessions.begin() as session:
        before = await documents.published(session, "rule_set", key)
        body = {"key": key, "on": on, "rules": list(rules)}
        version = await documents.publish(session, "rule_set", key, body, "test")
    try:
        yield version
    finally:
        async with sessions.begin() as session:
            if before is not None:
                await documents.publish(session, "rule_set", key, before["body"], "test")
            else:
                await session.execute(update(document).where(document.c.id == version).values(state="superseded"))
