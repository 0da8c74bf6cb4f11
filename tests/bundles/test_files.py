"""Documents in files: what is written is read back as the very same, and no file does harm or means two things."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voxloop.bundles.reader import LARGEST_FILE, Unreadable, read_document, read_text
from voxloop.bundles.writer import write_document
from voxloop.domain.documents import LARGEST_BODY, body_problem
from voxloop.domain.identity import digest
from voxloop.domain.texts import LANGUAGES, say

STARTER = Path(__file__).parents[2] / "starter"
ODD = (
    *("", " ", "  x", "x ", "yes", "No", "on", "OFF", "y", "N", "null", "~", "true", "False", "1e3", "1.5", "007"),
    *("-0", "+1", "0x1F", "0o17", "1_000", "1:30", "12:30:45", "2026-12-31", "2026-12-31T09:30:00Z", ".inf", ".nan"),
    *("=", "<<", "- a", "-", "? a", "a: b", "a:", ": a", "a #b", "#b", "&a", "*a", "!a", "!!str a", "|", ">", "%a"),
    *("@a", "`a", "'", '"', "\\", "\\n", "[a]", "{a}", "a, b", "---", "...", "\n", "a\n", "a\n\n", "\na", "a\nb"),
    *("a\n b\n  c", " a\nb", "a \nb", "a\t\nb", "\ta", "a\tb", "a\n\nb\n", "\u2028", "\u2029", "\ufeff", "\u200f"),
    *("缺陷", "产品缺陷：无法开机。", "　全角", "😀", "é", "{customer}，您好！\n编号 {code}。\n", "a" * 900),
    *("# a\n---\n- b\n", "24h", "+24h", "75%", "2wd", "9m x", "A-1", "3.0.2", "key_customer", "R&D", "it's", "a=b"),
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.lists(st.sampled_from(["a", " ", "\n", "\t", ":", "#", "-", "'", '"', "，", "{", "好"]), max_size=12).map(
        "".join
    ),
)
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-(2.0**53), 2.0**53, allow_nan=False).map(lambda number: number + 0.0),
)
names = st.one_of(
    st.sampled_from(("key", "on", "title", "when", "then", "rules", "zh-CN", "en", "steps", "set")), texts
)
values = st.recursive(
    st.one_of(texts, numbers, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=25,
)
bodies = st.dictionaries(names, values, max_size=6).filter(lambda body: body_problem(body) is None)


@settings(deadline=None)
@given(bodies)
@example({name: list(ODD) for name in ODD} | {"rules": [{"when": {"a": list(ODD)}}], "on": {"on": "on"}})
@example({"a": [[], {}, [[]], [{}], [[1, [2]], [{"b": []}]]], "b": {}, "": {"": ""}, "x" * 1100: {"y" * 1100: ["z"]}})
def test_what_is_written_is_read_back(body: dict[str, Any]) -> None:
    read = read_text(write_document(body)).body
    assert read == body
    assert digest(read) == digest(body)


@settings(deadline=None)
@given(bodies)
def test_every_other_reader_of_yaml_reads_the_same(body: dict[str, Any]) -> None:
    assert digest(yaml.safe_load(write_document(body))) == digest(body)


@settings(deadline=None)
@given(bodies)
def test_what_is_read_is_written_the_same_whatever_the_order_of_its_names(body: dict[str, Any]) -> None:
    text = write_document(body)
    assert write_document(dict(reversed(read_text(text).body.items()))) == text


def test_it_reads_as_an_author_would_write() -> None:
    rule = {
        "then": [{"set_priority": "high"}, {"tell": {"via": ["wecom"], "to": {"role": "service_manager"}}}],
        "when": {"all": [{"value": 3, "is": "less", "fact": "rating"}, {"not": {"is": "missing", "fact": "batch"}}]},
        "stop": True,
        "title": {"en": "Low rating", "zh-CN": "低分评价"},
        "key": "low_rating",
    }
    assert write_document(
        {"rules": [rule], "on": "received", "title": {"en": "On: it", "zh-CN": "受理"}, "key": "intake"}
    ) == (
        "key: intake\n"
        'title: {zh-CN: 受理, en: "On: it"}\n'
        '"on": received\n'
        "rules:\n"
        "  - key: low_rating\n"
        "    title: {zh-CN: 低分评价, en: Low rating}\n"
        "    when: {all: [{fact: rating, is: less, value: 3}, {not: {fact: batch, is: missing}}]}\n"
        "    then:\n"
        "      - set_priority: high\n"
        "      - tell: {to: {role: service_manager}, via: [wecom]}\n"
        "    stop: true\n"
    )


def test_words_of_several_lines_stand_in_lines() -> None:
    text = write_document({"body": {"en": 'Dear {customer},\n"so" it is: {code}\n', "zh-CN": "您好\n再见"}})
    assert text == 'body:\n  zh-CN: |-\n    您好\n    再见\n  en: |\n    Dear {customer},\n    "so" it is: {code}\n'


def test_a_value_is_what_json_takes_for_one_and_else_a_text() -> None:
    text = "on: [yes, on, 1:30, 2026-12-31, 007, 1_000, +1, .5, 0x1F, .inf, '1', !!str 2]\n1: [1, -1.5, 1e3, true, ~]"
    words = ["yes", "on", "1:30", "2026-12-31", "007", "1_000", "+1", ".5", "0x1F", ".inf", "1", "2"]
    assert read_text(text).body == {"on": words, "1": [1, -1.5, 1000.0, True, None]}
    assert math.copysign(1, read_text("a: -0.0").body["a"]) == 1


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", 4, "repeated"),
        (BOMB.encode(), 7, "too_much"),
        (b"a: &x\n  - *x\n", 2, "no_anchor"),
        (b"a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        (b"a: !!int 1\n", 1, "tag"),
        (b"a: 1\n---\nb: 1\n", 2, "several"),
        (b"a:\n  " + b"[" * 500_000, 2, "too_deep"),
        (b"a: " + b"{b: " * 500_000, 1, "too_deep"),
        (b"a: 1\n? [b]\n: 2\n", 2, "no_name"),
        (b"a: 1\nb: c: d\n", 2, "syntax"),
        ("规则: 1\nb: \x01\n".encode(), 2, "syntax"),
        (b"a: 1\nb: '", 2, "syntax"),
        (b'a: 1\nb: "\\x01"', 2, "unreadable"),
        (b"a: 1\nb: 9007199254740993", 2, "number"),
        (b"a: 1\nb: -1e400", 2, "number"),
        (b"a: 1\nb: \xff\n", 2, "not_utf8"),
        (b"a: 1\n" + b"#" * LARGEST_FILE, 1, "too_large"),
        (b"a: 1\nb: " + b"x" * LARGEST_BODY, 2, "too_much"),
        (b"- a\n", 1, "not_a_mapping"),
        (b"# nothing\n", 1, "not_a_mapping"),
    ],
)
def test_what_holds_no_document_is_refused_with_its_line(content: bytes, line: int, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_document(content)
    problem = refused.value.problem
    assert (refused.value.line, problem.code) == (line, f"file.{code}")
    assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)


def test_what_is_named_twice_stands_there_twice() -> None:
    assert read_text("a: &x {b: [1]}\nc: *x\n").body == {"a": {"b": [1]}, "c": {"b": [1]}}


LINES = "# first\nkey: x\nrules:\n  - key: a\n    when:\n      all:\n        - {fact: b, is: c}\n        - fact: d\n"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("key", 2),
        ("rules", 3),
        ("rules[0].key", 4),
        ("rules[0].when.all[0].is", 7),
        ("rules[0].when.all[1].value", 8),
        ("rules[0].then[3].route", 4),
        ("rules[7].then", 3),
        ("nothing.of.it", 2),
        ("", 2),
    ],
)
def test_a_path_has_a_line(path: str, line: int) -> None:
    assert read_text(LINES).line(path) == line


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n"), str.strip])
def test_marks_and_line_ends_of_editors_change_nothing(change: Callable[[str], str]) -> None:
    text = (STARTER / "rules" / "intake.yaml").read_text("utf-8")
    assert read_text(change(text)).body == read_text(text).body
