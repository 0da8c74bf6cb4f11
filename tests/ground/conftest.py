"""The one list of our source files that all guards look at."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_SOURCES = {"build", "dist", "docs", "tests", "var"}
MIGRATIONS = ROOT / "store" / "migrations" / "versions"
SCRIPTS = [ROOT / "benchmarks", ROOT / "starter" / "sample"]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    """Every module of voxloop and of benchmarks/, tests and generated migrations left out."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in NO_SOURCES]
    found = [*ROOT.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    return sorted(file for file in found if file.parent != MIGRATIONS)


@pytest.fixture(scope="session")
def shipped(sources: list[Path]) -> list[Path]:
    """Those sources that are installed and imported as ``voxloop``."""
    return [file for file in sources if file.parent not in SCRIPTS]
