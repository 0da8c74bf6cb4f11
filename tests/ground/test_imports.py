"""What the server and the commands import: nothing that takes seconds to load and is not needed there."""

import subprocess
import sys

import pytest

HEAVY = ("jieba", "sklearn", "durable", "plotly", "numpy", "pandas")


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
