"""The tables of one item's life. Constraints make wrong states impossible.

After its acceptance only the loop writes an item's row, one version at a time, each with the event that tells it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from voxloop.domain.feedback import Channel, FeedbackType, Outcome, Priority, Stage
from voxloop.store.columns import Xid8, instant, item, key, metadata, now, one_of

# What items are counted by that came before: each an index that ends with the instant of reception.
REPEATS = (("customer",), ("batch",), ("part",), ("product", "module", "product_version"), ("product", "region"))

feedback = Table(
    "feedback",
    metadata,
    # As accepted; never changed afterwards.
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("number", BigInteger, Identity(), nullable=False, unique=True),
    Column(
        "code",
        Text,
        Computed("'FB-' || lpad(number::text, greatest(6, length(number::text)), '0')", persisted=True),
        nullable=False,
        unique=True,
    ),
    key("source", nullable=False),
    Column("idempotency_key", String(200), nullable=False),
    Column("argument_hash", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("channel", String(30), nullable=False),
    key("form"),
    key("scenario"),
    Column("rating", SmallInteger),
    Column("nps", SmallInteger),
    key("product_line", ForeignKey("product_line.key")),
    key("product", ForeignKey("product.key")),
    key("module"),
    key("product_version"),
    key("batch"),
    key("part"),
    key("region"),
    key("order_ref"),
    Column("customer", UUID(as_uuid=True), ForeignKey("customer.id")),
    Column("follow_up_of", UUID(as_uuid=True), ForeignKey("feedback.id")),
    instant("received_at", nullable=False),
    Column("search_keys", ARRAY(Text), nullable=False),
    # The projection: written by the loop only.
    Column("version", Integer, nullable=False),
    Column("stage", String(20), nullable=False, server_default="received"),
    Column("outcome", String(20)),
    # By which near-duplicates of the text are found (``store/similarity``).
    Column("similar_keys", ARRAY(Integer)),
    Column("type", String(20)),
    Column("type_confidence", Float),
    Column("sentiment", Float),
    Column("urgency", String(10)),
    Column("priority", String(10), nullable=False, server_default="normal"),
    Column("tags", ARRAY(String(100)), nullable=False, server_default="{}"),
    key("team", ForeignKey("team.key")),
    key("owner", ForeignKey("member.key")),
    Column("process", BigInteger, ForeignKey("document.id")),
    # The item that stands for this one, and its closing reason, a key of its process.
    Column("merged_into", UUID(as_uuid=True), ForeignKey("feedback.id")),
    key("closing_reason"),
    # Since when that item is closed too, so that this one's own window runs.
    instant("settled_at"),
    Column("rule_set", BigInteger, ForeignKey("document.id")),
    key("step"),
    Column("round", Integer, nullable=False, server_default="1"),
    instant("due_at"),
    Column("overdue", Boolean, nullable=False, server_default=text("false")),
    # Until when somebody has put it aside.
    instant("snoozed_until"),
    instant("acknowledged_at"),
    instant("first_responded_at"),
    instant("answered_at"),
    instant("first_closed_at"),
    instant("closed_at"),
    instant("finished_at"),
    # The transaction that last wrote the row, whoever it was: a trigger keeps it.
    Column("xid", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    UniqueConstraint("source", "idempotency_key"),
    one_of("channel", Channel),
    one_of("stage", Stage),
    one_of("outcome", Outcome),
    one_of("type", FeedbackType),
    one_of("priority", Priority),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    CheckConstraint("nps BETWEEN 0 AND 10", name="nps"),
    CheckConstraint("product IS NULL OR product_line IS NOT NULL", name="product_in_line"),
    CheckConstraint("(stage = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
    CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_has_instant"),
    CheckConstraint("finished_at IS NULL OR stage = 'closed'", name="finished_is_closed"),
    CheckConstraint("merged_into IS NULL OR outcome = 'merged'", name="merged_has_outcome"),
    CheckConstraint("settled_at IS NULL OR merged_into IS NOT NULL", name="settled_is_merged"),
    Index("ix_feedback_search_keys", "search_keys", postgresql_using="gin"),
    Index("ix_feedback_received_at", "received_at", "id"),
    Index("ix_feedback_stage", "stage", "received_at", "id"),
    Index("ix_feedback_team", "team", "due_at", "id"),
    Index("ix_feedback_owner", "owner", "due_at", "id"),
    Index("ix_feedback_due_at", "due_at", "id"),
    *(
        Index(
            f"ix_feedback_{columns[-1]}",
            *columns,
            "received_at",
            postgresql_where=text(" AND ".join(f"{name} IS NOT NULL" for name in columns)),
        )
        for columns in REPEATS
    ),
    # Written at once: what an index of this kind puts off, each search reads from end to end.
    Index(
        "ix_feedback_similar_keys",
        "similar_keys",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
    Index("ix_feedback_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("ix_feedback_process", "process", "id", postgresql_where=text("finished_at IS NULL")),
    Index("ix_feedback_open", "id", postgresql_where=text("finished_at IS NULL")),
    Index("ix_feedback_queue", "team", "due_at", "id", postgresql_where=text("owner IS NULL AND stage = 'working'")),
    Index("ix_feedback_xid", "xid", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
)

event = Table(
    "event",
    metadata,
    item(primary_key=True),
    Column("version", Integer, primary_key=True),
    instant("at", nullable=False),
    now("recorded_at"),
    Column("actor_kind", String(20), nullable=False),
    key("actor"),
    Column("kind", String(40), nullable=False),
    Column("round", Integer, nullable=False),
    key("step"),
    Column("changes", JSONB, nullable=False),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    # What the loop was told: a repeated turn gets this and computes nothing.
    Column("plan", JSONB),
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    CheckConstraint("actor_kind IN ('member', 'customer', 'integration', 'rule', 'system')", name="actor_kind"),
    Index("ix_event_xid", "xid", "item", "version"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    item(index=True),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    now("created_at"),
)

content = Table(
    "content",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    item(index=True),
    key("author", nullable=False),
    Column("body", JSONB, nullable=False),
    now("created_at"),
    # The version whose event took it up; a sweep removes what no act ever did.
    Column("version", Integer),
)

request = Table(
    "request",
    metadata,
    key("principal", primary_key=True),
    item(primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("argument_hash", String(64), nullable=False),
    Column("content", UUID(as_uuid=True), ForeignKey("content.id", ondelete="SET NULL")),
    now("created_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("command", String(20), nullable=False),
    Column("workflow", String(200), nullable=False),
    Column("payload", JSONB, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    now("next_attempt_at"),
    now("created_at"),
    CheckConstraint("command IN ('start_loop', 'start_link', 'wake_target', 'run_errand', 'signal')", name="command"),
    Index("ix_outbox_next_attempt_at", "next_attempt_at", "id"),
)

import_run = Table(
    "import_run",
    metadata,
    # As the items': `import:<name>`.
    key("source", primary_key=True),
    # SHA-256, hexadecimal: of the file, and of how its columns are read.
    Column("file", String(64), nullable=False),
    Column("reading", String(64), nullable=False),
    # The last row that is done with, and what became of all up to it.
    Column("row", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("repeated", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    # How much of the report belongs to those rows.
    Column("report_bytes", BigInteger, nullable=False, server_default="0"),
    # When the loop of the next item may start.
    instant("next_start"),
    now("started_at"),
    instant("finished_at"),
)
