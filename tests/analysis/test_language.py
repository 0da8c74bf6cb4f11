"""The language in which a customer is answered."""

import pytest

from voxloop.analysis.language import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("空气炸锅不加热", "zh-CN"),
        ("App 连不上 WiFi，一直 loading", "zh-CN"),
        ("My air fryer does not heat", "en"),
        ("My 空气炸锅 is broken and does not heat", "en"),
        ("thanks", "en"),
        ("", "zh-CN"),
        ("12345 !!", "zh-CN"),
    ],
)
def test_language_of(text: str, expected: str) -> None:
    assert language_of(text) == expected
