"""The import contracts (`make lint`) see every module, and domain/ stands on the standard library alone."""

import sys
from pathlib import Path

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("voxloop", "voxloop.graphql", include_external_packages=True, cache_dir=None)


def test_no_module_escapes_the_contracts(graph: grimp.ImportGraph, root: Path, shipped: list[Path]) -> None:
    paths = [file.relative_to(root).with_suffix("").parts for file in shipped]
    run_by_alembic = ("store", "migrations")
    modules = {".".join(("voxloop", *path)) for path in paths if path[:2] != run_by_alembic}
    assert {module.removesuffix(".__init__") for module in modules} - graph.modules == set()


def test_domain_imports_the_standard_library_only(graph: grimp.ImportGraph) -> None:
    inside = {"voxloop.domain", *graph.find_descendants("voxloop.domain")}
    imports = {(module, used) for module in inside for used in graph.find_modules_directly_imported_by(module)}
    assert {(module, used) for module, used in imports if used not in inside | sys.stdlib_module_names} == set()
