"""``voxloop server``: the API behind uvicorn, until SIGTERM or SIGINT; then what has begun is finished first."""

import errno
import signal
import socket

import uvicorn

from voxloop.server import build_app
from voxloop.settings import Obstacle, Settings
from voxloop.store.sessions import open_sessions
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

_CONNECTIONS = 10
_FINISH_SECONDS = 5


async def serve(settings: Settings) -> None:
    """Serve at the host and port that are set.

    Raises:
        Obstacle: they cannot be had.
    """
    sessions = open_sessions(settings.database_url or "", _CONNECTIONS)
    loops = Loops(await connect(settings.temporal_address or "", settings.temporal_namespace))
    app = build_app(sessions, loops, Relay(sessions, loops))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises them once more when it is done
    config = uvicorn.Config(app, http="httptools", access_log=False, timeout_graceful_shutdown=_FINISH_SECONDS)
    with _listening(settings) as listener:
        await uvicorn.Server(config).serve([listener])
    await sessions.dispose()


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Obstacle("port_in_use", port=settings.port, host=settings.host, variable="VOXLOOP_PORT") from error
        raise Obstacle("bad_host", host=settings.host) from error
