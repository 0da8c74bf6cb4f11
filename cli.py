"""The command ``voxloop``. Each command imports what it needs when it runs, so that help is quick."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

from voxloop.commands.document_options import (
    Commands,
    Run,
    add_calendar_commands,
    add_document_commands,
    add_rule_commands,
    days,
)
from voxloop.commands.import_options import add_import_options
from voxloop.commands.process_options import add_process_commands
from voxloop.commands.what_if_options import add_what_if_command
from voxloop.domain.texts import say
from voxloop.domain.viewer import Role
from voxloop.settings import Obstacle, Settings, language_of, read_settings

_ENDS_WITHIN_SECONDS = 8
_LONGEST_NAME = 100


def main(arguments: list[str] | None = None) -> int:
    """Run one command; answers the exit code. What the user can put right is 1 and one sentence on standard error."""
    language = language_of(os.environ)
    given = _parser(language).parse_args(arguments)
    try:
        code: int | None = given.run(read_settings(), given)
        sys.stdout.flush()
    except Obstacle as obstacle:
        print(say(language, f"obstacle.{obstacle.key}", **obstacle.params), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who reads has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code or 0


def _up(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.up import up

    asyncio.run(up(settings, demo=not given.no_demo))


def _server(settings: Settings, given: argparse.Namespace) -> None:
    import uvloop

    from voxloop.embedded import located
    from voxloop.server import serve

    place = located(settings)
    _prepare_long_run(settings, given)
    uvloop.run(serve(place))


def _worker(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.embedded import located
    from voxloop.install import own_installation
    from voxloop.worker import serve

    async def run() -> None:
        async with own_installation(settings):
            pass  # what is missing is said before it begins
        await serve(place)

    place = located(settings)
    _prepare_long_run(settings, given)
    asyncio.run(run())


def _demo(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.demo import play

    _prepare_long_run(settings, given)
    asyncio.run(play(settings))


def _prepare_long_run(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop import logs, tracing

    logs.prepare(settings.log)
    tracing.start(f"voxloop-{given.command}", settings.otlp_endpoint)
    if given.attached:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    """Whoever holds the other end is gone: end in order, and if that takes too long, at once."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ENDS_WITHIN_SECONDS)
    os._exit(1)


