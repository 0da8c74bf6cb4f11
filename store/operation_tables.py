"""The tables of what is done to many items at once: bulk acts, and migrations to another version of a process.

Each is a row that an errand carries to its end, with a row for each item that says what became of it.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.schema import SchemaItem

from voxloop.domain.operations import ItemState, RunState
from voxloop.store.columns import instant, item, key, metadata, now, one_of


def _operation() -> tuple[SchemaItem, ...]:
    return (
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("state", String(20), nullable=False, server_default="running"),
        Column("total", Integer, nullable=False),
        Column("done", Integer, nullable=False, server_default="0"),
        # Of those, how many could not be acted on.
        Column("refused", Integer, nullable=False, server_default="0"),
        Column("failure", JSONB),
        key("author", nullable=False),
        now("created_at"),
        instant("finished_at"),
        one_of("state", RunState),
        CheckConstraint("(finished_at IS NULL) = (state IN ('running', 'cancelling'))", name="finished"),
    )


def _item_of(table: str) -> tuple[SchemaItem, ...]:
    return (
        Column(table, UUID(as_uuid=True), ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True),
        item(),
        Column("state", String(20), nullable=False, server_default="pending"),
        # The version of the item that it wrote; or why not: {"code", "params"}.
        Column("version", Integer),
        Column("refusal", JSONB(none_as_null=True)),
        one_of("state", ItemState),
        Index(f"ix_{table}_item_item", "item"),
    )


bulk = Table(
    "bulk",
    metadata,
    *_operation(),
    # The act, as one on a single item would be asked for, and by whom with which rights.
    Column("wish", JSONB, nullable=False),
    Column("viewer", JSONB, nullable=False),
    Column("filter", JSONB),
)

bulk_item = Table("bulk_item", metadata, *_item_of("bulk"))

migration = Table(
    "migration",
    metadata,
    *_operation(),
    # The version of a process to which they go; steps that it has not, to those which stand in for them.
    Column("process", BigInteger, ForeignKey("document.id"), nullable=False, index=True),
    Column("steps", JSONB, nullable=False, server_default="{}"),
    Column("filter", JSONB),
    # The migration that this one takes back.
    Column("back_of", UUID(as_uuid=True), ForeignKey("migration.id")),
)

migration_item = Table(
    "migration_item",
    metadata,
    *_item_of("migration"),
    # Where it stood and goes: version of the process and step.
    Column("before", BigInteger, ForeignKey("document.id"), nullable=False),
    key("step"),
    Column("after", BigInteger, ForeignKey("document.id"), nullable=False),
    key("goes_to"),
)
