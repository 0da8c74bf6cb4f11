"""What an installation needs before it can run: a database within reach, the starter pack, a first token."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

from voxloop.bundles.bundle import BadBundle
from voxloop.domain.viewer import Role
from voxloop.embedded import located
from voxloop.settings import Obstacle, Settings
from voxloop.starter.load import Loaded, load
from voxloop.store import documents, installation, people, schema, tokens
from voxloop.store.sessions import Sessions, open_sessions

FIRST_TOKEN = "first admin"


@contextlib.asynccontextmanager
async def reached(url: str, size: int = 0, otherwise: Obstacle | None = None) -> AsyncIterator[Sessions]:
    """Sessions on a database that answers.

    Raises:
        Obstacle: it does not answer; ``otherwise`` where the caller knows more.
    """
    try:
        sessions = open_sessions(url, size)
        async with sessions.connect():
            pass
    except Exception as error:  # drivers, sockets and URLs each have their own
        raise otherwise or Obstacle("database_away", reason=_first_line(error)) from error
    try:
        yield sessions
    finally:
        await sessions.dispose()


@contextlib.asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[Sessions]:
    """The database that is set, else the one that ``voxloop up`` runs on this machine.

    Raises:
        Obstacle: it does not answer.
    """
    url = located(settings, temporal=False).database_url or ""
    otherwise = None if settings.database_url else Obstacle("nothing_runs", var=settings.var)
    async with reached(url, otherwise=otherwise) as sessions:
        yield sessions


@contextlib.asynccontextmanager
async def own_installation(settings: Settings) -> AsyncIterator[Sessions]:
    """That database, which is ready: its schema is the newest, and an organisation is loaded.

    Raises:
        Obstacle: it does not answer, or is not ready.
    """
    async with own_database(settings) as sessions:
        await _require_organisation(sessions)
        yield sessions


async def load_starter(sessions: Sessions, only_once: bool = False) -> Loaded:
    """Load the starter pack. ``only_once``: not where one is loaded already.

    Raises:
        Obstacle: a document of it is wrong; nothing is loaded then.
    """
    async with sessions.begin() as session:
        if only_once and await documents.published(session, "organisation", "organisation"):
            return Loaded(0, [])
        try:
            return await load(session)
        except BadBundle as wrong:
            raise Obstacle("bad_document", reason=wrong) from wrong


async def _require_organisation(sessions: Sessions) -> None:
    current = await schema.is_current(sessions)
    async with sessions.begin() as session:
        if not current or not await documents.published(session, "organisation", "organisation"):
            raise Obstacle("no_organisation")


async def first_token(sessions: Sessions) -> str | None:
    """The secret of the first admin token, made where no token was ever made; else None."""
    async with sessions.begin() as session:
        if await tokens.any_exists(session):
            return None
        return (await tokens.create(session, FIRST_TOKEN, Role.ADMIN))[1]


async def demo_tokens(sessions: Sessions, file: Path) -> None:
    """Write the tokens that the demo's people use, unless those of this very database stand there already.

    The file: ``{"installation": key, "intake": secret, "manager": secret, "handlers": {member: secret}}``.
    """
    async with sessions.begin() as session:
        key = await installation.key_of(session)
        if _installation_of(file) == key:
            return
        handlers = {
            member["key"]: (await tokens.create(session, f"demo {member['key']}", Role.HANDLER, member["key"]))[1]
            for member in await people.members(session)
        }
        _, intake = await tokens.create(session, "demo intake", Role.INTAKE)
        _, manager = await tokens.create(session, "demo manager", Role.MANAGER)
        content = {"installation": key, "intake": intake, "manager": manager, "handlers": handlers}
        _write_private(file, json.dumps(content, indent=2))


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text, "utf-8")


def _installation_of(file: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError):
        return str(json.loads(file.read_text("utf-8"))["installation"])
    return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
