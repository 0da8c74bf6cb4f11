"""Every text a person reads exists in both languages, takes the same values there, and is there when code names it."""

import ast
import string
from pathlib import Path

import pytest

from voxloop.domain.texts import LANGUAGES, texts


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = map(texts, LANGUAGES)
    assert chinese.keys() ^ english.keys() == set()


def test_both_languages_take_the_same_values() -> None:
    chinese, english = map(texts, LANGUAGES)
    assert [key for key in chinese if names(chinese[key]) != names(english[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in texts(language).items() if not text.strip()] == []


def test_every_text_that_code_names_exists(sources: list[Path]) -> None:
    calls = [node for file in sources for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
    said = [call for call in calls if ast.unparse(call.func).split(".")[-1] == "say" and len(call.args) > 1]
    keys = {call.args[1].value for call in said if isinstance(call.args[1], ast.Constant)}
    assert keys - texts("en").keys() == set()
