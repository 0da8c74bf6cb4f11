"""Items can be put aside until an instant."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("snoozed_until", sa.DateTime(timezone=True)))
