"""What rules would decide about something that a reader makes up. A worker decides; nothing comes of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop import studying
from voxloop.domain.documents import Kind, body_problem
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.rule_reader import MAX_FACTS
from voxloop.domain.rules import INTAKE
from voxloop.domain.submission import LONGEST_TEXT, optional_problem
from voxloop.graphql.context import Info
from voxloop.graphql.document_page import document_page
from voxloop.graphql.documents import Document
from voxloop.graphql.errors import bad_input
from voxloop.graphql.explanations import Explanation, explanation
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import wanted_number
from voxloop.graphql.problems import Problem, problem
from voxloop.rules.condition_checker import fact_problems
from voxloop.rules.sentences import sentence
from voxloop.store import documents

Facts = Mapping[str, Any]


@strawberry.type(description="What rules decide about facts that somebody made up.")
class Simulation:
    decision: Explanation | None = strawberry.field(description="What was decided, and why; empty with problems.")
    facts: JSON = strawberry.field(description="What was decided on: the facts given, and those seen in the text.")
    problems: list[Problem] = strawberry.field(description="Why nothing could be decided.")
    sentences: list[str] = strawberry.field(description="The rules that fired, a sentence each, in your language.")


@strawberry.type
class SimulationQueries:
    @resolver("What a rule set would decide, published or not. Only for who may edit documents; nothing comes of it.")
    async def simulate_rules(
        self,
        info: Info,
        rule_set: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Global id of a version or draft; else what is published as `intake`."),
        ] = None,
        facts: Annotated[
            JSON | None,
            strawberry.argument(description="An object of facts by their names, as in `vocabulary`."),
        ] = None,
        text: Annotated[
            str | None,
            strawberry.argument(description="What a customer would write: it is classified as feedback would be."),
        ] = None,
    ) -> Simulation | None:
        demand_right(info.context.viewer, EDIT_DOCUMENTS)
        given = await given_facts(facts, text)
        problems = impossible(given)
        if problems:
            return Simulation(decision=None, facts=JSON(given), problems=problems, sentences=[])
        return await _simulated(info, rule_set, given)


async def _simulated(info: Info, rule_set: str | None, facts: Facts) -> Simulation:
    document = await _rule_set(info, await _wanted(info, rule_set))
    row = await studying.simulate(info.context.parts, info.context.viewer, document.row["id"], facts)
    result: Mapping[str, Any] = row["result"]
    problems = [problem(kept) for kept in result["problems"]]
    if "decision" not in result:
        return Simulation(decision=None, facts=result["facts"], problems=problems, sentences=[])
    if (await _rule_set(info, document.row["id"])).revision != document.revision:
        raise Refused(RefusalCode.CHANGED_MEANWHILE, ["ruleSet"], version=document.revision + 1)
    decided = {"body": result["decision"], "at": row["created_at"], "version": None}
    shown = explanation(info.context.viewer, document, decided)
    sentences = [sentence(fired.rule.rule, info.context.language) for fired in shown.fired]
    return Simulation(decision=shown, facts=result["facts"], problems=problems, sentences=sentences)


async def _wanted(info: Info, rule_set: str | None) -> int:
    if rule_set is not None:
        return wanted_number("Document", rule_set, "ruleSet")
    async with info.context.parts.sessions.connect() as session:
        published = await documents.published_version(session, Kind.RULE_SET, INTAKE)
    if published is None:
        raise Refused(RefusalCode.NOT_FOUND, ["ruleSet"])
    return published


async def _rule_set(info: Info, id_: int) -> Document:
    """The document as it stands now, with its body."""
    viewer, below = info.context.viewer, selection(info).at("decision.ruleSet")
    async with info.context.parts.sessions.connect() as session:
        found = await document_page(session, viewer, await documents.seen(session, viewer, [id_]), below)
    if not found:
        raise Refused(RefusalCode.NOT_FOUND, ["ruleSet"])
    return found[0]


async def given_facts(facts: Any, text: str | None) -> Facts:
    """What is known of something made up, the text among it.

    Raises:
        Refused, RequestRefused: it is no object of values, or too much.
    """
    return await asyncio.to_thread(_given, facts, text)


def _given(facts: Any, text: str | None) -> Facts:
    """What is known, the text among it; null is what is not known.

    Raises:
        Refused, RequestRefused: it is no object of values, or too much.
    """
    wrong = body_problem({} if facts is None else facts)
    if wrong is not None:
        raise Refused(wrong.code, ["facts"], **wrong.params)
    known = {name: value for name, value in (facts or {}).items() if value is not None}
    if len(known) > MAX_FACTS:
        raise bad_input("facts", "too_many_values", most=MAX_FACTS)
    wrong = optional_problem({"text": text}, "text", LONGEST_TEXT)
    if wrong is not None:
        raise wrong
    for name in known:
        wrong = optional_problem(known, name, LONGEST_TEXT) if isinstance(known[name], str) else None
        if wrong is not None:
            raise Refused(wrong.code, ["facts", name], **wrong.params)
    return known if text is None else known | {"text": text}


def impossible(facts: Facts) -> list[Problem]:
    """What no item can be like."""
    return [problem(asdict(wrong)) for wrong in fact_problems(facts, "facts")]
