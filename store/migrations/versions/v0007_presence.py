"""Who has an item open."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("item", sa.UUID(), nullable=False),
        sa.Column("member", sa.String(100), nullable=False),
        sa.Column("writing", sa.Boolean(), nullable=False),
        _now("since"),
        _now("said_at"),
        sa.ForeignKeyConstraint(["item"], ["feedback.id"], name=op.f("fk_presence_item")),
        sa.ForeignKeyConstraint(["member"], ["member.key"], name=op.f("fk_presence_member")),
        sa.PrimaryKeyConstraint("item", "member", name=op.f("pk_presence")),
        prefixes=["UNLOGGED"],
    )


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
