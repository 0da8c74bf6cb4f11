"""Rule sets and items as a company might have them, always the same ones, to measure engines by.

A rule has two to four conditions: any of five words, a comparison, one of several values, now and then a pattern; some
are negated or alternatives of each other. An item has twenty facts, one of them a Chinese text of some sixty
characters; one fact in ten is not known. About three rules in a hundred fire.
"""

from collections.abc import Mapping, Sequence
from random import Random

from voxloop.domain.feedback import Channel, CustomerLevel, FeedbackType
from voxloop.domain.rules import All, AnyOf, Condition, HoldForReview, Leaf, Not, Rule, RuleSet

TEXT = "text"
NUMBERS: Mapping[str, int] = {
    "rating": 5,
    "nps": 10,
    "type_confidence": 100,
    "customer_count_30d": 12,
    "batch_count_30d": 20,
}
KEYWORDS: Mapping[str, Sequence[str]] = {
    "language": ("zh-CN", "en"),
    "channel": tuple(channel.value for channel in Channel),
    "form": ("after_sale", "survey", "shop", "complaint", "idea", "visit"),
    "scenario": ("install", "daily", "repair", "return", "buy"),
    "product_line": ("kitchen", "bath", "lamp", "lock"),
    "product": tuple(f"product-{n}" for n in range(30)),
    "module": tuple(f"module-{n}" for n in range(20)),
    "version": tuple(f"{n // 10}.{n % 10}" for n in range(40)),
    "region": ("华东", "华南", "华北", "华中", "西南", "西北", "东北", "海外"),
    "type": tuple(kind.value for kind in FeedbackType),
    "sentiment": ("positive", "neutral", "negative"),
    "urgency": ("high", "normal"),
    "customer_level": tuple(level.value for level in CustomerLevel),
}
FLAGS = ("is_reopen",)
_LETTERS = (
    "退换漏水渗开关按键灯锁门屏坏旧新快慢错少货款费电机热冷响停断裂松紧脏臭味贵赞好差急催等查装修送配件客服"
    "我的你们他是在有这个买用了一二三四五六天月年大小多上下前后左右东西南北中心家里外面"
)
_PATTERNS = (
    r"[A-Z]{{2}}-?\d{{3,{n}}}",
    "{a}.{{0,{n}}}{b}",
    r"\d{{{n},}} ?{a}",
    "({a}|{b}).{{0,{n}}}{c}",
    "{a}(不|没).{{0,3}}({b}|{c})",
)


def rule_set(size: int, patterns: bool = True) -> RuleSet:
    """The rule set of that many rules, with a pattern in three of a hundred conditions or with none."""
    maker = _Maker(Random(size), patterns)
    rules = (Rule(f"rule_{n}", {}, maker.condition(), (HoldForReview(),)) for n in range(size))
    return RuleSet("bench", "received", tuple(rules))


def items(count: int) -> list[dict[str, object]]:
    """So many items, each with some of the twenty facts."""
    random = Random(0)
    return [_item(random) for _ in range(count)]


class _Maker:
    def __init__(self, random: Random, patterns: bool) -> None:
        self._random = random
        self._words = ["".join(random.choices(_LETTERS, k=random.choice((2, 2, 3)))) for _ in range(900)]
        self._leaves = (self._contains, self._compares, self._is_one_of, self._equals, self._matches)
        self._shares = (40, 20, 20, 17, 3 if patterns else 0)

    def condition(self) -> Condition:
        return All(tuple(self._part() for _ in range(self._random.choice((2, 3, 3, 4)))))

    def _part(self) -> Condition:
        kind = self._random.random()
        if kind < 0.15:
            return AnyOf((self._leaf(), self._leaf()))
        return Not(self._leaf()) if kind < 0.25 else self._leaf()

    def _leaf(self) -> Leaf:
        (kind,) = self._random.choices(self._leaves, self._shares)
        return kind()

    def _contains(self) -> Leaf:
        return Leaf(TEXT, "contains_any", tuple(self._random.sample(self._words, 5)))

    def _compares(self) -> Leaf:
        fact, most = self._random.choice(tuple(NUMBERS.items()))
        operator = self._random.choice(("less", "at_most", "more", "at_least"))
        return Leaf(fact, operator, self._random.randint(1, most))

    def _is_one_of(self) -> Leaf:
        fact, values = self._random.choice(tuple(KEYWORDS.items()))
        count = min(len(values) - 1, self._random.randint(2, 4))
        return Leaf(fact, "in", tuple(self._random.sample(values, count)))

    def _equals(self) -> Leaf:
        if self._random.random() < 0.1:
            return Leaf(self._random.choice(FLAGS), "equals", self._random.random() < 0.5)
        fact, values = self._random.choice(tuple(KEYWORDS.items()))
        return Leaf(fact, "equals", self._random.choice(values))

    def _matches(self) -> Leaf:
        letters = dict(zip("abc", self._random.sample(_LETTERS, 3), strict=True))
        return Leaf(TEXT, "matches", self._random.choice(_PATTERNS).format(n=self._random.randint(3, 9), **letters))


def _item(random: Random) -> dict[str, object]:
    facts: dict[str, object] = {TEXT: _text(random)}
    facts |= {fact: random.randint(0, most) for fact, most in NUMBERS.items()}
    facts |= {fact: random.choice(values) for fact, values in KEYWORDS.items()}
    facts |= {fact: random.random() < 0.3 for fact in FLAGS}
    return {fact: value for fact, value in facts.items() if fact == TEXT or random.random() < 0.9}


def _text(random: Random) -> str:
    pieces = ("".join(random.choices(_LETTERS, k=random.randint(4, 9))) for _ in range(8))
    return "，".join(pieces) + random.choice(("", "等了 3 天", "订单 SO-20417", "退我款"))
