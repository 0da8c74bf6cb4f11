import re
from datetime import timedelta

import pytest

from voxloop.domain.durations import read_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1m", timedelta(minutes=1)),
        ("90m", timedelta(hours=1, minutes=30)),
        ("24h", timedelta(days=1)),
        ("14d", timedelta(days=14)),
        ("99999h", timedelta(hours=99999)),
    ],
)
def test_a_number_and_a_unit(text: str, duration: timedelta) -> None:
    assert read_duration(text) == duration


REFUSED = ["", "h", "24", "0h", "024h", "-1h", "+24h", "1.5h", "24 h", "24H", "2wd", "1s", "100000d", "２h", 24, None]


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(str(text))}$"):
        read_duration(text)
