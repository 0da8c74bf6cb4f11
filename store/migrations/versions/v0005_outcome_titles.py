"""Runs of steps keep what people call their outcomes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    titles = sa.Column("outcome_titles", postgresql.JSONB(), server_default="{}", nullable=False)
    op.add_column("step_run", titles)
