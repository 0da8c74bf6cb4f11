"""Why items are as they are: decisions explained by the rules as they were, in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.decision import Reward, Route
from voxloop.domain.identity import CODE, uuid_of
from voxloop.domain.rights import READ_DOCUMENTS, may
from voxloop.domain.rule_reader import read_condition, read_rule_set
from voxloop.domain.rules import Action, Scalar, effects, mark
from voxloop.domain.texts import label
from voxloop.domain.viewer import Viewer
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.decisions import Decided, decided, shown_facts
from voxloop.graphql.document_page import document_page
from voxloop.graphql.documents import Document
from voxloop.graphql.errors import bad_input
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.rules import Rule, shown_rules
from voxloop.rules.sentences import action_sentence, condition_sentence, value_label
from voxloop.store import decisions, documents, feedback
from voxloop.store.sessions import Row

USUAL, MOST = 20, 100
_ROUTE = "route."


@strawberry.type(description="Something that was known when it was decided.")
class KnownFact:
    fact: str = strawberry.field(description="Its name in conditions.")
    value: JSON = strawberry.field(description="What it was.")

    @resolver("What people call it.")
    def label(self, info: Info, language: InLanguage = None) -> str | None:
        return label(language or info.context.language, "fact", self.fact)

    @resolver("What it was, in words.")
    def text(self, info: Info, language: InLanguage = None) -> str:
        return value_label(language or info.context.language, self.fact, cast(Scalar, self.value))


@strawberry.type(description="What an action of a rule came to.")
class Effect:
    action: str = strawberry.field(description="What it does: `set_priority`, `route.team`, `add_tag`, `tell` ...")
    value: str = strawberry.field(description="With what value; empty where it needs none.")
    took_effect: bool = strawberry.field(description="Whether it counted.")
    by: str | None = strawberry.field(description="Key of the earlier rule that had seen to it already.")
    done: strawberry.Private[Action]

    @resolver("The action in words.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        return action_sentence(self.done, language or info.context.language)


@strawberry.type(description="A rule that fired.")
class FiredRule:
    rule: Rule = strawberry.field(description="The rule, as it was.")
    effects: list[Effect] = strawberry.field(description="What it did, and what earlier rules had decided already.")


@strawberry.type(description="The rule that came closest to firing.")
class NearMiss:
    rule: Rule = strawberry.field(description="The rule, as it was.")
    failed: JSON = strawberry.field(description="The first of its conditions that did not hold, as it is written.")

    @resolver("That condition, in words.")
    def condition(self, info: Info, language: InLanguage = None) -> str:
        condition = read_condition(self.failed, "failed")
        return "" if isinstance(condition, list) else condition_sentence(condition, language or info.context.language)


@strawberry.type(description="A decision of a rule set, explained by its rules as they were.")
class Explanation:
    rule_set: Document = strawberry.field(description="The version of the rule set that decided.")
    at: datetime = strawberry.field(description="When it was decided.")
    version: int | None = strawberry.field(description="The version that it made of the item; empty in a simulation.")
    decision: Decided = strawberry.field(description="What was decided.")
    facts: list[KnownFact] = strawberry.field(description="What was known then; texts stand in the item.")
    fired: list[FiredRule] = strawberry.field(description="The rules that fired, in order, and what each came to.")
    nearest: NearMiss | None = strawberry.field(description="The rule that came closest to firing.")


@strawberry.type
class ExplanationQueries:
    @resolver("Every decision of rules about an item, in order, and why; null where there is no such item for you.")
    async def explain_decision(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The item's global id or its code: FB-000123.")],
        last: Annotated[int | None, strawberry.argument(description="How many of the newest: 0 to 100.")] = USUAL,
    ) -> list[Explanation] | None:
        item, viewer = uuid_of("Feedback", id), info.context.viewer
        if item is None and not CODE.fullmatch(id):
            raise bad_input("id", "no_item")
        most = USUAL if last is None else last
        if not 0 <= most <= MOST:
            raise bad_input("last", "range", least=0, most=MOST)
        async with info.context.parts.sessions.connect() as session:
            row = await feedback.get(session, viewer, item, None if item else id)
            if row is None or not may(viewer, READ_DOCUMENTS):
                return None
            made = await decisions.of_items(session, [row["id"]])
            kept = made[max(0, len(made) - most) :]
            rows = await documents.seen(session, viewer, {each["rule_set"] for each in kept})
            sets = await document_page(session, viewer, rows, selection(info).at("ruleSet"))
        versions = {document.row["id"]: document for document in sets}
        return [explanation(viewer, versions[each["rule_set"]], each) for each in kept]


def explanation(viewer: Viewer, document: Document, row: Row | Mapping[str, Any]) -> Explanation:
    """A decision of this version of a rule set, whose body is at hand, from the columns of ``decision``."""
    kept = row["body"]
    why = kept["explanation"]
    nearest = why["nearest"]
    rules = _named(document.row["body"], {*why["fired"], nearest["rule"] if nearest else None})
    return Explanation(
        rule_set=document,
        at=row["at"],
        version=row["version"],
        decision=decided(kept, viewer),
        facts=[KnownFact(fact=name, value=value) for name, value in shown_facts(why["facts"], viewer).items()],
        fired=list(_fired([rules[key] for key in why["fired"]])),
        nearest=NearMiss(rule=rules[nearest["rule"]], failed=nearest["failed"]) if nearest else None,
    )


def _named(body: Mapping[str, Any], keys: Collection[str | None]) -> Mapping[str, Rule]:
    """The rules of these keys: of a large set the others are not even read."""
    part = {**body, "rules": [rule for rule in body["rules"] if rule["key"] in keys], "cases": []}
    return {rule.key: rule for rule in shown_rules(read_rule_set(part), part)}


def _fired(rules: Sequence[Rule]) -> Iterator[FiredRule]:
    """Each rule with its effects: what earlier ones have seen to does not count again, but rewards do."""
    first: dict[str, str] = {}
    for rule in rules:
        shown = []
        for action in rule.rule.then:
            for word, value in effects(action):
                by = rule.key if isinstance(action, Reward) else first.setdefault(mark(word, value), rule.key)
                own = by == rule.key
                done = Route(**{word.removeprefix(_ROUTE): value}) if word.startswith(_ROUTE) else action
                shown.append(Effect(action=word, value=value, took_effect=own, by=None if own else by, done=done))
        yield FiredRule(rule=rule, effects=shown)
