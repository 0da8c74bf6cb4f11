"""What pyproject.toml, the lock file and the folders say about each other."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text("utf-8")


def name(requirement: str) -> str:
    """The package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def test_every_folder_with_modules_is_shipped(project: dict[str, Any], root: Path, shipped: list[Path]) -> None:
    folders = {file.relative_to(root).parent.parts for file in shipped}
    packages = {".".join(("voxloop", *folder)) for folder in folders}
    assert packages - set(project["tool"]["setuptools"]["packages"]) == set()


def test_the_lock_pins_every_requirement(project: dict[str, Any], lock: str) -> None:
    extras = project["project"]["optional-dependencies"].values()
    wanted = {name(entry) for entries in (project["project"]["dependencies"], *extras) for entry in entries}
    pinned = {name(line) for line in lock.splitlines() if "==" in line and line[0] not in " #"}
    assert wanted - {"voxloop"} - pinned == set()


def test_the_lock_has_hashes_and_no_address(lock: str) -> None:
    pins = re.split(r"\n(?=\w)", lock)[1:]
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin or "==" not in pin] == []
    assert re.findall(r"https?:|file:|index-url|find-links|trusted-host|^-.*$", lock, flags=re.MULTILINE) == []
