"""What a pattern matches, and what is no pattern."""

import pytest

from voxloop.rules.patterns import MAX_TEXT, pattern_problem, search


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"[a-z]-\d{2}", "型号A-12坏了", True),
        ("ÉTÉ", "été", True),
        ("straße", "STRASSE", False),
        (r"\d", "٣", False),
        (r"\w", "退", False),
        (r"\p{Han}{2}", "a退款", True),
        ("a$", "a\n", False),
        ("a.b", "a\nb", False),
        ("a\0b", "xa\0b", True),
        ("", "", True),
        ("a.b", "a\ud83db", True),
        ("坏", "x" * (MAX_TEXT - 1) + "坏", True),
        ("坏", "x" * MAX_TEXT + "坏", False),
        ("(", "(", False),
        ("\ud83d", "\ud83d", False),
    ],
)
def test_search(pattern: str, text: str, found: bool) -> None:
    assert search(pattern, text) is found


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(a+)+$", None),
        ("(?i)(?P<name>a)", None),
        (".*漏.*水.*", None),
        ("a(?=b)", "refused"),
        (r"(a)\1", "refused"),
        (r"(?P<n>a)(?P=n)", "refused"),
        ("[", "invalid"),
        ("a**", "invalid"),
        (r"a\Z", "invalid"),
        ("\ud83d", "invalid"),
        ("a{1001}", "too_costly"),
        ("(a{100}){100}", "too_costly"),
        ("a" * 201, "too_costly"),
    ],
)
def test_problem(pattern: str, problem: str | None) -> None:
    assert pattern_problem(pattern) == (problem and f"rule.pattern_{problem}")


def test_what_is_no_pattern_is_told_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert pattern_problem("(?=a)(") == "rule.pattern_refused"
    assert capfd.readouterr() == ("", "")


def test_nested_repeats_end_at_once() -> None:
    assert not search("(a+)+$", "a" * (MAX_TEXT - 1) + "!")
    assert not search("(a|b)*a(a|b){60}c", "ab" * (MAX_TEXT // 2))
