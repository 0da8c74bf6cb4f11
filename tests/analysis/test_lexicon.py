"""The lexicon is edited by hand: what can be checked about it is checked."""

from voxloop.analysis.lexicon import lexicon, lower_case
from voxloop.domain.feedback import FeedbackType


def test_every_type_has_hints_in_both_languages() -> None:
    for kind, texts in {
        FeedbackType.DEFECT: ("死机", "broken"),
        FeedbackType.SUGGESTION: ("建议增加", "please add"),
        FeedbackType.COMPLAINT: ("态度恶劣", "rude"),
        FeedbackType.QUESTION: ("请问", "how do i"),
        FeedbackType.PRAISE: ("值得推荐", "well done"),
    }.items():
        for text in texts:
            assert kind in {hint.type for hint in lexicon().hints if hint.pattern.search(text)}, text


def test_no_pattern_matches_nothing() -> None:
    whole = lexicon()
    for pattern in (
        *(hint.pattern for hint in whole.hints),
        whole.positive,
        whole.negative,
        whole.negator,
        whole.urgent,
    ):
        assert pattern.search("") is None, pattern.pattern


def test_english_words_match_whole_words_only() -> None:
    assert lexicon().positive.search("goods") is None
    assert lexicon().positive.search(lower_case("这个APP GOOD!")) is not None
