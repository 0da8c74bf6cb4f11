"""A request as it was sent, by whichever transport: its shape is checked before anything is done with it."""

from collections.abc import Mapping
from typing import Any

import orjson
from strawberry.http import GraphQLRequestData, GraphQLRequestProtocol

from voxloop.graphql.errors import BAD_REQUEST, RequestRefused

_MEMBERS = {
    "query": (str, "text"),
    "documentId": (str, "text"),
    "operationName": (str, "text"),
    "variables": (dict, "object"),
    "extensions": (dict, "object"),
}


def read_body(body: bytes) -> object:
    """A body as JSON.

    Raises:
        RequestRefused: it is none.
    """
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise RequestRefused("bad_json", BAD_REQUEST) from error


def read_query(params: Mapping[str, Any]) -> object:
    """What a GET brings: ``variables`` and ``extensions`` are JSON within the address."""
    given = {name: value for name, value in params.items() if value}
    return given | {name: read_body(given[name].encode()) for name in ("variables", "extensions") if name in given}


def read_request(body: object, protocol: GraphQLRequestProtocol = "http") -> GraphQLRequestData:
    """The request in a body.

    Raises:
        RequestRefused: the body has not the shape of one.
    """
    if not isinstance(body, dict):
        raise RequestRefused("no_object", BAD_REQUEST)
    for name, (type_, _) in _MEMBERS.items():
        if not isinstance(body.get(name), type_ | None):
            raise RequestRefused(f"not_{_MEMBERS[name][1]}", BAD_REQUEST, member=name)
    extensions = body.get("extensions")
    if "documentId" in body:
        extensions = {**(extensions or {}), "documentId": body["documentId"]}
    return GraphQLRequestData(body.get("query"), body.get("variables"), body.get("operationName"), extensions, protocol)
