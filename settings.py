"""The settings of one process, read from the environment; nothing else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class Obstacle(Exception):
    """What the user can put right is in the way; worded in ``texts`` under ``obstacle.<key>``, with the way out."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key, self.params = key, params


@dataclass(frozen=True)
class Settings:
    """``database_url`` and ``temporal_address`` are None where this machine's own are to be started.

    ``temporal_port`` and ``temporal_ui_port`` are those of this machine's own; None: any free one. ``language`` is that
    of whoever sits at the terminal.
    """

    var: Path
    host: str
    port: int
    time_scale: float | None
    database_url: str | None
    temporal_address: str | None
    temporal_namespace: str
    temporal_port: int | None
    temporal_ui_port: int | None
    language: str
    smtp_url: str | None
    mail_from: str

    @property
    def api(self) -> str:
        """Where this machine reaches the API: ``http://127.0.0.1:8000``."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that ``VOXLOOP_...`` variables give, with their defaults.

    Raises:
        Obstacle: a variable has a value that cannot be used.
    """
    given = os.environ if environment is None else environment
    return Settings(
        var=Path(given.get("VOXLOOP_VAR") or "var").absolute(),
        host=given.get("VOXLOOP_HOST") or "127.0.0.1",
        port=_port(given, "VOXLOOP_PORT") or 8000,
        time_scale=_number(given, "VOXLOOP_TIME_SCALE", 1, 1_000_000),
        database_url=_database_url(given),
        temporal_address=given.get("VOXLOOP_TEMPORAL_ADDRESS") or None,
        temporal_namespace=given.get("VOXLOOP_TEMPORAL_NAMESPACE") or "default",
        temporal_port=_port(given, "VOXLOOP_TEMPORAL_PORT"),
        temporal_ui_port=_port(given, "VOXLOOP_TEMPORAL_UI_PORT"),
        language=language_of(given),
        smtp_url=given.get("VOXLOOP_SMTP_URL") or None,
        mail_from=given.get("VOXLOOP_MAIL_FROM") or "voxloop@localhost",
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of this process with ``settings`` written over it, for a process that is to have the same."""
    places = {"VAR": settings.var, "DATABASE_URL": settings.database_url, "TEMPORAL_ADDRESS": settings.temporal_address}
    given = {**places, "TIME_SCALE": settings.time_scale}
    return {**os.environ, **{f"VOXLOOP_{name}": str(value) for name, value in given.items() if value is not None}}


def language_of(given: Mapping[str, str]) -> str:
    """The language of this terminal: ``VOXLOOP_LANGUAGE``, else Chinese where the terminal is."""
    locale = given.get("VOXLOOP_LANGUAGE") or given.get("LC_ALL") or given.get("LC_MESSAGES") or given.get("LANG") or ""
    return "zh-CN" if locale.lower().startswith("zh") else "en"


def _database_url(given: Mapping[str, str]) -> str | None:
    url = given.get("VOXLOOP_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise Obstacle("bad_database_url")
    return url


def _port(given: Mapping[str, str], name: str) -> int | None:
    number = _number(given, name, 1, 65_535)
    return None if number is None else int(number)


def _number(given: Mapping[str, str], name: str, least: float, most: float) -> float | None:
    text = given.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise Obstacle("bad_number", variable=name, value=text, least=f"{least:g}", most=f"{most:g}")
    return number