def _migrate(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.install import own_database
    from voxloop.store import schema

    async def run() -> None:
        async with own_database(settings) as sessions:
            await schema.migrate(sessions)

    asyncio.run(run())
    print(say(settings.language, "cli.migrated"))


def _starter(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.install import first_token, load_starter, own_database
    from voxloop.starter.load import Loaded

    async def run() -> tuple[Loaded, str | None]:
        async with own_database(settings) as sessions:
            return await load_starter(sessions), await first_token(sessions)

    loaded, secret = asyncio.run(run())
    print(say(settings.language, "cli.published", count=loaded.published))
    if loaded.left:
        print(say(settings.language, "cli.left", files=", ".join(loaded.left)))
    if secret is not None:
        print(say(settings.language, "up.token", secret=secret))


def _create(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.install import own_database
    from voxloop.store import people, tokens

    if given.role == Role.HANDLER and given.member is None:
        raise Obstacle("member_missing")
    expires_at = None if given.days is None else datetime.now(UTC) + timedelta(days=given.days)

    async def run() -> tuple[UUID, str]:
        async with own_database(settings) as sessions, sessions.begin() as session:
            if given.member and await people.member_of(session, given.member) is None:
                raise Obstacle("no_such_member", member=given.member)
            return await tokens.create(session, given.name, Role(given.role), given.member, expires_at)

    id_, secret = asyncio.run(run())
    print(id_, secret)


def _list(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.install import own_database
    from voxloop.store import tokens

    async def run() -> list[dict[str, object]]:
        async with own_database(settings) as sessions, sessions.begin() as session:
            return [dict(row) for row in await tokens.list_all(session)]

    for row in asyncio.run(run()):
        print(" ".join(f"{name}={value}" for name, value in row.items() if value is not None))


def _revoke(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.install import own_database
    from voxloop.store import tokens

    async def run() -> bool:
        async with own_database(settings) as sessions, sessions.begin() as session:
            return await tokens.revoke(session, given.id)

    if not asyncio.run(run()):
        raise Obstacle("no_such_token", id=given.id)
    print(say(settings.language, "cli.revoked"))


def _status(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.embedded import located
    from voxloop.install import own_database
    from voxloop.status import Picture, Status, read_status
    from voxloop.workflows.client import Loops, connect

    async def run() -> Status:
        place = located(settings)
        client = await connect(place.temporal_address or "", settings.temporal_namespace)
        async with own_database(settings) as sessions:
            return await read_status(sessions, Loops(client))

    status = asyncio.run(run())
    if given.json:
        print(json.dumps(status.as_json()))
    else:
        for label, words in Picture(status, settings.language).lines():
            print(f"{label}: {words}")


def _doctor(settings: Settings, given: argparse.Namespace) -> int:
    from voxloop.doctor import run

    found, code = asyncio.run(run(settings))
    if given.json:
        print(json.dumps([finding.as_json(settings.language) for finding in found], ensure_ascii=False))
        return code
    for finding in found:
        print(f"{say(settings.language, f'doctor.{finding.state}'):8} {finding.words(settings.language)}")
    return code


def _import(settings: Settings, given: argparse.Namespace) -> int:
    from voxloop.commands.imports import run

    return run(settings, given)


def _add_operations(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.commands.operations import add

    add(settings, given)


def _list_operations(settings: Settings, given: argparse.Namespace) -> None:
    from voxloop.commands.operations import show

    show(settings, given)


def _of(module: str) -> Run:
    """The command that a module of ``commands`` is."""

    def run(settings: Settings, given: argparse.Namespace) -> int | None:
        code: int | None = import_module(f"voxloop.commands.{module}").run(settings, given)
        return code

    return run


def _parser(language: str) -> argparse.ArgumentParser:
    def words(key: str) -> str:
        return say(language, f"cli.{key}")

    parser = argparse.ArgumentParser(prog="voxloop", description=words("description"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Run, under: Commands = commands) -> argparse.ArgumentParser:
        made = under.add_parser(name, help=words(name), description=words(name))
        made.set_defaults(run=run, command=name)
        return made

    command("up", _up).add_argument("--no-demo", action="store_true", help=words("no_demo"))
    for name, run in (("server", _server), ("worker", _worker), ("demo", _demo)):
        command(name, run).add_argument("--attached", action="store_true", help=words("attached"))
    command("migrate", _migrate)
    command("starter", _starter)
    command("status", _status).add_argument("--json", action="store_true", help=words("json"))
    command("doctor", _doctor).add_argument("--json", action="store_true", help=words("json"))
    add_import_options(command("import", _import), words)
    stored = commands.add_parser("operations", help=words("operations")).add_subparsers(
        required=True, metavar="COMMAND"
    )
    command("add", _add_operations, stored).add_argument("files", nargs="+", type=Path, help=words("operations_files"))
    command("show", _list_operations, stored)
    add_document_commands(commands, words, _of("documents"))
    add_rule_commands(commands, words, _of("rules"))
    add_process_commands(commands, words, _of("processes"))
    add_calendar_commands(commands, words, _of("calendar"))
    add_what_if_command(commands, words, _of("what_if"))
    token = commands.add_parser("token", help=words("token")).add_subparsers(required=True, metavar="COMMAND")
    create = command("create", _create, token)
    create.add_argument("--name", required=True, type=_name, help=words("name"))
    create.add_argument("--role", required=True, choices=[role.value for role in Role], help=words("role"))
    create.add_argument("--member", help=words("member"))
    create.add_argument("--days", type=days, help=words("days"))
    command("list", _list, token)
    command("revoke", _revoke, token).add_argument("id", type=UUID, help=words("id"))
    return parser


def _name(text: str) -> str:
    """A name that lists and timelines can show on one line."""
    if not text.strip() or len(text) > _LONGEST_NAME or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to {_LONGEST_NAME} readable signs")
    return text.strip()


if __name__ == "__main__":
    sys.exit(main())
