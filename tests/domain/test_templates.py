"""Templates: what may stand in braces, and how it is filled."""

import pytest

from voxloop.domain.templates import NAMES, check_template, fill
from voxloop.domain.texts import LANGUAGES, say


def template(text: str) -> dict[str, dict[str, str]]:
    return {"subject": {"zh-CN": "主题 {code}", "en": "Subject {code}"}, "body": {"zh-CN": text, "en": text}}


def test_every_name_is_filled_and_what_is_unknown_reads_a_dash() -> None:
    text = " ".join(f"{{{name}}}" for name in NAMES)
    assert check_template(template(text)) == []
    subject, body = fill(template(text), "en", {"code": "FB-000001", "batch": None})
    assert subject == "Subject FB-000001"
    assert body.split() == ["FB-000001", *["-"] * (len(NAMES) - 1)]


@pytest.mark.parametrize("text", ["{price}", "{code.__class__}", "{code!r}", "{code:>9}", "{}", "{0}", "{code", "}"])
def test_nothing_else_may_stand_in_braces(text: str) -> None:
    problems = check_template(template(text))
    assert [problem.path for problem in problems] == ["body.zh-CN", "body.en"]
    assert {problem.code for problem in problems} == {"template.bad_name"}
    for language in LANGUAGES:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for problem in problems)


@pytest.mark.parametrize("wrong", [{}, {"subject": {"en": "a"}}, "text", template(" ")])
def test_both_languages_need_both_parts(wrong: object) -> None:
    assert "template.missing" in {problem.code for problem in check_template(wrong)}
