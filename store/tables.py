"""The tables of what an installation consists of: documents, people, products, customers, tokens.

Names and addresses live here and in ``item_tables``, nowhere else, so that erasing them here erases them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from voxloop.domain.feedback import CustomerLevel
from voxloop.domain.people import QueueOrder
from voxloop.store.columns import instant, key, metadata, now, one_of

installation = Table(
    "installation",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    key("key", nullable=False),
    # Signs the links that customers get; made when first needed.
    Column("secret", Text),
    CheckConstraint("single", name="one_row"),
)

# Spelled out, never as values: the plan of a statement that is prepared for all values could not use the index.
PUBLISHED_RULE_SET = text("kind = 'rule_set' AND state = 'published'")

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    key("kind", nullable=False),
    key("key", nullable=False),
    # Counted at publication; a draft has none.
    Column("version", Integer),
    Column("state", String(20), nullable=False),
    Column("body", JSONB, nullable=False),
    # As somebody wrote it in a file, comments and all; None where it was edited otherwise.
    Column("source", Text),
    Column("digest", String(64), nullable=False),
    # The published version that it was made from: another one published since is a conflict.
    Column("base", BigInteger, ForeignKey("document.id")),
    # Counts the edits of a draft; whoever saves says which one she saw.
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("checked_revision", Integer),
    Column("problems", JSONB, nullable=False, server_default="[]"),
    key("author", nullable=False),
    # Everybody who edited it since it was made: none of them is the second person who approves.
    Column("editors", ARRAY(String(100)), nullable=False, server_default="{}"),
    key("approved_by"),
    instant("effective_at"),
    now("created_at"),
    now("changed_at"),
    instant("published_at"),
    UniqueConstraint("kind", "key", "version"),
    CheckConstraint(
        "state IN ('draft', 'checked', 'shadow', 'scheduled', 'published', 'superseded', 'discarded')", name="state"
    ),
    CheckConstraint("(published_at IS NOT NULL) = (state IN ('published', 'superseded'))", name="published_at"),
    CheckConstraint("(version IS NOT NULL) = (published_at IS NOT NULL)", name="version"),
    CheckConstraint("state <> 'scheduled' OR effective_at IS NOT NULL", name="scheduled"),
    Index("one_published_document", "kind", "key", unique=True, postgresql_where=text("state = 'published'")),
    Index("one_shadow_document", "kind", "key", unique=True, postgresql_where=text("state = 'shadow'")),
    Index("ix_document_occasion", text("(body ->> 'on')"), "key", postgresql_where=PUBLISHED_RULE_SET),
)

member = Table(
    "member",
    metadata,
    key("key", primary_key=True),
    Column("name", JSONB, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("language", String(10), nullable=False, server_default="zh-CN"),
    Column("roles", ARRAY(String(100)), nullable=False, server_default="{}"),
    Column("skills", ARRAY(String(100)), nullable=False, server_default="{}"),
    # Keys of the product lines and products, and the regions, that she looks after; empty: all.
    Column("products", ARRAY(String(100)), nullable=False, server_default="{}"),
    Column("regions", ARRAY(String(100)), nullable=False, server_default="{}"),
    # How much open work she can have; None: any amount.
    Column("capacity", Integer),
    # The calendar she works by; None: that of the team.
    key("calendar"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

team = Table(
    "team",
    metadata,
    key("key", primary_key=True),
    Column("title", JSONB, nullable=False),
    key("lead", ForeignKey("member.key")),
    # The calendar it works by, and where it is (IANA).
    key("calendar"),
    key("time_zone"),
    # What comes first in its queue.
    Column("queue", String(20), nullable=False, server_default="due"),
    one_of("queue", QueueOrder),
)

absence = Table(
    "absence",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    key("member", ForeignKey("member.key"), nullable=False),
    instant("since", nullable=False),
    instant("until", nullable=False),
    # Who gets what would be hers meanwhile; None: whom the strategy finds.
    key("substitute", ForeignKey("member.key")),
    # Whether what she has goes to others when it begins.
    Column("hand_over", Boolean, nullable=False, server_default=text("false")),
    key("author", nullable=False),
    now("created_at"),
    CheckConstraint("since < until", name="span"),
    CheckConstraint("substitute <> member", name="another"),
    Index("ix_absence_member", "member", "until"),
)

team_member = Table(
    "team_member",
    metadata,
    key("team", ForeignKey("team.key"), primary_key=True),
    key("member", ForeignKey("member.key"), primary_key=True, index=True),
)

product_line = Table("product_line", metadata, key("key", primary_key=True), Column("title", JSONB, nullable=False))

product = Table(
    "product",
    metadata,
    key("key", primary_key=True),
    key("line", ForeignKey("product_line.key"), nullable=False, index=True),
    Column("title", JSONB, nullable=False),
    Column("modules", JSONB, nullable=False, server_default="[]"),
    Column("versions", ARRAY(String(100)), nullable=False, server_default="{}"),
    Column("batches", ARRAY(String(100)), nullable=False, server_default="{}"),
)

customer = Table(
    "customer",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    key("ref", nullable=False, unique=True),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("language", String(10), nullable=False, server_default="zh-CN"),
    key("level", nullable=False, server_default="regular"),
    key("region"),
    key("segment"),
    # What she is worth to us a year, in the organisation's currency; and how content she is, 0 to 100.
    Column("value", Float),
    Column("health", SmallInteger),
    key("account_owner", ForeignKey("member.key")),
    key("time_zone"),
    now("created_at"),
    one_of("level", CustomerLevel),
    CheckConstraint("health BETWEEN 0 AND 100", name="health"),
)

token = Table(
    "token",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    key("name", nullable=False),
    key("role", nullable=False),
    key("member", ForeignKey("member.key")),
    Column("hash", String(64), nullable=False, unique=True),
    now("created_at"),
    instant("expires_at"),
    instant("revoked_at"),
    CheckConstraint("role IN ('admin', 'manager', 'handler', 'intake')", name="role"),
    CheckConstraint("role <> 'handler' OR member IS NOT NULL", name="handler_is_member"),
)

stored_operation = Table(
    "stored_operation",
    metadata,
    # SHA-256, hexadecimal, of the GraphQL document.
    Column("hash", String(64), primary_key=True),
    Column("document", Text, nullable=False),
    now("created_at"),
)
