"""The tables of what leaves the house: messages and their receipts, linked items, and the built-in register.

Every outward effect has one row, unique by its key, so that nothing is sent or opened twice unseen.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from voxloop.store.columns import instant, item, key, metadata, now

message = Table(
    "message",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    item(),
    Column("version", Integer, nullable=False),
    Column("direction", String(10), nullable=False),
    Column("visibility", String(10), nullable=False),
    Column("purpose", String(30), nullable=False),
    key("author", nullable=False),
    key("member", ForeignKey("member.key")),
    Column("subject", Text),
    Column("text", Text, nullable=False),
    # What is sent below the words and is no part of them: the way back to us.
    Column("footer", Text),
    instant("at", nullable=False),
    CheckConstraint("direction IN ('in', 'out', 'internal')", name="direction"),
    CheckConstraint("visibility IN ('public', 'internal')", name="visibility"),
    Index("ix_message_item", "item", "id"),
)

receipt = Table(
    "receipt",
    metadata,
    key("key", primary_key=True),
    item(index=True),
    Column("message", BigInteger, ForeignKey("message.id"), nullable=False, index=True),
    key("target", nullable=False),
    key("via", nullable=False),
    Column("state", String(20), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("external_id", Text),
    Column("reason", Text),
    now("created_at"),
    instant("settled_at"),
    CheckConstraint(
        "state IN ('pending', 'sending', 'simulated', 'accepted', 'perhaps_twice', 'refused')", name="state"
    ),
    CheckConstraint("(settled_at IS NULL) = (state IN ('pending', 'sending'))", name="settled"),
    Index("ix_receipt_pending", "target", "message", postgresql_where=text("settled_at IS NULL")),
    Index("ix_receipt_settled_at", "settled_at", "state"),
)

linked_item = Table(
    "linked_item",
    metadata,
    key("key", primary_key=True),
    Column("system", String(20), nullable=False),
    key("template", nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False, server_default="opening"),
    Column("external_id", Text),
    Column("peer_version", Integer, nullable=False, server_default="0"),
    instant("opened_at", nullable=False),
    instant("changed_at", nullable=False),
    UniqueConstraint("system", "external_id"),
    CheckConstraint("state IN ('opening', 'open', 'waiting', 'done', 'refused', 'gone')", name="state"),
    CheckConstraint("state = 'opening' OR external_id IS NOT NULL", name="opened_has_id"),
)

feedback_link = Table(
    "feedback_link",
    metadata,
    item(primary_key=True),
    key("linked_item", ForeignKey("linked_item.key"), primary_key=True, index=True),
    key("step"),
    # What the loop has been told; the linked item itself may be further on.
    Column("state", String(20), nullable=False, server_default="opening"),
    Column("peer_version", Integer, nullable=False, server_default="0"),
)

register_item = Table(
    "register_item",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("system", String(20), nullable=False),
    key("key", nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False, server_default="open"),
    Column("note", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    now("created_at"),
    now("changed_at"),
    CheckConstraint("system IN ('pms', 'qms', 'srm', 'crm')", name="system"),
    CheckConstraint("state IN ('open', 'waiting', 'done', 'refused', 'gone')", name="state"),
)
