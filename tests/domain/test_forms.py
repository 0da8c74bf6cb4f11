"""What a form takes, value by value."""

from typing import Any

import pytest

from voxloop.domain.forms import (
    Field,
    FieldKind,
    Option,
    members_named,
    restored,
    stored,
    unknown_members,
    wrongly_filled,
)
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.texts import LANGUAGES, texts

OPTIONS = (Option("a", {}), Option("b", {}), Option("c", {}))


def field(kind: FieldKind, **more: Any) -> Field:
    options = OPTIONS if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else ()
    return Field("x", {"en": "X", "zh-CN": "X"}, kind, options=options, **more)


def found(form: list[Field], given: dict[str, Any], outcome: str = "done") -> list[tuple[RefusalCode, str]]:
    problems = wrongly_filled(form, outcome, given)
    for problem in problems:
        assert all(texts(language)[f"refusal.{problem.code}"].format(**problem.params) for language in LANGUAGES)
    return [(problem.code, ".".join(problem.field)) for problem in problems]


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "code"),
    [
        (FieldKind.TEXT, ["ok"], [1, True, ["a"]], RefusalCode.NOT_A_TEXT),
        (FieldKind.LONG_TEXT, ["ok\nok"], [1.5], RefusalCode.NOT_A_TEXT),
        (FieldKind.NUMBER, [0, -2, 1.5], ["1", True, 1e13, float("nan"), 10**400], RefusalCode.NO_NUMBER),
        (FieldKind.CHOICE, ["a"], [["a"], 1], RefusalCode.NOT_A_TEXT),
        (FieldKind.CHOICES, [["a"], ["c", "a"]], ["a", [1]], RefusalCode.NOT_A_LIST),
        (FieldKind.DATE, ["2026-02-28"], ["2026-02-29", "28.2.2026", "20260228", 20260228], RefusalCode.NOT_A_DATE),
        (FieldKind.FLAG, [True, False], ["true", 1, 0], RefusalCode.NOT_A_FLAG),
        (FieldKind.MEMBER, ["li_na"], [7], RefusalCode.NOT_A_TEXT),
    ],
)
def test_each_kind_takes_its_own_values(kind: FieldKind, right: list[Any], wrong: list[Any], code: RefusalCode) -> None:
    assert [value for value in right if found([field(kind)], {"x": value})] == []
    assert [found([field(kind)], {"x": value}) for value in wrong] == [[(code, "fields.x")]] * len(wrong)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (FieldKind.NUMBER, 1, RefusalCode.TOO_LOW),
        (FieldKind.NUMBER, 4, RefusalCode.TOO_HIGH),
        (FieldKind.TEXT, "a", RefusalCode.TOO_SHORT),
        (FieldKind.LONG_TEXT, "aaaa", RefusalCode.TOO_LONG),
        (FieldKind.CHOICES, ["a"], RefusalCode.TOO_FEW),
        (FieldKind.CHOICES, ["a", "a"], RefusalCode.TOO_FEW),
        (FieldKind.CHOICE, "d", RefusalCode.UNKNOWN_VALUE),
        (FieldKind.CHOICES, ["a", "d"], RefusalCode.UNKNOWN_VALUE),
    ],
)
def test_bounds_and_options(kind: FieldKind, value: Any, code: RefusalCode) -> None:
    bounds = {"min": 2, "max": 3} if kind is not FieldKind.CHOICE else {}
    assert found([field(kind, **bounds)], {"x": value}) == [(code, "fields.x")]


def test_more_options_than_may_be_chosen() -> None:
    assert found([field(FieldKind.CHOICES, max=2)], {"x": ["a", "b", "c"]}) == [(RefusalCode.TOO_MANY, "fields.x")]


@pytest.mark.parametrize("nothing", [None, []])
def test_what_is_needed_depends_on_the_outcome(nothing: Any) -> None:
    missing = [(RefusalCode.REQUIRED, "fields.x")]
    for needed, outcome, problems in (
        ({"required": True}, "done", missing),
        ({"required_for": ("failed",)}, "failed", missing),
        ({"required_for": ("failed",)}, "done", []),
        ({}, "done", []),
    ):
        assert found([field(FieldKind.CHOICES, **needed)], {"x": nothing}, outcome) == problems


def test_every_wrong_field_is_told() -> None:
    form = [field(FieldKind.FLAG, required=True), Field("y", {}, FieldKind.NUMBER)]
    assert found(form, {"y": "many"}) == [(RefusalCode.REQUIRED, "fields.x"), (RefusalCode.NO_NUMBER, "fields.y")]


def test_a_form_takes_no_other_fields() -> None:
    assert found([field(FieldKind.TEXT)], {"z": "1"}) == [(RefusalCode.UNKNOWN_FIELD, "fields.z")]


def test_without_a_form_any_texts_may_be_given() -> None:
    assert found([], {"z": "1"}) == []
    assert found([], {"z": 1}) == [(RefusalCode.NOT_A_TEXT, "fields.z")]


def test_a_kept_form_is_the_form() -> None:
    form = [field(kind, required_for=("done",)) for kind in FieldKind]
    assert restored(stored(form)) == form


def test_members_are_looked_for_where_a_member_is_asked_for() -> None:
    form = [field(FieldKind.MEMBER), Field("y", {})]
    named = members_named(form, {"x": "li_na", "y": "nobody"})
    assert named == {"x": "li_na"}
    assert unknown_members(named, ["li_na"]) == []
    assert [(each.code, each.field) for each in unknown_members(named, [])] == [
        (RefusalCode.NOT_FOUND, ("fields", "x"))
    ]
