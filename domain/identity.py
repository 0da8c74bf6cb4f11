"""Identities of ours: time-ordered ids (UUIDv7, RFC 9562), content hashes, and the keys of outward effects."""

import base64
import binascii
import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

CODE = re.compile(r"FB-[0-9]{6,18}", re.ASCII)  # of an item
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)  # that PostgreSQL has given


def new_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, then random bits, so that rows lie in order of time."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def digest(value: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of a mapping: the same for equal content, whatever the order of its keys."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def id_under(kind: str, author: str, key: str) -> UUID:
    """The id of what an author asks for under a key of hers: asked again, it is the same."""
    return UUID(digest({"kind": kind, "author": author, "key": key})[:32])


def effect_key(installation: str, code: str, number: int) -> str:
    """The key of an item's ``number``-th outward effect (DESIGN 4.5), safe in any peer's filter or pattern."""
    return f"vox-{installation}-{code.replace('-', '')}-{number}"


def global_id(type_: str, id_: object) -> str:
    """The id of an object that clients of the API hold: base64 of ``Type:id``."""
    return base64.b64encode(f"{type_}:{id_}".encode()).decode()


def read_global_id(value: str) -> tuple[str, str] | None:
    """Type and id of a global id; None when it is none."""
    try:
        type_, separator, id_ = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (type_, id_) if separator and id_.isprintable() else None


def uuid_of(type_: str, value: str) -> UUID | None:
    """The UUID in a global id of that type; None when it is no such id."""
    parts = read_global_id(value)
    if parts is None or parts[0] != type_:
        return None
    try:
        return UUID(parts[1])
    except ValueError:
        return None


def number_of(type_: str, value: str) -> int | None:
    """The number in a global id of that type; None when it is no such id."""
    parts = read_global_id(value)
    return int(parts[1]) if parts is not None and parts[0] == type_ and _NUMBER.fullmatch(parts[1]) else None
