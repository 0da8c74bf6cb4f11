"""Files and functions stay small enough to be read in one go, and every module says why it is there."""

import ast
from pathlib import Path

import pytest

SOURCE_LINES, TEST_LINES, FUNCTION_LINES, ARGUMENTS = 300, 400, 40, 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def functions(root: Path, sources: list[Path]) -> list[tuple[str, Function]]:
    return [
        (f"{file.relative_to(root)}:{node.lineno} {node.name}", node)
        for file in sources
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, Function)
    ]


def lines(file: Path) -> int:
    return len(file.read_text("utf-8").splitlines())


def arguments(function: Function) -> int:
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_the_guards_see_the_sources(sources: list[Path], functions: list[tuple[str, Function]]) -> None:
    assert {"domain", "store", "rules"} <= {file.parent.name for file in sources}
    assert len(functions) > len(sources)


def test_files_are_short(root: Path, sources: list[Path]) -> None:
    tests = (root / "tests").rglob("*.py")
    limits = [*((file, SOURCE_LINES) for file in sources), *((file, TEST_LINES) for file in tests)]
    assert [f"{file.relative_to(root)}: {lines(file)}" for file, limit in limits if lines(file) > limit] == []


def test_functions_are_short(functions: list[tuple[str, Function]]) -> None:
    lengths = [(name, (node.end_lineno or 0) - node.lineno + 1) for name, node in functions]
    assert [f"{name}: {length}" for name, length in lengths if length > FUNCTION_LINES] == []


def test_functions_take_few_arguments(functions: list[tuple[str, Function]]) -> None:
    assert [f"{name}: {arguments(node)}" for name, node in functions if arguments(node) > ARGUMENTS] == []


def test_every_module_says_why_it_is_there(root: Path, sources: list[Path]) -> None:
    modules = [(file, file.read_bytes()) for file in sources]
    silent = [file for file, code in modules if code.strip() and not ast.get_docstring(ast.parse(code))]
    assert [str(file.relative_to(root)) for file in silent] == []


def test_every_init_is_empty(root: Path, sources: list[Path]) -> None:
    assert [str(file.relative_to(root)) for file in sources if file.name == "__init__.py" and lines(file)] == []


def test_graphql_is_a_namespace(root: Path) -> None:
    assert not (root / "graphql" / "__init__.py").exists(), "`python server.py` would find it instead of graphql-core"
