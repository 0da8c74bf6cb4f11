"""The tables of studies: what another version of the rules would have decided, and what owners tried out.

Nothing here is part of an item. A study is a row that somebody asked for and an errand carries to its end.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from voxloop.domain.operations import RunState
from voxloop.domain.studies import ShadowState
from voxloop.store.columns import instant, item, key, metadata, now, one_of

backtest = Table(
    "backtest",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    # Rule sets: what is tried, and what it is compared with.
    Column("draft", BigInteger, ForeignKey("document.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("standing", BigInteger, ForeignKey("document.id"), nullable=False),
    # Of items received in this time, those that the filter lets through.
    instant("since", nullable=False),
    instant("until", nullable=False),
    Column("filter", JSONB, nullable=False, server_default="{}"),
    # The rule sets as they were when it began, for a draft may be edited meanwhile.
    Column("bodies", JSONB, nullable=False),
    Column("state", String(20), nullable=False, server_default="running"),
    Column("total", Integer),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    # Items that cannot be decided again, because they were never decided.
    Column("skipped", Integer, nullable=False, server_default="0"),
    # The last item that is done with, and the sums up to it.
    instant("after_at"),
    Column("after_id", UUID(as_uuid=True)),
    Column("sums", JSONB, nullable=False, server_default="{}"),
    # SHA-256, hexadecimal, over all differences in order.
    Column("digest", String(64), nullable=False, server_default=""),
    Column("failure", JSONB),
    key("author", nullable=False),
    now("created_at"),
    instant("finished_at"),
    one_of("state", RunState),
    CheckConstraint("(finished_at IS NULL) = (state IN ('running', 'cancelling'))", name="finished"),
)

backtest_difference = Table(
    "backtest_difference",
    metadata,
    Column("backtest", UUID(as_uuid=True), ForeignKey("backtest.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    item(),
    # [{"field", "before", "after", "rule"}]
    Column("changes", JSONB, nullable=False),
)

shadow = Table(
    "shadow",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("draft", BigInteger, ForeignKey("document.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("standing", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("body", JSONB, nullable=False),
    # The facts that it speaks of: they are to stand with each decision that it is compared with.
    Column("asked", ARRAY(String(100)), nullable=False),
    Column("state", String(20), nullable=False, server_default="running"),
    # The last decision that was looked at: events are read in this order, so that none is missed.
    Column("after_xid", BigInteger, nullable=False),
    Column("after_item", UUID(as_uuid=True)),
    Column("after_version", Integer),
    Column("compared", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("sums", JSONB, nullable=False, server_default="{}"),
    Column("failure", JSONB),
    key("author", nullable=False),
    now("created_at"),
    instant("finished_at"),
    one_of("state", ShadowState),
    CheckConstraint("(finished_at IS NULL) = (state = 'running')", name="finished"),
    Index("one_running_shadow", "draft", unique=True, postgresql_where=text("state = 'running'")),
)

shadow_difference = Table(
    "shadow_difference",
    metadata,
    Column("shadow", UUID(as_uuid=True), ForeignKey("shadow.id", ondelete="CASCADE"), primary_key=True),
    item(primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("changes", JSONB, nullable=False),
    UniqueConstraint("shadow", "position"),
)

simulation = Table(
    "simulation",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    # What was asked, which may hold a text: so both are swept after a day.
    Column("request", JSONB, nullable=False),
    Column("result", JSONB),
    key("author", nullable=False),
    now("created_at"),
)

what_if = Table(
    "what_if",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    # What is tried, as bodies, for drafts may be edited meanwhile: {"process", "calendars", "targets", "staffing"}
    Column("request", JSONB, nullable=False),
    # Of items received in this time, those that the filter lets through.
    instant("since", nullable=False),
    instant("until", nullable=False),
    Column("filter", JSONB, nullable=False, server_default="{}"),
    Column("state", String(20), nullable=False, server_default="running"),
    Column("total", Integer),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    # Items that cannot be replayed.
    Column("skipped", Integer, nullable=False, server_default="0"),
    instant("after_at"),
    Column("after_id", UUID(as_uuid=True)),
    Column("sums", JSONB, nullable=False, server_default="{}"),
    # SHA-256, hexadecimal, over all differences in order.
    Column("digest", String(64), nullable=False, server_default=""),
    Column("failure", JSONB),
    key("author", nullable=False),
    now("created_at"),
    instant("finished_at"),
    one_of("state", RunState),
    CheckConstraint("(finished_at IS NULL) = (state IN ('running', 'cancelling'))", name="finished"),
)

what_if_difference = Table(
    "what_if_difference",
    metadata,
    Column("what_if", UUID(as_uuid=True), ForeignKey("what_if.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    item(),
    # [{"clock", "step", "before": {"due", "breached"}, "after": {...}}]
    Column("changes", JSONB, nullable=False),
)
