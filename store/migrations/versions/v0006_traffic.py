"""Stays at steps are found by when they ended, to be counted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    ended = sa.text("outcome IS NOT NULL")
    op.create_index("ix_step_run_ended_at", "step_run", ["ended_at"], postgresql_where=ended)
