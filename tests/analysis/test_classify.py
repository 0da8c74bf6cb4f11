"""What a text is taken for, in both languages, and that the form's word wins."""

import pytest

from voxloop.analysis.classify import classify
from voxloop.domain.feedback import FeedbackType

TEXTS = [
    ("更新之后一直闪退，根本打不开", "defect"),
    ("吸尘器充不进电，指示灯一直闪", "defect"),
    ("为什么我的设备连不上网络？", "defect"),
    ("刚收到货就降价，客服还没人理，太失望了", "complaint"),
    ("新界面太丑了，还是以前的好看", "complaint"),
    ("希望增加定时开关机的功能", "suggestion"),
    ("挺好用的，要是噪音能再小一点就更好了", "suggestion"),
    ("非常好用，外观漂亮，推荐购买！", "praise"),
    ("请问滤芯多久换一次？", "question"),
    ("怎么设置童锁", "question"),
    ("今天下午去了一趟公园", "other"),
    ("The app crashes every time I open it", "defect"),
    ("My vacuum won’t charge any more", "defect"),
    ("Nobody answers my mails, terrible customer service, I want my money back", "complaint"),
    ("Please add a night mode", "suggestion"),
    ("Love it! Easy to use and very quiet, highly recommend", "praise"),
    ("How much does a spare filter cost?", "question"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_type_is_read_from_the_text(text: str, expected: str) -> None:
    assert classify(text, None, None).type == expected


@pytest.mark.parametrize("kind", list(FeedbackType))
def test_scenario_of_the_form_wins(kind: FeedbackType) -> None:
    found = classify("一直闪退，打不开", str(kind), None)
    assert (found.type, found.confidence) == (kind, 1.0)


def test_scenario_that_is_no_type_is_not_used() -> None:
    found = classify("一直闪退，打不开", "after_sales", None)
    assert found.type == "defect"
    assert found.confidence < 1.0


def test_text_without_a_hint_is_other_and_unsure() -> None:
    found = classify("", None, None)
    assert (found.type, found.evidence, found.sentiment, found.urgency) == ("other", (), 0.0, "normal")
    assert 0 < found.confidence < 0.5


def test_more_hints_make_it_surer() -> None:
    weak, strong = classify("不错", None, None), classify("非常好用，五星好评，值得推荐", None, None)
    assert weak.type == strong.type == "praise"
    assert 0 < weak.confidence < strong.confidence < 1


def test_evidence_is_words_of_the_text() -> None:
    found = classify("昨天开始闪退，请尽快修复", None, None)
    assert "闪退" in found.evidence
    assert all(words in "昨天开始闪退，请尽快修复" for words in found.evidence)


def test_rating_decides_where_words_do_not() -> None:
    assert classify("已经收到了", None, 1).type == "complaint"
    assert classify("已经收到了", None, 5).type == "praise"
    assert classify("已经收到了", None, 3).type == "other"


def test_defect_stays_a_defect_at_any_rating() -> None:
    assert {classify("打开就闪退", None, rating).type for rating in (None, 1, 3, 5)} == {"defect"}


@pytest.mark.parametrize(("good", "bad"), [("好用", "不好用"), ("很方便", "一点都不方便"), ("good", "not good")])
def test_negation_turns_the_sentiment(good: str, bad: str) -> None:
    assert classify(good, None, None).sentiment > 0 > classify(bad, None, None).sentiment


def test_negated_damage_is_no_defect() -> None:
    assert classify("包装很好，没有破损，很满意", None, None).type == "praise"


@pytest.mark.parametrize(
    "text",
    [
        "插头冒烟了",
        "多扣了我一笔款",
        "登录不上去",
        "再不处理就打12315",
        "There was a burning smell",
        "I was charged twice",
    ],
)
def test_danger_money_and_escalation_are_urgent(text: str) -> None:
    assert classify(text, None, None).urgency == "high"


@pytest.mark.parametrize("text", ["图标不好看", "有点慢", "The colour is ugly"])
def test_dislike_is_not_urgent(text: str) -> None:
    assert classify(text, None, None).urgency == "normal"


def test_sentiment_and_confidence_keep_their_range() -> None:
    found = classify("垃圾 差评 太差 失望 恶心 坑 烂 闪退 " * 50, None, 1)
    assert -1 <= found.sentiment < -0.9
    assert 0 < found.confidence <= 1
