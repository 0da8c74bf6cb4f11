"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import ischema_names

from voxloop.store import schema
from voxloop.store.columns import Xid8, metadata
from voxloop.store.sessions import Sessions

ischema_names["xid8"] = Xid8


async def test_migrations_and_tables_do_not_drift(sessions: Sessions) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with sessions.begin() as session:
        assert await session.run_sync(differences) == []


async def test_migrating_again_changes_nothing(sessions: Sessions) -> None:
    await schema.migrate(sessions)
    assert await schema.is_current(sessions)
