"""What the server and the commands import: nothing slow that is not needed there; and which way imports point."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = ("jieba", "sklearn", "durable", "plotly", "numpy", "pandas", "holidays")


def loaded(code: str) -> set[str]:
    """Those of the heavy packages that a fresh interpreter has loaded after running ``code``."""
    say = f"import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-P", "-c", f"{code}\n{say}"], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("module", ["voxloop.server", "voxloop.cli"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    assert loaded(f"import {module}") == set()


def test_drawing_a_figure_loads_no_plotly() -> None:
    code = "from voxloop.web.rendering import static; import voxloop.reports.figures; static('plotly.min.js')"
    assert loaded(code) == set()


def test_it_would_be_seen() -> None:
    assert "plotly" in loaded("import plotly")
    assert "durable" in loaded("import voxloop.server, durable")


def test_the_page_on_architecture_tells_the_layers_that_are_checked() -> None:
    with ROOT.joinpath("pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    told = re.search(r"`(cli > [^`]+)`", ROOT.joinpath("ARCHITECTURE.md").read_text("utf-8"))
    assert told is not None
    assert " ".join(told[1].split()) == " > ".join(layers).replace("voxloop.", "")
