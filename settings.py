"""The settings of one process, read from the environment; nothing else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(Exception):
    """A variable has a value that cannot be used; the text names it and what it wants."""


@dataclass(frozen=True)
class Settings:
    """``database_url`` and ``temporal_address`` are None where this machine's own are to be started."""

    var: Path
    host: str
    port: int
    time_scale: float | None
    database_url: str | None
    temporal_address: str | None
    temporal_namespace: str
    smtp_url: str | None
    mail_from: str


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that ``VOXLOOP_...`` variables give, with their defaults.

    Raises:
        BadSetting: a number is no number, or out of range.
    """
    given = os.environ if environment is None else environment
    return Settings(
        var=Path(given.get("VOXLOOP_VAR") or "var").absolute(),
        host=given.get("VOXLOOP_HOST") or "127.0.0.1",
        port=int(_number(given, "VOXLOOP_PORT", 1, 65_535) or 8000),
        time_scale=_number(given, "VOXLOOP_TIME_SCALE", 1, 1_000_000),
        database_url=given.get("VOXLOOP_DATABASE_URL") or None,
        temporal_address=given.get("VOXLOOP_TEMPORAL_ADDRESS") or None,
        temporal_namespace=given.get("VOXLOOP_TEMPORAL_NAMESPACE") or "default",
        smtp_url=given.get("VOXLOOP_SMTP_URL") or None,
        mail_from=given.get("VOXLOOP_MAIL_FROM") or "voxloop@localhost",
    )


def _number(given: Mapping[str, str], name: str, least: float, most: float) -> float | None:
    text = given.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise BadSetting(f"{name} is {text!r}; it must be a number from {least:g} to {most:g}")
    return number
