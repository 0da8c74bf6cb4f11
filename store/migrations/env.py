"""Alembic's entry: runs the migrations on the connection that ``voxloop.store.schema`` hands over."""

from alembic import context

from voxloop.store.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
