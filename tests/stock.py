"""What tests find in their databases: the starter pack, but with rules that look at an item alone, and room for all.

The starter's own rules count what came before, and its members have only so much room, so that what is decided would
depend on the tests that ran before. Where time passes its calendars are always open, or it would depend on the hour.
"""

from pathlib import Path

import yaml
from sqlalchemy import update

from voxloop.starter.load import load
from voxloop.store import documents
from voxloop.store.sessions import Session
from voxloop.store.tables import document, member

_INTAKE = Path(__file__).with_name("intake.yaml")
_ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def stock(session: Session) -> None:
    """Load the starter pack, and publish the tests' rules in the place of its own."""
    await load(session)
    await session.execute(update(member).values(capacity=None, products=[]))
    rule_sets = document.c.kind == "rule_set"
    await session.execute(update(document).where(rule_sets, document.c.state == "published").values(state="superseded"))
    await documents.publish(session, "rule_set", "intake", yaml.safe_load(_INTAKE.read_text("utf-8")), "tests")


async def always_open(session: Session) -> None:
    """Publish calendars without a closed hour in the place of the starter's; a working day has 24 hours."""
    for key in ("office", "service"):
        standing = await documents.published(session, "calendar", key)
        assert standing is not None
        body = {name: given for name, given in standing["body"].items() if name != "country"}
        await documents.publish(session, "calendar", key, {**body, "day_hours": "24h", "week": _ALWAYS}, "tests")
