"""One PostgreSQL server for the whole session; each part of the suite gets databases of its own on it."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from voxloop.embedded import postgres_wheel
from voxloop.store import schema
from voxloop.store.sessions import Sessions, open_sessions

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The server's own database, empty."""
    folder = Path(tempfile.mkdtemp(prefix="vox"))  # short: the server's socket lies in it
    server = postgres_wheel()(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def new_database(database_url: str) -> NewDatabase:
    """Makes another database of that name on the server, migrated, and answers its URL."""

    async def make(name: str) -> str:
        server = open_sessions(database_url, size=0).execution_options(isolation_level="AUTOCOMMIT")
        async with server.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
        url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        made = open_sessions(url, size=0)
        await schema.migrate(made)
        return url

    return make


@pytest.fixture(scope="session")
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """Sessions on the server's own database, migrated."""
    sessions = open_sessions(database_url)
    await schema.migrate(sessions)
    yield sessions
    await sessions.dispose()
