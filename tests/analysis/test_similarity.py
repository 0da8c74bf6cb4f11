"""Near-duplicates: what two texts have in common, and keys that are the same everywhere."""

import os
import random
import subprocess
import sys
from itertools import combinations

import pytest

from voxloop.analysis.likeness import ALIKE, LONGEST, shingles, similarity
from voxloop.analysis.similarity import similar_keys

COMPLAINT = "空气炸锅用了两次加热管就不加热了，屏幕一直显示 E3，请尽快处理。"


def alike(one: str, other: str) -> bool:
    return similarity(shingles(one), shingles(other)) >= ALIKE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漏水严重", {"漏水", "水严", "严重"}),
        ("leaks", {"lea", "eak", "aks"}),
        ("更新 iOS9 后", {"更新", "ios", "os9", "后"}),
        ("カメラ", {"カメ", "メラ"}),
        ("😀👍🏽", set()),
        ("", set()),
    ],
)
def test_shingles_are_pairs_of_wide_signs_and_triples_of_letters(text: str, expected: set[str]) -> None:
    assert shingles(text) == expected


@pytest.mark.parametrize(
    "same",
    ["Ｗｉ－Ｆｉ 掉线，APP 闪退!!", "wi-fi掉线 app闪退", "Wi_Fi\n掉线……App“闪退”", "wifi掉线app闪退😡😡"],
)
def test_case_width_spaces_and_signs_do_not_count(same: str) -> None:
    assert shingles(same) == shingles("WiFi掉线App闪退")


def test_similarity_is_the_share_in_common() -> None:
    assert similarity({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert similarity({"a"}, {"b"}) == similarity(set(), set()) == similarity(set(), {"a"}) == 0
    assert similarity({"a"}, {"a"}) == 1


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("您好！空气炸锅用了两次，加热管就不加热了，屏幕一直显示E3，请尽快处理。谢谢", True),
        ("空气炸锅用了2次加热管就不热了，屏幕一直显示 E3，请处理", True),
        ("空气炸锅很好用，炸出来的鸡翅外酥里嫩，清洗也方便。", False),
        ("加湿器水箱底部渗水，整个床头柜都湿了。", False),
    ],
)
def test_what_is_alike(other: str, expected: bool) -> None:
    assert alike(COMPLAINT, other) is expected
    assert expected <= bool({*keys(COMPLAINT)} & {*keys(other)})


def keys(text: str) -> list[int]:
    found = similar_keys(text)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["", "好", "很好用", "ok", "good", "！！！！！！", "哈哈哈哈哈哈哈哈", "👍👍👍👍👍"])
def test_a_text_that_says_too_little_has_no_keys(text: str) -> None:
    assert similar_keys(text) is None


@pytest.mark.parametrize("text", ["水箱漏水", "leaks", COMPLAINT, "𠮷野家的𠮷", "मेरा फ़ोन टूट गया", COMPLAINT * 600])
def test_keys_are_21_numbers_of_32_bits(text: str) -> None:
    assert len(keys(text)) == 21
    assert all(0 <= key < 2**32 for key in keys(text))


def test_keys_never_change() -> None:
    """Rows hold them: other keys for the same text would find nothing that came before."""
    assert keys("水箱漏水，很严重")[:4] == [1327064493, 122258687, 3231530758, 997520868]


def test_keys_are_the_same_in_another_process() -> None:
    code = f"from voxloop.analysis.similarity import similar_keys; print(similar_keys({COMPLAINT!r}))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout.strip() == str(keys(COMPLAINT))


def test_what_stands_far_behind_does_not_count() -> None:
    long = "".join(chr(0x4E00 + number) for number in range(LONGEST))
    assert keys(long) == keys(long + "别的")
    assert keys(long) != keys("别的" + long)


CHINESE = [chr(0x4E00 + 7 * number) for number in range(2000)]
DIFFERENT = (
    "The air fryer stopped heating after two weeks, the display is dark and nothing happens when I press start.",
    "Your courier left the parcel in the rain; the box was soaked and the manual could not be read any more.",
    "Please add a night mode to the app, the white screen hurts my eyes when I check the air quality at night.",
    "I have been waiting for my refund since Monday and nobody at the hotline could tell me when it will come.",
    "Wonderful vacuum cleaner, it picks up all the hair of our two cats and the battery lasts the whole flat.",
    "After the update the robot no longer finds its dock and goes round in circles until the battery is empty.",
    "How do I connect the humidifier to a wireless network with a hidden name? The app does not list it at all.",
    "The heater smells of burnt plastic at the highest level, we have unplugged it and are afraid to use it.",
    "The rice cooker is easy to clean and the lid closes well, but the measuring cup was missing from the box.",
    "Could you send me the invoice again with the address of our company? The first one has my private address.",
    "The dishwasher leaves white stains on all the glasses although I filled in salt and rinse aid as described.",
    "I was charged twice for the same filter, please check the payment and send the second amount back to me.",
)


def edited(text: str, part: float, dice: random.Random) -> str:
    """The text after so many edits as are that part of its signs: one replaced, left out or put in."""
    signs = list(text)
    for _ in range(round(part * len(text))):
        place = dice.randrange(len(signs))
        old, new = dice.choice(((1, 1), (1, 0), (0, 1)))
        signs[place : place + old] = dice.choices(CHINESE, k=new)
    return "".join(signs)


@pytest.mark.parametrize(("part", "expected"), [(0.05, 0.99), (0.1, 0.99), (0.2, 0.95)])
def test_an_edited_text_has_a_key_of_the_original(part: float, expected: float) -> None:
    dice = random.Random(1)
    texts = ["".join(dice.choices(CHINESE, k=53)) for _ in range(400)]
    found = [bool({*keys(text)} & {*keys(edited(text, part, dice))}) for text in texts]
    assert sum(found) / len(found) >= expected


@pytest.mark.parametrize("texts", [DIFFERENT, ["".join(random.Random(n).choices(CHINESE, k=50)) for n in range(60)]])
def test_texts_about_other_things_have_hardly_a_key_in_common(texts: list[str]) -> None:
    pairs = list(combinations(texts, 2))
    assert not any(alike(one, other) for one, other in pairs)
    assert sum(bool({*keys(one)} & {*keys(other)}) for one, other in pairs) <= len(pairs) / 50
