"""The operations of the guide for frontend teams, as they stand there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[2] / "docs" / "frontend-guide.md"
ITEM, VERSION = "FB-000123", 5
_BLOCK = re.compile(r"^```graphql\n(?P<document>.*?)^```\n(?:```json\n(?P<variables>.*?)^```\n)?", re.M | re.S)
_NAME = re.compile(r"(?P<kind>query|mutation|subscription) (?P<name>\w+)")


@dataclass(frozen=True)
class Operation:
    """An operation with the variables that stand below it."""

    kind: str
    name: str
    document: str
    variables: dict[str, Any]

    def on(self, code: str, version: int = VERSION) -> dict[str, Any]:
        """The variables, for another item than that of the guide."""
        text = json.dumps(self.variables).replace(ITEM, code).replace(f'"expect": {VERSION}', f'"expect": {version}')
        found: dict[str, Any] = json.loads(text)
        return found

    @property
    def on_item(self) -> bool:
        """Whether it speaks of an item."""
        return ITEM in json.dumps(self.variables)


def operations() -> dict[str, Operation]:
    """All operations by name, in the order of the guide."""
    found = [_operation(block) for block in _BLOCK.finditer(GUIDE.read_text("utf-8"))]
    return {operation.name: operation for operation in found}


def under(title: str) -> list[Operation]:
    """The operations of the part of the guide that has this title."""
    part = GUIDE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [_operation(block) for block in _BLOCK.finditer(part)]


def of_our_own(operation: Operation, known: Mapping[str, str]) -> dict[str, Any]:
    """The variables, with these ids in place of those that the guide has made up."""
    text = json.dumps(operation.variables)
    for made_up, id_ in known.items():
        text = text.replace(made_up, id_)
    found: dict[str, Any] = json.loads(text)
    return found


def _operation(block: re.Match[str]) -> Operation:
    named = _NAME.match(block["document"])
    assert named, block["document"]
    return Operation(named["kind"], named["name"], block["document"], json.loads(block["variables"] or "{}"))
