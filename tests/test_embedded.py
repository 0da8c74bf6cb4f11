"""PostgreSQL and Temporal of one machine: real ones, started, found again, taken over and stopped."""

import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.client import Client

from voxloop.embedded import (
    PostgresServer,
    TemporalServer,
    answers,
    find_temporal,
    is_alive,
    located,
    start_temporal,
    whereabouts,
)
from voxloop.install import reached
from voxloop.settings import Obstacle, Settings, read_settings
from voxloop.store import schema
from voxloop.worker import ensure_search_attributes
from voxloop.workflows.attributes import KEYS


def settings_in(var: Path) -> Settings:
    (var / "logs").mkdir(parents=True)
    return read_settings({"VOXLOOP_VAR": str(var)})


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vox", ignore_cleanup_errors=True) as name:
        yield Path(name)  # not pytest's own: PostgreSQL, as another user where we are root, must be let through


@pytest.fixture
def settings(folder: Path) -> Settings:
    return settings_in(folder / "var")


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Settings, TemporalServer]]:
    settings = settings_in(tmp_path_factory.mktemp("temporal") / "var")
    server = await start_temporal(settings)
    yield settings, server
    await server.stop()


async def test_postgres_keeps_its_data_and_stops(settings: Settings) -> None:
    first = PostgresServer(settings.var)
    async with reached(first.url) as sessions:
        await schema.migrate(sessions)
    await first.stop()
    with pytest.raises(Obstacle) as away:
        async with reached(first.url):
            pass
    assert away.value.key == "database_away"
    second = PostgresServer(settings.var)
    async with reached(second.url) as sessions:
        assert await schema.is_current(sessions)
    await second.stop()


async def test_postgres_comes_up_where_paths_are_too_long_for_a_socket(folder: Path) -> None:
    settings = settings_in(folder / ("long" * 30))
    server = PostgresServer(settings.var)
    async with reached(server.url) as sessions:
        assert not await schema.is_current(sessions)
    await server.stop()


async def test_a_process_that_has_the_number_of_a_dead_postgres_is_left_alone(settings: Settings) -> None:
    await PostgresServer(settings.var).stop()
    noted = settings.var / "postgres" / "postmaster.pid"
    noted.write_text(f"{os.getpid()}\n{noted.parent}\n1700000000\n5432\n{noted.parent}\n\n  1  1\nready   \n")
    server = PostgresServer(settings.var)
    async with reached(server.url):
        pass
    await server.stop()


async def test_temporal_that_still_runs_is_taken_over(shared: tuple[Settings, TemporalServer]) -> None:
    settings, server = shared
    assert await start_temporal(settings) == server


async def test_temporal_knows_our_search_attributes_and_may_be_asked_again(
    shared: tuple[Settings, TemporalServer],
) -> None:
    _, server = shared
    client = await Client.connect(server.address)
    for _ in range(2):
        await ensure_search_attributes(client)
    for key in KEYS:
        await client.count_workflows(f"{key.name} IS NULL")


async def test_temporal_stops_and_takes_the_same_ports_again_if_they_are_free(settings: Settings) -> None:
    first = await start_temporal(settings)
    await first.stop()
    assert not is_alive(first.pid)
    assert not await answers(first.address)
    with socket.create_server(("127.0.0.1", first.ui_port)):
        second = await start_temporal(settings)
    assert (second.port, second.http_port) == (first.port, first.http_port)
    assert second.ui_port != first.ui_port
    await second.stop()


async def test_a_port_that_is_set_and_taken_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Obstacle) as obstacle:
        await start_temporal(replace(settings, temporal_ui_port=taken.getsockname()[1]))
    assert obstacle.value.key == "port_in_use"
    assert obstacle.value.params["variable"] == "VOXLOOP_TEMPORAL_UI_PORT"


async def test_temporal_on_path_comes_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    program = settings.var / "temporal"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(settings.var), prepend=os.pathsep)
    assert await find_temporal(settings.var) == str(program)


def test_what_is_set_comes_before_what_was_started(shared: tuple[Settings, TemporalServer]) -> None:
    settings, server = shared
    given = replace(settings, database_url="postgresql://elsewhere/voxloop")
    assert located(given) == replace(given, temporal_address=server.address)
    assert located(replace(given, temporal_address="elsewhere:7233")).temporal_address == "elsewhere:7233"


def test_where_nothing_was_started_there_is_nothing(settings: Settings) -> None:
    assert whereabouts(settings.var) == {}
    with pytest.raises(Obstacle) as obstacle:
        located(settings)
    assert obstacle.value.key == "nothing_runs"
