"""What would become of a made-up item in a process. A worker walks it; nothing comes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.calendar_reader import YEARS
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Outcome, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.process import StepKind
from voxloop.domain.refusals import demand
from voxloop.domain.relations import SurveyKind
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.texts import Titles, outcome_title
from voxloop.domain.walks import End
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input
from voxloop.graphql.fields import resolver
from voxloop.graphql.problems import Problem, problem
from voxloop.graphql.simulations import given_facts, impossible
from voxloop.graphql.what_if_mutations import TriedDocument, key_problem, length_problem, process_body
from voxloop.trying_out import simulate_process

_MOST = 200
_OF_A_CLOCK = ("started_at", "due_at", "breached_at")


@strawberry.input(description="By which outcome a step is left; when it is come to again, the next of it counts.")
class SampleOutcome:
    step: str = strawberry.field(description="Key of the step.")
    outcome: str = strawberry.field(description="The outcome.")
    after: str | None = strawberry.field(
        default=None,
        description="After which time of its limit's calendar, like `2h` or `2wd` (`3d`: real days); else half of it.",
    )


@strawberry.input(description="A made-up item, and the process that it goes through.")
class SimulateProcessInput:
    process: TriedDocument = strawberry.field(description="The process: a draft, a version, or what is published.")
    facts: JSON | None = strawberry.field(default=None, description="Facts by their names, as in `vocabulary`.")
    text: str | None = strawberry.field(default=None, description="What a customer would write: it is classified.")
    type: FeedbackType | None = strawberry.field(default=None, description="Its type; else as the text says.")
    priority: Priority | None = strawberry.field(default=None, description="Its priority; else normal.")
    level: CustomerLevel | None = strawberry.field(default=None, description="The level of its customer.")
    received_at: datetime | None = strawberry.field(default=None, description="When it comes; else now.")
    outcomes: list[SampleOutcome] | None = strawberry.field(
        default=None,
        description="What is done. Where nothing is said, a step is left by the outcome nearest to the end.",
    )
    strict: bool = strawberry.field(
        default=False, description="End at the first step at which somebody is waited for and nothing is said."
    )


@strawberry.type(description="An escalation that comes while the item stands at a step.")
class SampleEscalation:
    at: datetime = strawberry.field(description="When.")
    level: int = strawberry.field(description="Which of the step's, counted from 1.")
    to: list[str] = strawberry.field(description="Who is told: `assignee`, `role:director` …")
    via: list[str] = strawberry.field(description="By which ways; empty: the usual one of each.")
    raises: bool = strawberry.field(description="Whether it raises the priority.")


@strawberry.type(description="A reminder that the customer gets while she is waited for.")
class SampleReminder:
    at: datetime = strawberry.field(description="When.")
    template: str = strawberry.field(description="Key of the message template.")


@strawberry.type(description="What the customer of a closed item is asked.")
class SampleSurvey:
    at: datetime = strawberry.field(description="When.")
    kind: SurveyKind = strawberry.field(description="What is measured.")
    template: str = strawberry.field(description="Key of the message template.")


@strawberry.type(description="A stay at a step, or at a branch of one. A branch that is withdrawn has no outcome.")
class SampleVisit:
    step: str = strawberry.field(description="Key of the step.")
    branch_of: int | None = strawberry.field(description="Of a branch, the place in `visits` of its step's stay.")
    kind: StepKind = strawberry.field(description="Whom it waits for.")
    team: str | None = strawberry.field(description="Key of the team that gets it.")
    strategy: str | None = strawberry.field(description="How its owner is found in the team: `least_loaded` …")
    same_as: str | None = strawberry.field(description="The step whose owner gets it.")
    entered_at: datetime = strawberry.field(description="When it begins.")
    left_at: datetime | None = strawberry.field(description="When it ends; empty where the way ends.")
    outcome: str | None = strawberry.field(description="By which outcome.")
    messages: list[str] = strawberry.field(description="What is sent on entering it, and to whom.")
    linked_items: list[str] = strawberry.field(description="What is opened elsewhere on entering it: system/template.")
    escalations: list[SampleEscalation] = strawberry.field(description="What comes while it lasts, in order.")
    reminders: list[SampleReminder] = strawberry.field(description="What its customer gets meanwhile, in order.")
    titles: strawberry.Private[Mapping[str, str]]
    outcome_titles: strawberry.Private[Titles]

    @resolver("What people call the step.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)

    @resolver("What people call that outcome.")
    def outcome_title(self, info: Info, language: InLanguage = None) -> str | None:
        return self.outcome and outcome_title(self.outcome_titles, self.outcome, language or info.context.language)


@strawberry.type(description="What a clock of the item says.")
class SampleDeadline:
    clock: ClockName = strawberry.field(description="What is timed.")
    visit: int | None = strawberry.field(
        description="The place in `visits` of its stay; empty for a clock of the item."
    )
    started_at: datetime = strawberry.field(description="When it begins to count.")
    due_at: datetime | None = strawberry.field(description="When its target is reached; empty without one.")
    breached_at: datetime | None = strawberry.field(description="When it is missed, if it is.")


@strawberry.type(description="The way of a made-up item through a process.")
class ProcessSimulation:
    end: End | None = strawberry.field(description="How the way ends; empty with problems.")
    outcome: Outcome | None = strawberry.field(description="How the item ends, if it does.")
    visits: list[SampleVisit] = strawberry.field(description="The steps in order, each followed by its branches.")
    survey: SampleSurvey | None = strawberry.field(description="The survey that follows, if one does.")
    deadlines: list[SampleDeadline] = strawberry.field(description="What each clock says.")
    facts: JSON = strawberry.field(description="The facts that conditions were asked of.")
    problems: list[Problem] = strawberry.field(description="Why it could not be walked.")
    reasons: strawberry.Private[Mapping[str, str] | None]

    @resolver("The closing reason that follows from the last outcome, as people call it.")
    def reason(self, info: Info, language: InLanguage = None) -> str | None:
        return info.context.title(self.reasons, language) if self.reasons else None


@strawberry.type
class ProcessSimulationQueries:
    @resolver("The way of a made-up item through a process. Only for who may edit documents; nothing comes of it.")
    async def simulate_process(
        self, info: Info, input: Annotated[SimulateProcessInput, strawberry.argument(description="What is made up.")]
    ) -> ProcessSimulation | None:
        demand_right(info.context.viewer, EDIT_DOCUMENTS)
        if input.received_at is not None and input.received_at.year not in YEARS:
            raise bad_input("input.receivedAt", "range", least=YEARS[0], most=YEARS[-1])
        facts = await given_facts(input.facts, input.text)
        problems = impossible(facts)
        if problems:
            return _shown({"facts": facts}, problems)
        more = {"type": input.type, "priority": input.priority, "customer_level": input.level}
        request = {
            "process": await process_body(info, input.process),
            "facts": {**facts, **{name: value for name, value in more.items() if value is not None}},
            "received_at": input.received_at.isoformat() if input.received_at else None,
            "given": _given(input.outcomes or []),
            "strict": input.strict,
        }
        row = await simulate_process(info.context.parts, info.context.viewer, request)
        return _shown(row["result"], [problem(kept) for kept in row["result"]["problems"]])


def _given(outcomes: list[SampleOutcome]) -> list[dict[str, Any]]:
    if len(outcomes) > _MOST:
        raise bad_input("input.outcomes", "too_many_values", most=_MOST)
    for place, each in enumerate(outcomes):
        for name in ("step", "outcome"):
            demand(key_problem(getattr(each, name), "outcomes", str(place), name))
        demand(length_problem(each.after or None, "2h, 2wd, 3d", "outcomes", str(place), "after"))
    return [vars(each) for each in outcomes]


def _shown(result: Mapping[str, Any], problems: list[Problem]) -> ProcessSimulation:
    end, outcome = result.get("end"), result.get("outcome")
    return ProcessSimulation(
        end=End(end) if end else None,
        outcome=Outcome(outcome) if outcome else None,
        visits=[_visit(visit) for visit in result.get("visits", ())],
        deadlines=[
            SampleDeadline(
                clock=ClockName(each["clock"]),
                visit=each["visit"],
                **_instants(each, *_OF_A_CLOCK),
            )
            for each in result.get("deadlines", ())
        ],
        facts=result["facts"],
        problems=problems,
        reasons=result.get("reason"),
        survey=_survey(result.get("survey")),
    )


def _survey(kept: Mapping[str, Any] | None) -> SampleSurvey | None:
    if not kept:
        return None
    return SampleSurvey(**_instants(kept, "at"), kind=SurveyKind(kept["kind"]), template=kept["template"])


def _visit(kept: Mapping[str, Any]) -> SampleVisit:
    same = ("step", "branch_of", "team", "strategy", "same_as", "outcome", "outcome_titles", "messages", "linked_items")
    return SampleVisit(
        **{name: kept[name] for name in same},
        **_instants(kept, "entered_at", "left_at"),
        kind=StepKind(kept["kind"]),
        escalations=[SampleEscalation(**{**each, **_instants(each, "at")}) for each in kept["escalations"]],
        reminders=[SampleReminder(**{**each, **_instants(each, "at")}) for each in kept["reminders"]],
        titles=kept["title"],
    )


def _instants(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in names}
