"""Stored operations (trusted documents): a request names a document by its hash instead of bringing it.

Two forms are taken: ``documentId: "sha256:<hex>"`` of the graphql-over-http draft, and Apollo's
``extensions.persistedQuery``. A document that is found so is read once by each server. With ``only`` set no other
document is answered; else one may come along with its hash, and this server remembers it, as Apollo's clients expect,
without storing it: the table is written at deployment and by nobody who merely asks.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from strawberry.http import GraphQLRequestData

from voxloop.domain.submission import unreadable
from voxloop.graphql.bounds import LONGEST_KEPT
from voxloop.graphql.errors import BAD_REQUEST, RequestRefused
from voxloop.store import operations
from voxloop.store.sessions import Sessions

_REMEMBERED = 1000


class Operations:
    """The stored operations as one server knows them."""

    def __init__(self, sessions: Sessions, only: bool) -> None:
        self._sessions, self._only = sessions, only
        self._documents: OrderedDict[str, str] = OrderedDict()

    async def completed(self, request: GraphQLRequestData) -> GraphQLRequestData:
        """The request with its document.

        Raises:
            RequestRefused: it names one that is not stored, or one may not bring its own.
        """
        wanted = _hash(request.extensions or {})
        if wanted is None:
            if self._only:
                raise RequestRefused("only_stored", "PERSISTED_QUERY_ID_REQUIRED")
            return request
        document = self._documents.get(wanted) or await self._find(wanted)
        if document is None:
            document = self._brought(wanted, request.query)
        self._remember(wanted, document)
        return replace(request, query=document)

    async def _find(self, wanted: str) -> str | None:
        if unreadable(wanted):  # the database could not even be asked
            return None
        async with self._sessions.connect() as session:
            return await operations.find(session, wanted)

    def _brought(self, wanted: str, query: str | None) -> str:
        if query is None or self._only:
            # 200, as Apollo's server answers: some of its clients send the document only then.
            raise RequestRefused("not_stored", "PERSISTED_QUERY_NOT_FOUND", 200)
        if hash_of(query) != wanted:
            raise RequestRefused("other_hash", BAD_REQUEST)
        return query

    def _remember(self, wanted: str, document: str) -> None:
        if wanted in self._documents:
            self._documents.move_to_end(wanted)
        elif len(document) <= LONGEST_KEPT:
            self._documents[wanted] = document
            if len(self._documents) > _REMEMBERED:
                self._documents.popitem(last=False)


def hash_of(document: str) -> str:
    """The SHA-256 of a document's text, hexadecimal."""
    return sha256(document.encode()).hexdigest()


def _hash(extensions: Mapping[str, Any]) -> str | None:
    """The hash that a request names; None: none."""
    id_, persisted = extensions.get("documentId"), extensions.get("persistedQuery")
    if isinstance(id_, str):
        return id_.removeprefix("sha256:").lower() if id_.startswith("sha256:") else id_
    if isinstance(persisted, dict):
        if persisted.get("version") != 1:
            raise RequestRefused("persisted_version", "PERSISTED_QUERY_NOT_SUPPORTED")
        return str(persisted.get("sha256Hash")).lower()
    return None
