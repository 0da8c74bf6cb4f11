"""ariadne-codegen makes a typed client from the schema and operations of the guide as they stand there; it then runs.

``codegen_client.py asked.json schema.graphql FOLDER``, in an environment of its own.
"""

import asyncio
import importlib
import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Union, get_args

from pydantic import TypeAdapter  # type: ignore[import-not-found]  # in the environment of the clients

_CONFIG = """[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "made"
"""


def make(asked: dict[str, Any], schema: Path, folder: Path) -> None:
    """Write what the generator needs and let it make the package ``made``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(schema, folder / "schema.graphql")
    documents = [operation["document"] for operation in asked["operations"]]
    (folder / "operations.graphql").write_text("\n".join(documents), "utf-8")
    (folder / "pyproject.toml").write_text(_CONFIG, "utf-8")
    subprocess.run([Path(sys.executable).with_name("ariadne-codegen")], cwd=folder, check=True)


async def main(asked: dict[str, Any]) -> int:
    """Run all; answers how many failed."""
    made = importlib.import_module("made")
    headers, failed = {"Authorization": asked["authorization"]}, 0
    live = asked["url"].replace("http", "ws", 1)
    client = made.Client(
        asked["url"],
        headers,
        ws_url=live,
        ws_headers=headers,
        ws_connection_init_payload={"authorization": headers["Authorization"]},
    )
    for operation in asked["operations"]:
        try:
            method = getattr(client, _snake(operation["name"]))
            answer = method(**_typed(made, method, operation["variables"]))
            answer = await (anext(answer) if inspect.isasyncgen(answer) else answer)
            [value] = answer.model_dump().values()
            if value is None or value.get("user_errors"):
                raise ValueError(value)
            print("ok     ", operation["name"])
        except Exception as error:
            failed += 1
            print("FAILED ", operation["name"], "|", repr(error)[:500])
    print(f"{len(asked['operations']) - failed} passed, {failed} failed")
    return failed


def _typed(made: Any, method: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables as the types that the generated method takes; one that may be left out is a union with one more."""
    hints = inspect.get_annotations(method, eval_str=True)
    typed = {}
    for name, value in variables.items():
        hint = hints[_snake(name)]
        types = [each for each in get_args(hint) or (hint,) if each is not made.base_model.UnsetType]
        typed[_snake(name)] = TypeAdapter(Union[tuple(types)]).validate_python(value)  # noqa: UP007  # as many as there are
    return typed


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


if __name__ == "__main__":
    given, folder = json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[3])
    make(given, Path(sys.argv[2]), folder)
    sys.path.insert(0, str(folder))
    sys.exit(asyncio.run(main(given)))
