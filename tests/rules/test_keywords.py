"""Words are found exactly when the casefolded text contains the casefolded word."""

from hypothesis import example, given
from hypothesis import strategies as st

from voxloop.rules.keywords import Keywords

# Few characters, so that words occur and overlap; among them those that casefold to several, and halves of pairs.
_texts = st.text(alphabet=[*"abAßsΣς退款\0\n%\\", "İ", "ﬃ", "é", "\u0301", "😀", "\ud83d", "\ude00", "\U0010ffff"])


@given(words=st.lists(_texts, max_size=30), text=_texts)
@example(words=["甲乙甲", "乙甲", "甲乙甲乙"], text="甲乙甲乙甲")
@example(words=["\ud83d", "\ude00", "😀"], text="😀")
@example(words=["ss", "SS", "ß", "ẞ"], text="STRASSE")
@example(words=["x\0y", "\0", "x"], text="x\0y")
def test_words_are_found_that_the_text_contains(words: list[str], text: str) -> None:
    found = Keywords(dict(enumerate(words))).found(text)
    contained = [number for number, word in enumerate(words) if word.casefold() in text.casefold()]
    assert sorted(found) == contained


def test_thousands_of_words_are_found_in_a_long_text() -> None:
    words = {number: f"词{number}号" for number in range(10_000)}
    text = "，".join(f"词{number}号" for number in range(0, 4_000, 2))[:20_000]
    assert sorted(Keywords(words).found(text)) == [number for number in words if words[number] in text]


def test_nothing_is_found_of_no_words() -> None:
    assert Keywords({}).found("退款") == []
