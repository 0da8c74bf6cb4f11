import pytest

from voxloop.domain.texts import best_language, say


def test_say_fills_the_names() -> None:
    sentence = say("en", "problem.document.unknown_key", known="key, title")
    assert "key, title" in sentence
    assert sentence != say("zh-CN", "problem.document.unknown_key", known="key, title")


def test_a_value_may_be_called_key() -> None:
    assert "vox-1" in say("en", "event.linked_item_changed", key="vox-1", state="Open")


def test_a_missing_text_or_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("en", "problem.there_is_no_such_text")
    with pytest.raises(KeyError):
        say("en", "problem.document.unknown_key")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-CN"),
        ("ZH-Hans-CN", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.4, en;q=0.5", "en"),
        ("de, en;q=0.3", "en"),
        ("de, fr;q=0.5", "zh-CN"),
        ("en;q=often, zh;q=0.1", "zh-CN"),
    ],
)
def test_best_language(accept: str, language: str) -> None:
    assert best_language(accept) == language
