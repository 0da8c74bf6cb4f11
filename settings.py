"""The settings of one process, read from the environment; nothing else reads it."""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LEAST_SECRET_BYTES = 24  # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

_HIDDEN = "***"
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*@")


class Obstacle(Exception):
    """What the user can put right is in the way; worded in ``texts`` under ``obstacle.<key>``, with the way out."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key, self.params = key, params


@dataclass(frozen=True)
class Settings:
    """``spread_seconds``: loops that have one deadline act on it within that time, each at an instant of its own.

    ``database_url`` and ``temporal_address`` are None where this machine's own are to be started.

    ``temporal_port`` and ``temporal_ui_port`` are those of this machine's own; None: any free one. ``language`` is that
    of whoever sits at the terminal. ``development``: GraphQL answers queries by GET too;
    ``only_stored``: it answers stored documents only. ``allowed_origins``: web pages
    of these origins (``https://desk.example.com``) may ask the API although it is elsewhere.
    ``hook_secrets`` let in what comes to ``/hooks/generic``: ``whsec_...``, several while one takes another's place;
    those of ``webhook_secrets`` sign what goes to ``webhook_url``. ``log``: ``text`` or ``json``. ``metrics_port``:
    where a worker shows the metrics of Temporal's SDK. ``otlp_endpoint``: a collector of traces, ``http://host:4318``.
    """

    var: Path
    host: str
    port: int
    time_scale: float | None
    spread_seconds: float | None
    database_url: str | None
    temporal_address: str | None
    temporal_namespace: str
    temporal_port: int | None
    temporal_ui_port: int | None
    language: str
    smtp_url: str | None
    mail_from: str
    public_url: str | None
    hook_secrets: tuple[str, ...]
    development: bool
    only_stored: bool
    log: str
    metrics_port: int | None
    otlp_endpoint: str | None
    webhook_url: str | None
    webhook_secrets: tuple[str, ...]
    allowed_origins: tuple[str, ...]

    @property
    def api(self) -> str:
        """Where this machine reaches the API: ``http://127.0.0.1:8000``."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def address(self) -> str:
        """Where customers reach the pages, as links in messages say: ``https://feedback.example.com``."""
        return self.public_url or self.api

    @property
    def scale(self) -> float:
        """How many times as fast as it does time runs."""
        return self.time_scale or 1.0


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
        spread_seconds=_number(given, "VOXLOOP_SPREAD_SECONDS", 0, 3_600),
        database_url=_database_url(given),
        temporal_address=given.get("VOXLOOP_TEMPORAL_ADDRESS") or None,
        temporal_namespace=given.get("VOXLOOP_TEMPORAL_NAMESPACE") or "default",
        temporal_port=_port(given, "VOXLOOP_TEMPORAL_PORT"),
        temporal_ui_port=_port(given, "VOXLOOP_TEMPORAL_UI_PORT"),
        language=language_of(given),
        smtp_url=given.get("VOXLOOP_SMTP_URL") or None,
        mail_from=given.get("VOXLOOP_MAIL_FROM") or "voxloop@localhost",
        public_url=_public_url(given),
        hook_secrets=_secrets(given, "VOXLOOP_HOOK_SECRET"),
        log=_log_form(given),
        metrics_port=_port(given, "VOXLOOP_METRICS_PORT"),
        otlp_endpoint=given.get("VOXLOOP_OTLP_ENDPOINT") or None,
        webhook_url=_webhook_url(given),
        webhook_secrets=_secrets(given, "VOXLOOP_WEBHOOK_SECRET"),
        development=given.get("VOXLOOP_GRAPHQL_PROFILE") == "development",
        only_stored=_only_stored(given),
        allowed_origins=tuple((given.get("VOXLOOP_ALLOWED_ORIGINS") or "").replace(",", " ").split()),
    )


class _Asked(dict[str, str]):
    """An empty environment that remembers which names were asked for."""

    def get(self, name: str, otherwise: Any = None) -> Any:
        self[name] = ""
        return otherwise


def given_settings() -> Iterator[tuple[str, str, bool]]:
    """The ``VOXLOOP_...`` variables that are set: name, value without what is secret, whether it is a setting."""
    asked = _Asked()
    read_settings(asked)
    for name, value in sorted(os.environ.items()):
        if name.startswith("VOXLOOP_"):
            yield name, _HIDDEN if "SECRET" in name else _PASSWORD.sub(rf"\1{_HIDDEN}@", value), name in asked


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of this process with ``settings`` written over it, for a process that is to have the same."""
    places = {"VAR": settings.var, "DATABASE_URL": settings.database_url, "TEMPORAL_ADDRESS": settings.temporal_address}
    given = {**places, "TIME_SCALE": settings.time_scale}
    return {**os.environ, **{f"VOXLOOP_{name}": str(value) for name, value in given.items() if value is not None}}


def language_of(given: Mapping[str, str]) -> str:
    """The language of this terminal: ``VOXLOOP_LANGUAGE``, else Chinese where the terminal is."""
    locale = given.get("VOXLOOP_LANGUAGE") or given.get("LC_ALL") or given.get("LC_MESSAGES") or given.get("LANG") or ""
    return "zh-CN" if locale.lower().startswith("zh") else "en"


def _only_stored(given: Mapping[str, str]) -> bool:
    value = given.get("VOXLOOP_GRAPHQL_DOCUMENTS") or "open"
    if value not in ("open", "stored"):
        raise Obstacle("bad_documents", value=value)
    return value == "stored"


def _database_url(given: Mapping[str, str]) -> str | None:
    url = given.get("VOXLOOP_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise Obstacle("bad_database_url")
    return url


def _public_url(given: Mapping[str, str]) -> str | None:
    url = (given.get("VOXLOOP_PUBLIC_URL") or "").rstrip("/")
    if url and not re.fullmatch(r"https?://[^\s/?#@]+", url):
        raise Obstacle("bad_public_url", value=url)
    return url or None


def _webhook_url(given: Mapping[str, str]) -> str | None:
    url = given.get("VOXLOOP_WEBHOOK_URL") or None
    if url is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s#]*", url):
        raise Obstacle("bad_webhook_url")
    if url is not None and not given.get("VOXLOOP_WEBHOOK_SECRET"):
        raise Obstacle("no_webhook_secret")
    return url


def _log_form(given: Mapping[str, str]) -> str:
    form = given.get("VOXLOOP_LOG") or "text"
    if form not in ("text", "json"):
        raise Obstacle("bad_log_form", value=form)
    return form


def _secrets(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Those that a variable holds, parted by blanks: each ``whsec_`` and base64 of 24 bytes at least."""
    found = (given.get(name) or "").split()
    for secret in found:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith("whsec_") or len(key) < _LEAST_SECRET_BYTES:
            raise Obstacle("bad_hook_secret", variable=name, least=_LEAST_SECRET_BYTES)
    return tuple(found)


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
