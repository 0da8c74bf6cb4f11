"""First-contact resolution: whether one answer was enough. Reports are comparable only within one version of this.

Version 1. Of an item that is closed as solved, adopted or declined it is true if

- it went through one round: neither was it reopened nor its answer rejected, and
- exactly one reply of a person was sent to the customer (a question to her is one; what a template says by itself is
  none), and
- after that reply the customer wrote nothing but what she said when she confirmed it.

Of any other item it is not said at all: nobody answered a question that was spam, merged, withdrawn or given up. It may
still turn false until the item is finished, since so long the customer can reopen it or write.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voxloop.domain.feedback import Outcome

FIRST_CONTACT = 1
RESOLVED = (Outcome.SOLVED, Outcome.ADOPTED, Outcome.DECLINED)


@dataclass(frozen=True)
class Said:
    """One public message that counts: a person's reply, or what the customer wrote (``theirs``) without confirming."""

    theirs: bool


def at_first_contact(outcome: str | None, round_: int, said: Sequence[Said]) -> bool | None:
    """Whether an item with this outcome (None: it is open) was resolved at first contact; ``said`` is in order."""
    if outcome not in RESOLVED:
        return None
    replies = [place for place, each in enumerate(said) if not each.theirs]
    return round_ == 1 and len(replies) == 1 and replies[0] == len(said) - 1
