"""``gql`` runs operations of the guide as they stand there, checked by it against the server's schema.

``gql_client.py asked.json``, in an environment of its own: ``gql`` and our server need different graphql-core.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from gql import Client, gql  # type: ignore[import-not-found]  # in the environment of the clients
from gql.transport.httpx import HTTPXAsyncTransport  # type: ignore[import-not-found]
from gql.transport.websockets import WebsocketsTransport  # type: ignore[import-not-found]


async def main(asked: dict[str, Any]) -> int:
    """Run all; answers how many failed."""
    headers = {"Authorization": asked["authorization"]}
    http = HTTPXAsyncTransport(asked["url"], headers=headers)
    begin = {"authorization": asked["authorization"]}
    live = WebsocketsTransport(asked["url"].replace("http", "ws", 1), init_payload=begin)
    failed = 0
    for operation in asked["operations"]:
        transport = live if operation["kind"] == "subscription" else http
        try:
            request = gql(operation["document"])
            request.variable_values = operation["variables"]
            async with Client(transport=transport, fetch_schema_from_transport=transport is http) as session:
                if transport is live:
                    answer = await anext(session.subscribe(request))
                else:
                    answer = await session.execute(request)
            if any(value is None or value.get("userErrors") for value in answer.values()):
                raise ValueError(answer)
            print("ok     ", operation["name"])
        except Exception as error:
            failed += 1
            print("FAILED ", operation["name"], "|", repr(error)[:500])
    print(f"{len(asked['operations']) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
