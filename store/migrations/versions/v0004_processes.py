"""What processes, clocks and people need: calendars, branches, surveys, absences, links, and runs over many items."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_KINDS = "kind IN ('task', 'reply', 'customer', 'linked', 'choice', 'automatic', 'parallel')"
_STATES = "state IN ('running', 'cancelling', 'cancelled', 'done', 'failed')"
_FINISHED = "(finished_at IS NULL) = (state IN ('running', 'cancelling'))"
_OPEN = sa.text("ended_at IS NULL")
_SETTLED = "settled_at IS NULL OR merged_into IS NOT NULL"


def upgrade() -> None:
    _clocks()
    _steps()
    _people()
    _items()
    _operations()
    _what_if()


def _clocks() -> None:
    op.add_column("clock", _number("calendar", sa.BigInteger, nullable=True))
    op.add_column("clock", _key("zone"))
    op.add_column("clock", sa.Column("manual", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_index(op.f("one_running_clock"), table_name="clock", postgresql_where="(ended_at IS NULL)")
    op.create_index("one_running_clock", "clock", ["item", "name", "seq"], unique=True, postgresql_where=_OPEN)
    op.create_index("ix_clock_started_at", "clock", ["started_at", "id"])
    op.create_foreign_key(op.f("fk_clock_calendar"), "clock", "document", ["calendar"], ["id"])
    op.add_column("clock_event", _instant("due_at"))
    op.add_column("clock_event", _json("why"))


def _steps() -> None:
    op.drop_index(op.f("one_open_assignment"), table_name="assignment", postgresql_where="(ended_at IS NULL)")
    op.create_index("one_open_assignment", "assignment", ["item", "seq"], unique=True, postgresql_where=_OPEN)
    op.create_index("ix_assignment_turns", "assignment", ["team", "member", "id"])
    op.add_column("step_run", _number("parent", nullable=True))
    op.drop_constraint(op.f("ck_step_run_kind"), "step_run")
    op.create_check_constraint(op.f("ck_step_run_kind"), "step_run", _KINDS)
    op.drop_index("one_open_step", "step_run")
    at_the_top, within = (sa.text(f"ended_at IS NULL AND parent IS {word}") for word in ("NULL", "NOT NULL"))
    op.create_index("one_open_step", "step_run", ["item"], unique=True, postgresql_where=at_the_top)
    op.create_index("ix_step_run_branches", "step_run", ["team", "item"], postgresql_where=within)
    op.add_column("step_run", _json("form", "[]"))
    op.add_column("step_run", _instant("wait_until"))
    op.create_index("one_open_branch", "step_run", ["item", "step"], unique=True, postgresql_where=_OPEN)


def _people() -> None:
    op.add_column("customer", _key("time_zone"))
    for name in ("skills", "products", "regions"):
        op.add_column("member", _keys(name))
    op.add_column("member", _number("capacity", nullable=True))
    op.add_column("member", _key("calendar"))
    op.add_column("team", _key("calendar"))
    op.add_column("team", _key("time_zone"))
    op.add_column("team", sa.Column("queue", sa.String(20), server_default="due", nullable=False))
    op.create_check_constraint(op.f("ck_team_queue"), "team", "queue IN ('due', 'priority', 'received')")
    op.create_table(
        "absence",
        _id("id"),
        _key("member", nullable=False),
        _instant("since", nullable=False),
        _instant("until", nullable=False),
        _key("substitute"),
        sa.Column("hand_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _key("author", nullable=False),
        _now("created_at"),
        sa.CheckConstraint("since < until", name=op.f("ck_absence_span")),
        sa.CheckConstraint("substitute <> member", name=op.f("ck_absence_another")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_absence_member")),
        sa.ForeignKeyConstraint(["substitute"], ["member.key"], name=op.f("fk_absence_substitute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_member", "absence", ["member", "until"])


def _items() -> None:
    op.add_column("feedback", _id("merged_into", nullable=True))
    op.add_column("feedback", _key("closing_reason"))
    op.add_column("feedback", _instant("settled_at"))
    duplicates = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_feedback_merged_into", "feedback", ["merged_into"], postgresql_where=duplicates)
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("ix_feedback_process", "feedback", ["process", "id"], postgresql_where=unfinished)
    op.create_foreign_key(op.f("fk_feedback_merged_into"), "feedback", "feedback", ["merged_into"], ["id"])
    merged = "merged_into IS NULL OR outcome = 'merged'"
    op.create_check_constraint(op.f("ck_feedback_merged_has_outcome"), "feedback", merged)
    op.create_check_constraint(op.f("ck_feedback_settled_is_merged"), "feedback", _SETTLED)
    op.create_table(
        "item_link",
        _id("item"),
        _id("other"),
        sa.Column("kind", sa.String(20), nullable=False),
        _key("actor", nullable=False),
        _instant("at", nullable=False),
        sa.CheckConstraint("kind IN ('related', 'caused_by', 'blocked_by')", name=op.f("ck_item_link_kind")),
        sa.CheckConstraint("other <> item", name=op.f("ck_item_link_another")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_item_link_item")),
        sa.ForeignKeyConstraint(["other"], ["feedback.id"], name=op.f("fk_item_link_other")),
        sa.PrimaryKeyConstraint("item", "other", "kind", name=op.f("pk_item_link")),
    )
    op.create_index(op.f("ix_item_link_other"), "item_link", ["other"])
    op.execute("CREATE UNIQUE INDEX one_link_of_a_kind ON item_link (LEAST(item, other), GREATEST(item, other), kind)")
    op.create_table(
        "follower",
        _id("item"),
        _key("member", nullable=False),
        _now("since"),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_follower_item")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_follower_member")),
        sa.PrimaryKeyConstraint("item", "member", name=op.f("pk_follower")),
    )
    op.create_index("ix_follower_member", "follower", ["member", "item"])
    op.create_table(
        "mention",
        _number("message", sa.BigInteger),
        _key("member", nullable=False),
        _id("item"),
        _instant("at", nullable=False),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_mention_item")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_mention_member")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_mention_message")),
        sa.PrimaryKeyConstraint("message", "member", name=op.f("pk_mention")),
    )
    op.create_index("ix_mention_member", "mention", ["member", "at"])
    op.create_table(
        "survey",
        _id("item"),
        _number("round"),
        sa.Column("kind", sa.String(10), nullable=False),
        _instant("asked_at", nullable=False),
        _instant("answered_at"),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('nps', 'csat', 'ces')", name=op.f("ck_survey_kind")),
        sa.CheckConstraint("(answered_at IS NULL) = (score IS NULL)", name=op.f("ck_survey_answered")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_survey_item")),
        sa.PrimaryKeyConstraint("item", "round", name=op.f("pk_survey")),
    )
    op.create_index(
        "ix_survey_answered_at", "survey", ["answered_at"], postgresql_where=sa.text("answered_at IS NOT NULL")
    )


def _operations() -> None:
    op.create_table(
        "bulk",
        _id("id"),
        *_progress(),
        _json("wish", nullable=False),
        _json("viewer", nullable=False),
        _json("filter"),
        *_is_run("bulk"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
    )
    op.create_table(
        "bulk_item",
        _id("bulk"),
        _number("position"),
        _id("item"),
        sa.Column("state", sa.String(20), server_default="pending", nullable=False),
        _number("version", nullable=True),
        _json("refusal"),
        sa.CheckConstraint("state IN ('pending', 'done', 'refused', 'skipped')", name=op.f("ck_bulk_item_state")),
        sa.ForeignKeyConstraint(["bulk"], ["bulk.id"], name=op.f("fk_bulk_item_bulk"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_bulk_item_item")),
        sa.PrimaryKeyConstraint("bulk", "position", name=op.f("pk_bulk_item")),
    )
    op.create_index("ix_bulk_item_item", "bulk_item", ["item"])
    op.create_table(
        "migration",
        _id("id"),
        *_progress(),
        _number("process", sa.BigInteger),
        _json("steps", "{}"),
        _json("filter"),
        _id("back_of", nullable=True),
        *_is_run("migration"),
        sa.ForeignKeyConstraint(["back_of"], ["migration.id"], name=op.f("fk_migration_back_of")),
        sa.ForeignKeyConstraint(["process"], ["document.id"], name=op.f("fk_migration_process")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    op.create_index(op.f("ix_migration_process"), "migration", ["process"])
    op.create_table(
        "migration_item",
        _id("migration"),
        _number("position"),
        _id("item"),
        sa.Column("state", sa.String(20), server_default="pending", nullable=False),
        _number("version", nullable=True),
        _json("refusal"),
        _number("before", sa.BigInteger),
        _key("step"),
        _number("after", sa.BigInteger),
        _key("goes_to"),
        sa.CheckConstraint("state IN ('pending', 'done', 'refused', 'skipped')", name=op.f("ck_migration_item_state")),
        sa.ForeignKeyConstraint(["after"], ["document.id"], name=op.f("fk_migration_item_after")),
        sa.ForeignKeyConstraint(["before"], ["document.id"], name=op.f("fk_migration_item_before")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_migration_item_item")),
        sa.ForeignKeyConstraint(
            ["migration"], ["migration.id"], name=op.f("fk_migration_item_migration"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("migration", "position", name=op.f("pk_migration_item")),
    )
    op.create_index("ix_migration_item_item", "migration_item", ["item"])


def _what_if() -> None:
    op.create_table(
        "what_if",
        _id("id"),
        _json("request", nullable=False),
        _instant("since", nullable=False),
        _instant("until", nullable=False),
        _json("filter", "{}"),
        sa.Column("state", sa.String(20), server_default="running", nullable=False),
        _number("total", nullable=True),
        _number("done", default="0"),
        _number("changed", default="0"),
        _number("skipped", default="0"),
        _instant("after_at"),
        _id("after_id", nullable=True),
        _json("sums", "{}"),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        _json("failure"),
        _key("author", nullable=False),
        _now("created_at"),
        _instant("finished_at"),
        *_is_run("what_if"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_if")),
    )
    op.create_table(
        "what_if_difference",
        _id("what_if"),
        _number("position"),
        _id("item"),
        _json("changes", nullable=False),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_what_if_difference_item")),
        sa.ForeignKeyConstraint(
            ["what_if"], ["what_if.id"], name=op.f("fk_what_if_difference_what_if"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("what_if", "position", name=op.f("pk_what_if_difference")),
    )


def _progress() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.String(20), server_default="running", nullable=False),
        _number("total"),
        _number("done", default="0"),
        _number("refused", default="0"),
        _json("failure"),
        _key("author", nullable=False),
        _now("created_at"),
        _instant("finished_at"),
    ]


def _is_run(table: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(_STATES, name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint(_FINISHED, name=op.f(f"ck_{table}_finished")),
    ]


def _id(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.UUID(), nullable=nullable)


def _key(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.String(100), nullable=nullable)


def _keys(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.ARRAY(sa.String(100)), server_default="{}", nullable=False)


def _number(name: str, type_: Any = sa.Integer, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=nullable, server_default=default)


def _json(name: str, default: str | None = None, nullable: bool | None = None) -> sa.Column[Any]:
    optional = default is None if nullable is None else nullable
    return sa.Column(name, postgresql.JSONB(), server_default=default, nullable=optional)


def _instant(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
