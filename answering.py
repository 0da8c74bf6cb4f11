"""Whether words may be kept: what was filled in answers the form of a step or the survey, whom a note mentions sees it.

That is asked before anything is kept. The act names the step whose form it answers, so that the loop, under its lock,
refuses what comes when the item has moved on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from voxloop.domain.forms import members_named, restored, unknown_members, wrongly_filled
from voxloop.domain.loop import Verb
from voxloop.domain.process import MEMBER_STEPS, StepKind
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.relations import SurveyKind
from voxloop.store import mentions, people, steps, surveys
from voxloop.store.sessions import Row, Session

MOST_MENTIONS = 20
# In English and Chinese text; what stands in an e-mail address is none.
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])@([a-z][a-z0-9_]{0,59})")
_FILLED_AT = {Verb.COMPLETE: StepKind.TASK, Verb.REPLY: StepKind.REPLY}


@dataclass(frozen=True)
class Filled:
    """The words of an act; of a completion also its outcome, and the ``step`` that it names if one is named."""

    verb: Verb
    words: dict[str, Any]
    outcome: str | None = None
    step: str | None = None


async def checked(session: Session, item: Row, given: Filled) -> dict[str, Any]:
    """The words of an act, with the key of the ``step`` whose form they answer, of a note with whom it mentions.

    Raises:
        RefusedTogether: they do not answer it.
        Refused: somebody mentioned cannot see the item, or does not exist.
    """
    verb, words = given.verb, given.words
    if verb is Verb.ANSWER_SURVEY:
        await _check_score(session, item, words["score"])
    if verb is Verb.NOTE:
        return await _with_mentions(session, item, words)
    if verb not in _FILLED_AT:
        return words
    run = await _asking(session, item["id"], given.step)
    if run is None or run["kind"] != _FILLED_AT[verb]:
        demand(Refused(RefusalCode.WRONG_STEP, ["fields"]) if words.get("fields") and verb is Verb.REPLY else None)
        return words
    outcome = "sent" if verb is Verb.REPLY else given.outcome or ""
    form, filled = restored(run["form"]), words.get("fields", {})
    if outcome not in run["outcomes"] or not (form or filled):
        return words  # the loop says the first; the second answers no form
    problems = wrongly_filled(form, outcome, filled)
    named = members_named(form, filled)
    demand(*problems, *unknown_members(named, await _active(session, named.values())))
    return {**words, "step": run["step"]}


async def _asking(session: Session, item: UUID, step: str | None) -> Row | None:
    """Where the item stands, of branches the one that is named or else the only one; None: the loop says why not.

    Of rows what ``meant`` in ``domain/guard`` finds in a plan.
    """
    run = await steps.current(session, item)
    if run is not None and run["kind"] == StepKind.PARALLEL:
        open_ = [branch for branch in await steps.branches(session, item) if branch["kind"] in MEMBER_STEPS]
        named = [branch for branch in open_ if step in (None, branch["step"])]
        return named[0] if len(named) == 1 else None
    return run if run is None or step in (None, run["step"]) else None


async def _active(session: Session, keys: Iterable[str]) -> list[str]:
    wanted = list(keys)
    return [member["key"] for member in await people.active(session, wanted)] if wanted else []


async def _with_mentions(session: Session, item: Row, words: dict[str, Any]) -> dict[str, Any]:
    """The words of a note, with all who are mentioned in it, named beside it or in it as ``@key``, and may see it."""
    named, written = words.get("mentions", ()), _MENTION.findall(words["text"])
    if not named and not written:
        return words
    known = {each["key"] for each in await people.active(session, {*named, *written})}
    if not known.issuperset(named):
        raise Refused(RefusalCode.NOT_FOUND, ["mentions"])
    keys = [key for key in dict.fromkeys((*named, *written)) if key in known]
    if len(keys) > MOST_MENTIONS:
        raise Refused(RefusalCode.TOO_MANY, ["mentions"], most=MOST_MENTIONS)
    seeing = await mentions.who_see(session, item, keys)
    for key in keys:
        if key not in seeing:
            raise Refused(RefusalCode.CANNOT_SEE, ["mentions"], member=key)
    return {**words, "mentions": keys}


async def _check_score(session: Session, item: Row, score: int) -> None:
    row = await surveys.get(session, item["id"], item["round"])
    if row is not None:
        least, most = SurveyKind(row["kind"]).range
        in_range = least <= score <= most
        demand(None if in_range else Refused(RefusalCode.OUT_OF_RANGE, ["score"], least=least, most=most))
