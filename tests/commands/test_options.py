"""What commands are given that no option takes: they say so, and do nothing."""

import pytest

from voxloop.cli import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["process", "migrate", "complaint", "--limit", "0"], "'0' is no whole number above 0"),
        (["process", "migrate", "complaint", "--to", "two"], "'two' is no whole number above 0"),
        (["process", "migrate", "complaint", "--map", "plan="], "'plan=' is not OLD=NEW"),
        (["process", "simulate", "complaint", "--at", "9999-01-01"], "'9999-01-01' is no date or instant"),
        (["process", "simulate", "complaint", "--outcome", "handle=settled@soon"], "is not STEP=OUTCOME"),
        (["what-if", "the-last-one"], "invalid UUID value: 'the-last-one'"),
        (["what-if", "--since", "0001-01-01"], "'0001-01-01' is no date or instant"),
    ],
)
def test_what_cannot_be_meant_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
