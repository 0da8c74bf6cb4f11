"""Columns and cells as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from voxloop.domain.import_columns import FIELDS, Cell, Mapped, Wrong, guess

CHINA = timezone(timedelta(hours=8))


def read(name: str, cell: Cell, **how: object) -> object:
    """The value that a cell of that field means, or the code of what is wrong with it."""
    values, wrong = Mapped({"column": name}, zone=CHINA, **how).submission({"column": cell})  # type: ignore[arg-type]  # any
    return wrong[0].code if wrong else values[name]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((5, 5), (5.0, 5), ("5", 5), (" 5.0 ", 5), ("5星", 5), ("5分", 5), ("5/5", 5), ("4 stars", 4)),
        *(("★★★☆☆", 3), ("⭐️⭐️", 2), ("五星", 5), ("十", 10)),
        *(("很好", "BAD_NUMBER"), ("4.5", "BAD_NUMBER"), ("-1", "BAD_NUMBER"), ("99999999999", "BAD_NUMBER")),
    ],
)
def test_ratings(cell: Cell, value: object) -> None:
    assert read("rating", cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-03-02 09:30", "2026/3/2 9:30", "2026.03.02 09:30:00", "2026年3月2日 09:30", "2026年3月2日 9时30分"),
        *("2026-03-02T01:30:00Z", "2026-03-02T09:30+08:00", datetime(2026, 3, 2, 9, 30)),
    ],
)
def test_instants(cell: Cell) -> None:
    assert read("received_at", cell) == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def test_a_day_begins_at_midnight() -> None:
    assert (
        read("received_at", date(2026, 3, 2)) == read("received_at", "2026/3/2") == datetime(2026, 3, 2, tzinfo=CHINA)
    )


@pytest.mark.parametrize("cell", ["yesterday", "2026-13-01", "02.03.2026", "0001-01-01T00:00:00+14:00x", 5])
def test_what_is_no_instant(cell: Cell) -> None:
    assert read("received_at", cell) == "BAD_INSTANT"


def test_a_form_of_dates_can_be_given() -> None:
    assert read("received_at", "02.03.2026", dates=("%d.%m.%Y",)) == datetime(2026, 3, 2, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        *(("channel", "app", "app"), ("channel", "电商评价", "shop_review"), ("channel", "Hotline", "hotline")),
        *(("channel", "pigeon", "UNKNOWN_VALUE"), ("language", "中文", "zh-CN"), ("language", "EN", "en")),
        *(("language", "fr", "UNKNOWN_VALUE"), ("order_ref", 13800138000.0, "13800138000")),
    ],
)
def test_words_and_numbers(name: str, cell: Cell, value: object) -> None:
    assert read(name, cell) == value


def test_headings_of_both_languages_are_understood() -> None:
    assert guess(["反馈内容", "星级", "产品 名称", "反馈时间", "联系电话"]) == {
        "反馈内容": "text",
        "星级": "rating",
        "产品 名称": "product",
        "反馈时间": "received_at",
        "联系电话": "customer.phone",
    }
    assert guess(["Comment", "Stars", "E-Mail", "Order No", "Component", "Part Number"]) == {
        "Comment": "text",
        "Stars": "rating",
        "E-Mail": "customer.email",
        "Order No": "order_ref",
        "Component": "module",
        "Part Number": "part",
    }
    assert guess(["模块", "部件"]) == {"模块": "module", "部件": "part"}


def test_a_field_is_had_by_one_column_and_a_report_s_own_columns_mean_nothing() -> None:
    assert guess(["#message", "text", "comment", "id"]) == {"text": "text"}
    names = [name for name in FIELDS if name != "key"]
    assert guess(names) == dict(zip(names, names, strict=True))


@pytest.mark.parametrize(
    ("cells", "ref"),
    [
        ({"phone": "138", "email": "a@b.c"}, "138"),
        ({"email": "a@b.c"}, "a@b.c"),
        ({"ref": "C1", "phone": "138"}, "C1"),
        ({"name": "Li"}, None),
    ],
)
def test_a_customer_is_known_by_what_there_is(cells: dict[str, Cell], ref: str | None) -> None:
    mapped = Mapped({name: f"customer.{name}" for name in ("ref", "name", "email", "phone")})
    values, wrong = mapped.submission(cells)
    assert wrong == list[Wrong]()
    assert values["customer"]["ref"] == ref
