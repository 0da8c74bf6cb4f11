"""What frontends need: live changes, attachments, signed links, stored operations, two more kinds of step."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KINDS = "kind IN ('task', 'reply', 'customer', 'linked', 'choice', 'automatic')"
_COUNTS = ("row", "accepted", "repeated", "refused")


def upgrade() -> None:
    op.add_column("installation", sa.Column("secret", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("footer", sa.Text(), nullable=True))
    op.create_table(
        "attachment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_attachment_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_item"), "attachment", ["item"])
    op.create_table(
        "stored_operation",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_stored_operation")),
    )
    op.create_index(op.f("ix_clock_item"), "clock", ["item"])
    _remember_imports()
    _count_receipts()
    op.drop_constraint(op.f("ck_step_run_kind"), "step_run")
    op.create_check_constraint(op.f("ck_step_run_kind"), "step_run", _KINDS)
    op.add_column("step_run", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    _mark_changes()
    _notify_changes()


def _remember_imports() -> None:
    counts = [sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTS]
    op.create_table(
        "import_run",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("reading", sa.String(length=64), nullable=False),
        *counts,
        sa.Column("report_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_import_run")),
    )


def _count_receipts() -> None:
    """Monitoring counts what was settled of late."""
    op.create_index("ix_receipt_settled_at", "receipt", ["settled_at", "state"])


def _mark_changes() -> None:
    """A row knows the transaction that last wrote it, so that whoever was away finds what has changed meanwhile."""
    written = sa.text("pg_current_xact_id()::text::bigint")
    op.add_column("feedback", sa.Column("xid", sa.BigInteger(), server_default=written, nullable=False))
    summarized = {"autosummarize": "on"}
    op.create_index("ix_feedback_xid", "feedback", ["xid"], postgresql_using="brin", postgresql_with=summarized)
    queued = sa.text("owner IS NULL AND stage = 'working'")
    op.create_index("ix_feedback_queue", "feedback", ["team", "due_at", "id"], postgresql_where=queued)
    op.create_index("ix_assignment_item", "assignment", ["item", "member"])
    op.execute(
        """
        CREATE FUNCTION mark_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.xid := pg_current_xact_id()::text::bigint;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER feedback_marked BEFORE UPDATE ON feedback FOR EACH ROW EXECUTE FUNCTION mark_feedback()")


def _notify_changes() -> None:
    """Whoever listens on ``feedback`` hears of every new version of an item: its id and the version."""
    op.execute(
        """
        CREATE FUNCTION notify_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('feedback', NEW.id || ' ' || NEW.version);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER feedback_changed AFTER INSERT OR UPDATE ON feedback "
        "FOR EACH ROW EXECUTE FUNCTION notify_feedback()"
    )
