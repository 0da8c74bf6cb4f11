"""Keeps a fingerprint of the workflows' commands: `PYTHONPATH=.import python tests/workflows/fingerprints.py`.

A loop in flight goes on only where its code gives the same commands in the same order, and the recorded histories take
few of all its ways. So each handler is read as it stands: its commands and their activities in the order of the text,
own methods, functions and constants of the same file put in where they are named. Conditions and loops around a command
are not seen, nor are commands in another module.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

WORKFLOWS = Path(__file__).parents[2] / "workflows"
KEPT = Path(__file__).with_suffix(".json")

COMMANDS = (
    *("execute_", "start_", "get_external_", "upsert_"),
    *("wait_condition", "sleep", "continue_as_new", "patched", "deprecate_patch"),
)
TIMERS = ("sleep", "timeout", "timeout_at", "wait_for")  # asyncio's, which become timers of the workflow

Function = ast.FunctionDef | ast.AsyncFunctionDef
Fingerprint = dict[str, list[str]]
Named = dict[str, list[ast.stmt] | list[ast.expr]]


def of_all_workflows() -> str:
    """As it is kept, class -> handler -> commands."""
    made: dict[str, Fingerprint] = {}
    for path in sorted(WORKFLOWS.glob("*.py")):
        made |= of_source(path.read_text("utf-8"))
    return json.dumps(made, indent=1) + "\n"


def of_source(source: str) -> dict[str, Fingerprint]:
    """The workflows of one file."""
    tree = ast.parse(source)
    classes = {each.name: each for each in tree.body if isinstance(each, ast.ClassDef)}
    activities, names = _activities(tree), _module_names(tree)
    return {
        name: _of_methods(list(_methods(each, classes)), activities, names)
        for name, each in classes.items()
        if _workflow_marks(each)
    }


def _methods(of: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Iterator[Function]:
    """Its own, and those of the classes of the same file that it is made from."""
    for base in of.bases:
        if ast.unparse(base) in classes:
            yield from _methods(classes[ast.unparse(base)], classes)
    yield from (each for each in of.body if isinstance(each, Function))


def _of_methods(methods: list[Function], activities: dict[str, str], names: Named) -> Fingerprint:
    names = names | {f"self.{each.name}": each.body for each in methods}
    made: Fingerprint = {}
    for method in methods:
        for handler in _handlers(method):
            reader = _Reader(activities, names)
            reader.read(f"self.{method.name}")
            made[handler] = reader.commands
    return made


def _handlers(method: Function) -> Iterator[str]:
    if method.name == "__init__":
        yield "init"
    for kind, options in _workflow_marks(method):
        told = {each.arg: ast.unparse(each.value).strip("'") for each in options}
        if kind == "run":
            yield kind
        elif kind in ("signal", "update", "query"):
            yield f"{kind} (dynamic)" if "dynamic" in told else f"{kind} {told.get('name', method.name)}"


class _Reader(ast.NodeVisitor):
    """Commands in the order of the text; what goes round in circles is read once."""

    def __init__(self, activities: dict[str, str], names: Named) -> None:
        self.activities = activities
        self.names = names
        self.reading: list[str] = []
        self.commands: list[str] = []

    def read(self, name: str) -> None:
        if name in self.names and name not in self.reading:
            self.reading.append(name)
            for node in self.names[name]:
                self.visit(node)
            self.reading.pop()

    def visit_Call(self, call: ast.Call) -> None:
        for node in (*call.args, *call.keywords, call.func):  # as they run: arguments first
            self.visit(node)
        home, _, name = ast.unparse(call.func).rpartition(".")
        if (home == "workflow" and name.startswith(COMMANDS)) or (home == "asyncio" and name in TIMERS):
            told = [repr(each.value) for each in call.args if isinstance(each, ast.Constant)]
            told += ["timeout" for each in call.keywords if each.arg == "timeout"]
            self.commands.append(f"{name}({', '.join(told)})")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self.read(ast.unparse(node))
        if isinstance(node.value, ast.Name) and node.value.id in self.activities:
            self.commands.append(f"{self.activities[node.value.id]}.{node.attr}")

    def visit_Name(self, node: ast.Name) -> None:
        self.read(node.id)


def _workflow_marks(node: ast.ClassDef | Function) -> list[tuple[str, list[ast.keyword]]]:
    """Names and options of its decorators of ``temporalio.workflow``."""
    calls = [each if isinstance(each, ast.Call) else ast.Call(each, [], []) for each in node.decorator_list]
    marks = [(ast.unparse(each.func).rpartition("."), each.keywords) for each in calls]
    return [(name, options) for (home, _, name), options in marks if home == "workflow"]


def _activities(tree: ast.Module) -> dict[str, str]:
    homes = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and ".activities." in str(each.module)]
    return {alias.asname or alias.name: alias.name for each in homes for alias in each.names}


def _module_names(tree: ast.Module) -> Named:
    named: Named = {each.name: each.body for each in tree.body if isinstance(each, Function)}
    constants = [each for each in tree.body if isinstance(each, ast.Assign)]
    return named | {ast.unparse(target): [each.value] for each in constants for target in each.targets}


if __name__ == "__main__":
    KEPT.write_text(of_all_workflows(), "utf-8")
