"""Keys find every text that holds what was searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxloop.analysis.search_keys import query_keys, search_keys


def test_chinese_gives_characters_and_pairs_other_words_stay_whole() -> None:
    assert search_keys("X5漏水了") == ["x5", "漏", "水", "了", "漏水", "水了"]
    assert query_keys("X5漏水了") == ["x5", "漏水", "水了"]


def test_one_character_finds() -> None:
    assert query_keys("漏") == ["漏"]
    assert set(query_keys("漏")) <= set(search_keys("水箱漏水"))


@pytest.mark.parametrize(
    ("text", "query"), [("ＡＢＣ１２", "abc12"), ("Crash AND Burn", "crash burn"), ("批次 P3-20261001", "p3-20261001")]
)
def test_width_and_case_do_not_matter(text: str, query: str) -> None:
    assert set(query_keys(query)) <= set(search_keys(text))


def test_characters_that_are_not_neighbours_are_not_found() -> None:
    assert not set(query_keys("漏水")) <= set(search_keys("漏电和水"))


def test_keys_are_distinct_and_limited() -> None:
    assert search_keys("好好好好") == ["好", "好好"]
    assert len(search_keys(" ".join(map(str, range(5000))))) == 2000
    assert search_keys("一二三", limit=2) == ["一", "二"]


def test_nothing_but_signs_gives_no_keys() -> None:
    assert search_keys("…！_ ?") == query_keys("  ") == []


@given(st.text(alphabet="漏水电机器人x5Y ，-", max_size=40), st.data())
def test_part_of_a_chinese_text_always_finds_it(text: str, data: st.DataObject) -> None:
    runs = [run for run in text.replace("x", " ").replace("5", " ").replace("Y", " ").split() if run]
    if runs:
        run = data.draw(st.sampled_from(runs))
        start = data.draw(st.integers(0, len(run) - 1))
        part = run[start : data.draw(st.integers(start + 1, len(run)))]
        assert set(query_keys(part)) <= set(search_keys(text))
