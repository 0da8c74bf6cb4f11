"""What owners need to trust their rules: drafts, studies, corrections, rewards, and counts of what recurs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_STATES = "state IN ('draft', 'checked', 'shadow', 'scheduled', 'published', 'superseded', 'discarded')"
_COMMANDS = "command IN ('start_loop', 'start_link', 'wake_target', 'run_errand', 'signal')"
_BACKTESTS = "state IN ('running', 'cancelling', 'cancelled', 'done', 'failed')"
_SHADOWS = "state IN ('running', 'promoted', 'dropped', 'failed')"
_REPEATS = (("customer",), ("batch",), ("part",), ("product", "module", "product_version"), ("product", "region"))


def upgrade() -> None:
    _edit_documents()
    _know_more()
    _count_repeats()
    op.drop_constraint(op.f("ck_outbox_command"), "outbox")
    op.create_check_constraint(op.f("ck_outbox_command"), "outbox", _COMMANDS)
    _correct_and_reward()
    _backtest()
    _shadow()
    op.create_table(
        "simulation",
        _id(),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        _key("author", nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation")),
    )


def _edit_documents() -> None:
    op.alter_column("document", "version", nullable=True)
    op.add_column("document", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("base", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_document_base"), "document", "document", ["base"], ["id"])
    op.add_column("document", _number("revision", "1"))
    op.add_column("document", sa.Column("checked_revision", sa.Integer(), nullable=True))
    op.add_column("document", _json("problems", "[]"))
    names = postgresql.ARRAY(sa.String(100))
    op.add_column("document", sa.Column("editors", names, server_default="{}", nullable=False))
    op.add_column("document", _key("approved_by"))
    op.add_column("document", _instant("effective_at"))
    op.add_column("document", _now("changed_at"))
    op.drop_constraint(op.f("ck_document_state"), "document")
    op.create_check_constraint(op.f("ck_document_state"), "document", _STATES)
    op.create_check_constraint(
        op.f("ck_document_version"), "document", "(version IS NOT NULL) = (published_at IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_document_scheduled"), "document", "state <> 'scheduled' OR effective_at IS NOT NULL"
    )
    shadows = sa.text("state = 'shadow'")
    op.create_index("one_shadow_document", "document", ["kind", "key"], unique=True, postgresql_where=shadows)
    rule_sets = sa.text("kind = 'rule_set' AND state = 'published'")
    occasion = sa.text("(body ->> 'on')")
    op.create_index("ix_document_occasion", "document", [occasion, "key"], postgresql_where=rule_sets)


def _know_more() -> None:
    """About customers, and of which part an item speaks."""
    op.add_column("customer", _key("segment"))
    op.add_column("customer", sa.Column("value", sa.Float(), nullable=True))
    op.add_column("customer", sa.Column("health", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_customer_health"), "customer", "health BETWEEN 0 AND 100")
    op.add_column("feedback", _key("part"))
    op.add_column("feedback", sa.Column("similar_keys", postgresql.ARRAY(sa.Integer()), nullable=True))


def _count_repeats() -> None:
    for index in ("ix_feedback_customer", "ix_feedback_batch"):
        op.drop_index(op.f(index), "feedback")
    for columns in _REPEATS:
        known = sa.text(" AND ".join(f"{name} IS NOT NULL" for name in columns))
        names = [*columns, "received_at"]
        op.create_index(f"ix_feedback_{columns[-1]}", "feedback", names, postgresql_where=known)
    op.create_index(
        "ix_feedback_similar_keys",
        "feedback",
        ["similar_keys"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def _correct_and_reward() -> None:
    op.create_index("ix_decision_rule_set", "decision", ["rule_set", "at"])
    op.create_table(
        "correction",
        _item(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(10), nullable=False),
        _key("automatic"),
        _key("corrected"),
        _key("rule"),
        sa.Column("rule_set", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Integer(), nullable=True),
        _key("actor", nullable=False),
        _instant("at", nullable=False),
        sa.CheckConstraint("field IN ('type', 'priority', 'team')", name=op.f("ck_correction_field")),
        sa.ForeignKeyConstraint(["rule_set"], ["document.id"], name=op.f("fk_correction_rule_set")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_correction_item")),
        sa.PrimaryKeyConstraint("item", "version", "field", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_rule_set"), "correction", ["rule_set"])
    op.create_table(
        "reward",
        _key("key", nullable=False),
        _item(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer", sa.UUID(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        _key("rule", nullable=False),
        _instant("at", nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_reward_points")),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_reward_item")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("fk_reward_customer")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reward")),
        sa.UniqueConstraint("item", "rule", name=op.f("uq_reward_item_rule")),
    )
    op.create_index(op.f("ix_reward_item"), "reward", ["item"])
    op.create_index(op.f("ix_reward_customer"), "reward", ["customer"])


def _backtest() -> None:
    op.create_table(
        "backtest",
        *_study("standing"),
        _instant("since", nullable=False),
        _instant("until", nullable=False),
        _json("filter", "{}"),
        sa.Column("bodies", postgresql.JSONB(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        _number("done", "0"),
        _number("skipped", "0"),
        _instant("after_at"),
        sa.Column("after_id", sa.UUID(), nullable=True),
        sa.Column("digest", sa.String(64), server_default="", nullable=False),
        *_constraints("backtest", _BACKTESTS, "('running', 'cancelling')"),
    )
    op.create_index(op.f("ix_backtest_draft"), "backtest", ["draft"])
    op.create_table(
        "backtest_difference",
        sa.Column("backtest", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backtest"], ["backtest.id"], name=op.f("fk_backtest_difference_backtest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_backtest_difference_item")),
        sa.PrimaryKeyConstraint("backtest", "position", name=op.f("pk_backtest_difference")),
    )


def _shadow() -> None:
    op.create_table(
        "shadow",
        *_study("standing"),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("asked", postgresql.ARRAY(sa.String(100)), nullable=False),
        sa.Column("after_xid", sa.BigInteger(), nullable=False),
        sa.Column("after_item", sa.UUID(), nullable=True),
        sa.Column("after_version", sa.Integer(), nullable=True),
        _number("compared", "0"),
        *_constraints("shadow", _SHADOWS, "('running')"),
    )
    op.create_index(op.f("ix_shadow_draft"), "shadow", ["draft"])
    running = sa.text("state = 'running'")
    op.create_index("one_running_shadow", "shadow", ["draft"], unique=True, postgresql_where=running)
    op.create_table(
        "shadow_difference",
        sa.Column("shadow", sa.UUID(), nullable=False),
        _item(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shadow"], ["shadow.id"], name=op.f("fk_shadow_difference_shadow"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_shadow_difference_item")),
        sa.PrimaryKeyConstraint("shadow", "item", "version", name=op.f("pk_shadow_difference")),
        sa.UniqueConstraint("shadow", "position", name=op.f("uq_shadow_difference_shadow_position")),
    )


def _study(against: str) -> list[sa.Column[Any]]:
    """What a backtest and a shadow have in common."""
    return [
        _id(),
        sa.Column("draft", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(against, sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(20), server_default="running", nullable=False),
        _number("changed", "0"),
        _json("sums", "{}"),
        sa.Column("failure", postgresql.JSONB(), nullable=True),
        _key("author", nullable=False),
        _now("created_at"),
        _instant("finished_at"),
    ]


def _constraints(table: str, states: str, open_: str) -> list[sa.Constraint]:
    rest = "IN " + open_ if "," in open_ else "= " + open_.strip("()")
    return [
        sa.CheckConstraint(states, name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint(f"(finished_at IS NULL) = (state {rest})", name=op.f(f"ck_{table}_finished")),
        sa.ForeignKeyConstraint(["draft"], ["document.id"], name=op.f(f"fk_{table}_draft")),
        sa.ForeignKeyConstraint(["standing"], ["document.id"], name=op.f(f"fk_{table}_standing")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.UUID(), nullable=False)


def _item() -> sa.Column[Any]:
    return sa.Column("item", sa.UUID(), nullable=False)


def _key(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.String(100), nullable=nullable)


def _number(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _json(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(), server_default=default, nullable=False)


def _instant(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
