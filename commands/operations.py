"""The command ``voxloop operations``: a frontend's documents, checked and stored when it is deployed.

A ``.graphql`` file is one document, exactly as it stands. A ``.json`` file is a manifest: documents by their hashes as
Relay's compiler writes them, or the form of Apollo's. All files are stored or none.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from voxloop.domain.texts import say
from voxloop.graphql.operations import hash_of
from voxloop.graphql.prepared import problems
from voxloop.graphql.schema import schema
from voxloop.install import own_database
from voxloop.settings import Obstacle, Settings
from voxloop.store import operations


def add(settings: Settings, given: argparse.Namespace) -> None:
    """Store the documents of ``given.files`` and print the hash of each.

    Raises:
        Obstacle: a file cannot be read, or what stands in it is no document of our schema, or has another hash.
    """
    documents = {hash_: document for file in given.files for hash_, document in _checked(file)}

    async def run() -> None:
        async with own_database(settings) as sessions, sessions.begin() as session:
            await operations.add(session, documents)

    asyncio.run(run())
    for hash_ in documents:
        print(f"sha256:{hash_}")
    print(say(settings.language, "cli.operations_added", count=len(documents)))


def show(settings: Settings, given: argparse.Namespace) -> None:
    """Print the stored documents: hash, since when, and how it begins."""

    async def run() -> list[str]:
        async with own_database(settings) as sessions, sessions.connect() as session:
            rows = await operations.list_all(session)
        return [f"sha256:{row['hash']} {row['created_at']:%Y-%m-%d} {_beginning(row['document'])}" for row in rows]

    for line in asyncio.run(run()):
        print(line)


def _checked(file: Path) -> Iterator[tuple[str, str]]:
    for named, document in _read(file):
        hash_ = hash_of(document)
        if named not in (None, hash_):
            raise Obstacle("operation_hash", file=file, hash=named)
        for problem in problems(schema._schema, document):
            raise Obstacle("operation_bad", file=file, beginning=_beginning(document), problem=problem)
        yield hash_, document


def _read(file: Path) -> Iterator[tuple[str | None, str]]:
    """The documents in a file, each with the hash that the file gives it."""
    try:
        text = file.read_bytes().decode()
        if file.suffix != ".json":
            yield None, text
            return
        listed = json.loads(text)
    except (OSError, ValueError) as error:
        raise Obstacle("operation_unreadable", file=file, why=error) from error
    if isinstance(listed, dict) and isinstance(listed.get("operations"), list):
        listed = {entry.get("id"): entry.get("body") for entry in listed["operations"] if isinstance(entry, dict)}
    if not _is_manifest(listed):
        raise Obstacle("operation_manifest", file=file)
    yield from ((hash_.removeprefix("sha256:"), document) for hash_, document in listed.items())


def _is_manifest(listed: object) -> bool:
    return isinstance(listed, Mapping) and all(isinstance(part, str) for pair in listed.items() for part in pair)


def _beginning(document: str) -> str:
    words = " ".join(document.split())
    return words if len(words) <= 60 else f"{words[:59]}…"
