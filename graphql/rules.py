"""Rules of rule sets, as the schema shows them: as they are written, and as a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain import rules
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.rule_reader import read_rule_set
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.rules.sentences import sentence


@strawberry.type(description="A rule of a rule set.")
class Rule:
    key: str = strawberry.field(description="Its key within the set.")
    when: JSON = strawberry.field(description="Its condition, as it is written.")
    then: JSON = strawberry.field(description="Its actions, as they are written.")
    stop: bool = strawberry.field(description="Whether later rules are not looked at once it has fired.")
    rule: strawberry.Private[rules.Rule]

    @resolver("Its title.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.rule.title, language)

    @resolver("All that it says, as one sentence.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        return sentence(self.rule, language or info.context.language)


def readable_rules(body: Mapping[str, Any]) -> Sequence[Rule] | None:
    """The rules of a rule set in their order; None of a draft that cannot be read as one."""
    try:
        return shown_rules(read_rule_set(body), body)
    except InvalidDocument:
        return None


def shown_rules(rule_set: rules.RuleSet, body: Mapping[str, Any]) -> list[Rule]:
    """The rules of a rule set that was read from ``body``."""
    return [
        Rule(key=rule.key, when=written["when"], then=written["then"], stop=rule.stop, rule=rule)
        for rule, written in zip(rule_set.rules, body["rules"], strict=True)
    ]
