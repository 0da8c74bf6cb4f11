"""The schema may grow; what breaks a frontend must be announced, word by word, in ``CHANGELOG.md`` under *Unreleased*.

``released.graphql`` is the schema of the last release: with a release it becomes a copy of ``graphql/schema.graphql``.
"""

import sys
from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

ROOT = Path(__file__).parents[2]
RELEASED = Path(__file__).with_name("released.graphql")


def unannounced(released: str, now: str, changelog: str) -> list[str]:
    """The breaking changes from one SDL to another that the changelog does not name."""
    changes = find_breaking_changes(build_schema(released), build_schema(now))
    unreleased = changelog.partition("\n## ")[2].partition("\n## ")[0]
    return [change.description for change in changes if change.description not in unreleased]


def main() -> int:
    """Print what has changed; 1 when something of it breaks unannounced."""
    released, now = RELEASED.read_text("utf-8"), (ROOT / "graphql" / "schema.graphql").read_text("utf-8")
    breaking = unannounced(released, now, (ROOT / "CHANGELOG.md").read_text("utf-8"))
    for description in breaking:
        print("BREAKING ", description)
    for change in find_dangerous_changes(build_schema(released), build_schema(now)):
        print("dangerous", change.description)
    print(f"{int(not breaking)} passed, {int(bool(breaking))} failed")
    return int(bool(breaking))


if __name__ == "__main__":
    sys.exit(main())
