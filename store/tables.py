"""The tables of what an installation consists of: documents, people, products, customers, tokens.

Names and addresses live here and in ``item_tables``, nowhere else, so that erasing them here erases them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from voxloop.domain.feedback import CustomerLevel
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

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    key("kind", nullable=False),
    key("key", nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("body", JSONB, nullable=False),
    Column("digest", String(64), nullable=False),
    key("author", nullable=False),
    now("created_at"),
    instant("published_at"),
    UniqueConstraint("kind", "key", "version"),
    CheckConstraint("state IN ('draft', 'checked', 'published', 'superseded')", name="state"),
    CheckConstraint("(published_at IS NOT NULL) = (state IN ('published', 'superseded'))", name="published_at"),
    Index("one_published_document", "kind", "key", unique=True, postgresql_where=text("state = 'published'")),
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
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

team = Table(
    "team",
    metadata,
    key("key", primary_key=True),
    Column("title", JSONB, nullable=False),
    key("lead", ForeignKey("member.key")),
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
    key("account_owner", ForeignKey("member.key")),
    now("created_at"),
    one_of("level", CustomerLevel),
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
