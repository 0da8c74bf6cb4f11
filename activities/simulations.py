"""Simulations on the worker: what rules or a process, published or not, would make of something made up."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from voxloop.activities import samples
from voxloop.activities.beating import beating
from voxloop.activities.facts import leaning
from voxloop.activities.scene import Means
from voxloop.analysis.classify import classify
from voxloop.analysis.language import language_of
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.rule_reader import read_rule_set
from voxloop.rules.decide import made_up
from voxloop.rules.judge import JudgeFailed, JudgeLost
from voxloop.rules.vocabulary import AT_FIRST
from voxloop.store import drafts, simulations


@dataclass
class Simulations:
    """The activity behind a simulation's errand."""

    means: Means

    @activity.defn(name="simulate")
    async def simulate(self, key: str, now: datetime) -> Rest:
        """Decide, and keep what came of it: ``{"decision": ..., "facts": ..., "problems": [...]}``."""
        async with self.means.sessions.begin() as session:
            asked = await simulations.get(session, UUID(key))
            if asked is None or asked["result"] is not None:
                return DONE
        request, facts = asked["request"], facts_of(asked["request"]["facts"])
        async with beating():
            if "process" in request:
                facts = {**AT_FIRST, **facts}
                result = await samples.walk(self.means, request, facts, asked["created_at"])
            else:
                result = await self._of_rules(request["document"], facts)
        async with self.means.sessions.begin() as session:
            await simulations.finish(session, UUID(key), {"facts": facts} | result)
        return DONE

    async def _of_rules(self, document: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        async with self.means.sessions.begin() as session:
            row = await drafts.get(session, document)
        return await self._decided(row["body"], facts) if row else {"problems": []}

    async def _decided(self, body: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
        try:
            rule_set = await asyncio.to_thread(read_rule_set, body)
            facts = made_up(rule_set, facts)
            async with self.means.make_judge() as judge:
                [decision] = await judge.decide_all("tried", rule_set, [facts])
        except InvalidDocument as invalid:
            return {"problems": [asdict(problem) for problem in invalid.problems]}
        except (JudgeLost, JudgeFailed) as lost:
            return {"problems": [asdict(Problem("", "document.study_failed", {"reason": str(lost)}))]}
        return {"decision": asdict(decision), "facts": facts, "problems": []}


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as given, and what the analysis says of the text where nothing is given.

    A type and its confidence, a sentiment and its strength are said together: of one that is given, the other is not
    guessed from a text that may say otherwise.
    """
    found: dict[str, Any] = {}
    strength = given.get("sentiment_strength")
    if isinstance(given.get("text"), str):
        guess = classify(given["text"], given.get("scenario"), given.get("rating"))
        found = {"language": language_of(given["text"]), "urgency": guess.urgency}
        if "type" not in given:
            found |= {"type": guess.type, "type_confidence": guess.confidence}
        strength = guess.sentiment if strength is None else strength
    if "sentiment" not in given and isinstance(strength, int | float):
        found |= leaning(strength)
    return {**found, **given}
