"""The tables of what ties items to each other and to people: links, followers, presence, views, mentions, surveys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from voxloop.domain.relations import LinkKind, SurveyKind
from voxloop.domain.views import Sharing
from voxloop.store.columns import instant, item, key, metadata, now, one_of

item_link = Table(
    "item_link",
    metadata,
    # Read from ``item`` to ``other``: this one is caused by, follows, is related to the other one.
    item(primary_key=True),
    Column("other", UUID(as_uuid=True), ForeignKey("feedback.id"), primary_key=True, index=True),
    Column("kind", String(20), primary_key=True),
    key("actor", nullable=False),
    instant("at", nullable=False),
    one_of("kind", LinkKind),
    CheckConstraint("other <> item", name="another"),
    # Whichever of the two was linked to the other one.
    Index("one_link_of_a_kind", text("LEAST(item, other)"), text("GREATEST(item, other)"), "kind", unique=True),
)

follower = Table(
    "follower",
    metadata,
    item(primary_key=True),
    key("member", ForeignKey("member.key"), primary_key=True),
    now("since"),
    Index("ix_follower_member", "member", "item"),
)

# Who has an item open. What a crash takes away is said again within half a minute, so it is in no log.
presence = Table(
    "presence",
    metadata,
    item(primary_key=True),
    key("member", ForeignKey("member.key"), primary_key=True),
    Column("writing", Boolean, nullable=False),
    now("since"),
    now("said_at"),
    prefixes=["UNLOGGED"],
)

view = Table(
    "view",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    # The actor who made it: a token without a member has views too.
    Column("owner", Text, nullable=False, index=True),
    Column("sharing", String(20), nullable=False),
    Column("title", Text, nullable=False),
    # As the schema of the API writes it, so that its owner reads what she wrote.
    Column("where", JSONB, nullable=False),
    Column("field", String(20), nullable=False),
    Column("descending", Boolean, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    now("created_at"),
    one_of("sharing", Sharing),
)

mention = Table(
    "mention",
    metadata,
    Column("message", BigInteger, ForeignKey("message.id"), primary_key=True),
    key("member", ForeignKey("member.key"), primary_key=True),
    item(),
    instant("at", nullable=False),
    Index("ix_mention_member", "member", "at"),
)

survey = Table(
    "survey",
    metadata,
    # One a round: what was asked when the item was closed, and what the customer said.
    item(primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    instant("asked_at", nullable=False),
    instant("answered_at"),
    Column("score", SmallInteger),
    Column("comment", Text),
    one_of("kind", SurveyKind),
    CheckConstraint("(answered_at IS NULL) = (score IS NULL)", name="answered"),
    Index("ix_survey_answered_at", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
)
