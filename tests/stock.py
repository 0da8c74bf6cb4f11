"""What tests find in their databases: the starter pack, but with rules that look at an item alone.

The starter's own rules count what came before, so that what they decide would depend on the tests that ran before.
"""

from pathlib import Path

import yaml
from sqlalchemy import update

from voxloop.starter.load import load
from voxloop.store import documents
from voxloop.store.sessions import Session
from voxloop.store.tables import document

_INTAKE = Path(__file__).with_name("intake.yaml")


async def stock(session: Session) -> None:
    """Load the starter pack, and publish the tests' rules in the place of its own."""
    await load(session)
    rule_sets = document.c.kind == "rule_set"
    await session.execute(update(document).where(rule_sets, document.c.state == "published").values(state="superseded"))
    await documents.publish(session, "rule_set", "intake", yaml.safe_load(_INTAKE.read_text("utf-8")), "tests")
