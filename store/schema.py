"""Bringing a database to the present schema; its history is in ``migrations``."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

import voxloop.store.effect_tables
import voxloop.store.item_tables
import voxloop.store.operation_tables
import voxloop.store.relation_tables
import voxloop.store.study_tables
import voxloop.store.tables
import voxloop.store.work_tables  # noqa: F401  (all tables, for metadata)
from voxloop.store.sessions import Sessions

_LOCK = 7_308_601


async def migrate(sessions: Sessions) -> None:
    """Apply what is missing, in one transaction; several processes may call it at once."""
    async with sessions.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        await session.run_sync(_upgrade)


async def is_current(sessions: Sessions) -> bool:
    """Whether the database stands at the newest migration."""
    async with sessions.begin() as session:
        standing = await session.run_sync(
            lambda connection: MigrationContext.configure(connection).get_current_revision()
        )
    return standing == ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("voxloop.store").joinpath("migrations")))
    return config
