"""What rules may speak of, as the schema shows it: a rule editor can be drawn from it alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.documents import Kind, State
from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import Known
from voxloop.domain.rights import READ_DOCUMENTS, demand_right
from voxloop.domain.rules import Occasion
from voxloop.domain.texts import LANGUAGES, texts
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Context, Info
from voxloop.graphql.fields import resolver
from voxloop.rules import vocabulary
from voxloop.rules.vocabulary import FactType, Form, ParameterType, Producer, Shape
from voxloop.store import documents, references
from voxloop.store.slices import Slice

Titles = Mapping[str, str]
_JOINTS = ("all", "any", "not")
_PROCESSES = {"kind": Kind.PROCESS, "state": State.PUBLISHED}
_EXAMPLE = {
    "key": "intake",
    "on": "received",
    "title": {"zh-CN": "受理", "en": "Intake"},
    "rules": [
        {
            "key": "low_rating",
            "title": {"zh-CN": "低分评价", "en": "Low rating"},
            "when": {
                "all": [
                    {"fact": "rating", "is": "less", "value": 3},
                    {"not": {"fact": "channel", "is": "in", "value": ["internal"]}},
                ]
            },
            "then": [{"set_priority": "high"}, {"tell": {"to": "team_lead"}}],
            "stop": False,
        }
    ],
    "cases": [
        {"title": "One star", "facts": {"rating": 1, "channel": "app"}, "expect": {"priority": "high"}},
    ],
}


@strawberry.type(description="A word of a rule, and what people call it.")
class Word:
    value: str = strawberry.field(description="As it is written.")
    labels: strawberry.Private[Titles]

    @resolver("What people call it; the word itself where it has no name.")
    def label(self, info: Info, language: InLanguage = None) -> str:
        return self.labels.get(language or info.context.language, self.value)


@strawberry.type(description="Something that a condition can ask of a fact.")
class VocabularyOperator(Word):
    shape: Shape = strawberry.field(description="What value it wants.")
    types: list[FactType] = strawberry.field(description="Of which facts it can be asked.")


@strawberry.type(description="Something that is known of an item: `{fact: value, is: operator, value: ...}`.")
class VocabularyFact(Word):
    type: FactType = strawberry.field(description="What kind of value it has.")
    producer: Producer | None = strawberry.field(description="What fills it; null: nothing yet, so it is never known.")
    operators: list[VocabularyOperator] = strawberry.field(description="What can be asked of it.")
    allowed: list[Word] | None = strawberry.field(description="Its only values; null where it may have any.")
    least: float | None = strawberry.field(description="The least number that it can be.")
    most: float | None = strawberry.field(description="The greatest number that it can be.")
    whole: bool = strawberry.field(description="Whether it is always a whole number.")
    later: bool = strawberry.field(description="Whether all items are alike in it as long as they have only come in.")
    unit: Word | None = strawberry.field(description="What is counted.")


@strawberry.type(description="Things that a parameter can refer to, as they are now.")
class VocabularyReference(Word):
    keys: list[Word] = strawberry.field(description="Their keys.")


@strawberry.type(description="What an action needs to know.")
class VocabularyParameter(Word):
    type: ParameterType = strawberry.field(description="What it takes.")
    required: bool = strawberry.field(description="Whether it must be given.")
    several: bool = strawberry.field(description="Whether it takes a list.")
    allowed: list[Word] = strawberry.field(description="The words that it takes.")
    refers_to: list[VocabularyReference] = strawberry.field(description="The things whose keys it takes.")
    least: int | None = strawberry.field(description="The least number.")
    most: int | None = strawberry.field(description="The greatest number, or the most characters of a text.")


@strawberry.type(description="Something that a rule can do.")
class VocabularyAction(Word):
    form: Form = strawberry.field(description="How it is written.")
    parameters: list[VocabularyParameter] = strawberry.field(description="What it needs to know.")
    needs_any: bool = strawberry.field(description="Whether at least one of its parameters must be given.")


@strawberry.type(description="How much of something is possible.")
class VocabularyLimit(Word):
    most: float = strawberry.field(description="At most so many.")


@strawberry.type(description="All that rules can be made of.")
class Vocabulary:
    facts: list[VocabularyFact] = strawberry.field(description="What conditions can speak of.")
    operators: list[VocabularyOperator] = strawberry.field(description="What they can ask.")
    joints: list[Word] = strawberry.field(
        description="How conditions are joined: `{all: [...]}`, `{any: [...]}`, `{not: ...}`."
    )
    actions: list[VocabularyAction] = strawberry.field(description="What rules can do, in `then`, one a line.")
    occasions: list[Word] = strawberry.field(description="When a set can be looked at: its `on`.")
    limits: list[VocabularyLimit] = strawberry.field(description="How large a set can be.")
    example: JSON = strawberry.field(description="A rule set, to show how one is written.")


@strawberry.type
class VocabularyQueries:
    @resolver("What rules can be made of; not for intake tokens.")
    async def vocabulary(self, info: Info) -> Vocabulary:
        viewer = info.context.viewer
        demand_right(viewer, READ_DOCUMENTS)
        async with info.context.parts.sessions.begin() as session:
            known = await references.known(session)
            processes = await documents.page(session, viewer, Slice(len(known.processes)), _PROCESSES, whole=False)
        titles = {"process": {row["key"]: row["title"] for row in processes}, **_titles(info.context)}
        return Vocabulary(
            facts=[_fact(name, fact) for name, fact in vocabulary.FACTS.items()],
            operators=[_operator(name) for name in vocabulary.OPERATORS],
            joints=[_word("joint", joint) for joint in _JOINTS],
            actions=[_action(name, action, References(known, titles)) for name, action in vocabulary.ACTIONS.items()],
            occasions=[_word("occasion", occasion) for occasion in Occasion],
            limits=[_limit(name, most) for name, most in vocabulary.LIMITS.items()],
            example=JSON(_EXAMPLE),
        )


@dataclass(frozen=True)
class References:
    """The keys of all that rules can refer to, and what those things are called, by their kind."""

    known: Known
    titles: Mapping[str, Mapping[str, Titles]]

    def of(self, kind: str) -> VocabularyReference:
        """The things of one kind."""
        keys: Iterable[str] = getattr(self.known, "processes" if kind == "process" else f"{kind}s")
        words = [Word(value=key, labels=self.titles.get(kind, {}).get(key) or {}) for key in sorted(keys)]
        return VocabularyReference(**vars(_word("parameter", kind)), keys=words)


def _titles(context: Context) -> dict[str, Mapping[str, Titles]]:
    return {
        "team": {key: team.titles for key, team in context.directory.teams.items()},
        "member": {key: member.names for key, member in context.directory.members.items()},
        "system": {system: _labels("item_system", system) for system in ItemSystem},
    }


def _fact(name: str, fact: vocabulary.Fact) -> VocabularyFact:
    return VocabularyFact(
        **vars(_word("fact", name)),
        type=fact.type,
        producer=fact.producer,
        operators=[_operator(operator) for operator in vocabulary.OPERATORS_OF[fact.type]],
        allowed=None if fact.allowed is None else [_word(name, value) for value in fact.allowed],
        least=fact.least,
        most=fact.most,
        whole=fact.whole,
        later=fact.at_first is not None,
        unit=None if fact.unit is None else _word("unit", fact.unit),
    )


def _operator(name: str) -> VocabularyOperator:
    operator = vocabulary.OPERATORS[name]
    types = [type_ for type_ in FactType if type_ in operator.types]
    return VocabularyOperator(**vars(_word("operator", name)), shape=operator.shape, types=types)


def _action(name: str, action: vocabulary.ActionKind, known: References) -> VocabularyAction:
    parameters = [_parameter(parameter, known) for parameter in action.parameters]
    return VocabularyAction(
        **vars(_word("action", name)), form=action.form, parameters=parameters, needs_any=action.needs_any
    )


def _parameter(parameter: vocabulary.Parameter, known: References) -> VocabularyParameter:
    return VocabularyParameter(
        **vars(_word("parameter", parameter.name)),
        type=parameter.type,
        required=parameter.required,
        several=parameter.several,
        allowed=[_word(parameter.labels or "", value) for value in parameter.allowed],
        refers_to=[known.of(kind) for kind in parameter.refers_to],
        least=parameter.least,
        most=parameter.most,
    )


def _limit(name: str, most: int) -> VocabularyLimit:
    return VocabularyLimit(**vars(_word("limit", name)), most=most)


def _word(section: str, value: str) -> Word:
    return Word(value=value, labels=_labels(section, value))


def _labels(section: str, value: str) -> Titles:
    key = f"{section}.{value}"
    return {language: texts(language)[key] for language in LANGUAGES if key in texts(language)}
