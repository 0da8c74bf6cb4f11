"""Which of our two languages a text is written in, to answer in the same one."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")


def language_of(text: str) -> str:
    """``"zh-CN"`` or ``"en"``; Chinese where nothing speaks for English.

    A Chinese text often holds English names (App, WiFi), so English needs more words than there are Chinese characters.
    """
    return "en" if len(_LATIN_WORD.findall(text)) > len(_HAN.findall(text)) else "zh-CN"
