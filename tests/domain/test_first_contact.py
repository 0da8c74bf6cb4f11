"""First-contact resolution: what counts as settled by one answer."""

import pytest

from voxloop.domain.feedback import Outcome
from voxloop.domain.first_contact import Said, at_first_contact

OURS, THEIRS = Said(theirs=False), Said(theirs=True)


@pytest.mark.parametrize(
    ("said", "round_", "value"),
    [
        ([OURS], 1, True),
        ([THEIRS, OURS], 1, True),
        ([], 1, False),
        ([THEIRS], 1, False),
        ([OURS, OURS], 1, False),
        ([OURS, THEIRS], 1, False),
        ([OURS], 2, False),
    ],
)
def test_one_reply_in_one_round_after_which_the_customer_is_silent(said: list[Said], round_: int, value: bool) -> None:
    assert at_first_contact(Outcome.SOLVED, round_, said) is value


@pytest.mark.parametrize("outcome", [*Outcome, None])
def test_of_what_was_not_resolved_nothing_is_said(outcome: Outcome | None) -> None:
    resolved = outcome in (Outcome.SOLVED, Outcome.ADOPTED, Outcome.DECLINED)
    assert at_first_contact(outcome, 1, [OURS]) is (True if resolved else None)
