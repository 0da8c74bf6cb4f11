"""The tables of an item's handling: steps, assignments, clocks and decisions, all written by the loop."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from voxloop.domain.process import StepKind
from voxloop.store.columns import instant, item, key, metadata, one_of

step_run = Table(
    "step_run",
    metadata,
    item(primary_key=True),
    Column("seq", Integer, primary_key=True),
    # The run of the parallel step that this one is a branch of.
    Column("parent", Integer),
    key("step", nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", JSONB, nullable=False),
    Column("round", Integer, nullable=False),
    key("team", ForeignKey("team.key")),
    instant("entered_at", nullable=False),
    instant("accepted_at"),
    # Set while its member waits for the customer.
    instant("waiting_since"),
    instant("ended_at"),
    key("outcome"),
    Column("content", UUID(as_uuid=True), ForeignKey("content.id")),
    # What the process offers and asks for there, for whoever has to choose.
    Column("outcomes", ARRAY(String(100)), nullable=False, server_default="{}"),
    # What people call those outcomes, by outcome and language, as far as the process says so.
    Column("outcome_titles", JSONB, nullable=False, server_default="{}"),
    Column("required", ARRAY(String(100)), nullable=False, server_default="{}"),
    # The fields to be filled in on completion: [{"key", "title", "kind", "required", "options": [...]}]
    Column("form", JSONB, nullable=False, server_default="[]"),
    # Until when an automatic step waits.
    instant("wait_until"),
    # Escalation levels and reminders already told; they only rise.
    Column("fired", ARRAY(String(100)), nullable=False, server_default="{}"),
    CheckConstraint("outcome IS NULL OR ended_at IS NOT NULL", name="outcome_ends"),
    one_of("kind", StepKind),
    Index("one_open_step", "item", unique=True, postgresql_where=text("ended_at IS NULL AND parent IS NULL")),
    # Who may see an item because a branch of it stands with her team.
    Index("ix_step_run_branches", "team", "item", postgresql_where=text("ended_at IS NULL AND parent IS NOT NULL")),
    Index("one_open_branch", "item", "step", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_step_run_ended_at", "ended_at", postgresql_where=text("outcome IS NOT NULL")),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    item(),
    Column("seq", Integer, nullable=False),
    key("team", ForeignKey("team.key")),
    key("member", ForeignKey("member.key")),
    # Why this member: the strategy, and each candidate with what spoke for or against.
    Column("reason", JSONB, nullable=False),
    instant("began_at", nullable=False),
    instant("ended_at"),
    ForeignKeyConstraint(["item", "seq"], ["step_run.item", "step_run.seq"]),
    Index("one_open_assignment", "item", "seq", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_assignment_load", "member", postgresql_where=text("ended_at IS NULL")),
    Index("ix_assignment_item", "item", "member"),
    Index("ix_assignment_turns", "team", "member", "id"),
)

clock = Table(
    "clock",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    item(index=True),
    Column("name", String(20), nullable=False),
    # 0: a clock of the item; else the step it belongs to.
    Column("seq", Integer, nullable=False, server_default="0"),
    instant("started_at", nullable=False),
    # What it counts in: a version of a calendar in a time zone, kept as it was; None: all time.
    Column("calendar", BigInteger, ForeignKey("document.id")),
    key("zone"),
    # Seconds of that time, as are those that it has stood still.
    Column("target_seconds", Float),
    instant("due_at"),
    # Set by a person: no change of priority or level moves it.
    Column("manual", Boolean, nullable=False, server_default=text("false")),
    instant("paused_at"),
    Column("paused_seconds", Float, nullable=False, server_default="0"),
    Column("warned", Float, nullable=False, server_default="0"),
    instant("breached_at"),
    instant("ended_at"),
    Column("fulfilled", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("(target_seconds IS NULL) = (due_at IS NULL)", name="due_has_target"),
    CheckConstraint("NOT fulfilled OR ended_at IS NOT NULL", name="fulfilled_ends"),
    Index("one_running_clock", "item", "name", "seq", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_clock_started_at", "started_at", "id"),
)

clock_event = Table(
    "clock_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("clock", BigInteger, ForeignKey("clock.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    instant("at", nullable=False),
    Column("late_seconds", Float, nullable=False, server_default="0"),
    # What it aimed at from then on, and why: {"priority", "level", "type", "process"}
    instant("due_at"),
    Column("why", JSONB),
    CheckConstraint(
        "kind IN ('activate', 'pause', 'resume', 'retarget', 'warn', 'fulfil', 'cancel', 'breach')", name="kind"
    ),
)

decision = Table(
    "decision",
    metadata,
    item(primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("rule_set", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("body", JSONB, nullable=False),
    instant("at", nullable=False),
    Index("ix_decision_rule_set", "rule_set", "at"),
)

correction = Table(
    "correction",
    metadata,
    # What a person made of what was decided by itself, kept beside it.
    item(primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", String(10), primary_key=True),
    Column("automatic", String(100)),
    Column("corrected", String(100)),
    # Who had decided: the rule of that version of the rule set, in the item's decision of that version. Without a
    # rule it was the analysis or the process, and the rule set is the one that the item keeps to.
    key("rule"),
    Column("rule_set", BigInteger, ForeignKey("document.id"), index=True),
    Column("decision", Integer),
    key("actor", nullable=False),
    instant("at", nullable=False),
    CheckConstraint("field IN ('type', 'priority', 'team')", name="field"),
)

reward = Table(
    "reward",
    metadata,
    # The key of the effect, as of messages and linked items.
    key("key", primary_key=True),
    item(index=True),
    Column("version", Integer, nullable=False),
    Column("customer", UUID(as_uuid=True), ForeignKey("customer.id"), index=True),
    Column("points", Integer, nullable=False),
    key("rule", nullable=False),
    instant("at", nullable=False),
    UniqueConstraint("item", "rule"),
    CheckConstraint("points > 0", name="points"),
)
