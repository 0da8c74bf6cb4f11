"""What frontends need: live changes, attachments, signed links, stored operations, two more kinds of step."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KINDS = "kind IN ('task', 'reply', 'customer', 'linked', 'choice', 'automatic')"


def upgrade() -> None:
    op.add_column("installation", sa.Column("secret", sa.Text(), nullable=True))
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
    op.drop_constraint(op.f("ck_step_run_kind"), "step_run")
    op.create_check_constraint(op.f("ck_step_run_kind"), "step_run", _KINDS)
    _notify_changes()


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
