"""Versioned documents that owners edit, as the schema shows them. What lies below them stands in their page."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.documents import Kind, State
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.process_reader import read_process
from voxloop.domain.rule_reader import MAX_RULES
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.backtests import Backtest
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import Node
from voxloop.graphql.problems import Problem, problem
from voxloop.graphql.rules import Rule
from voxloop.graphql.shadows import ShadowReport
from voxloop.graphql.traffic import traffic_of
from voxloop.reports.process_drawing import Traffic, Words, draw_process
from voxloop.rules.differences import differences_between
from voxloop.rules.sentences import condition_sentence
from voxloop.store.sessions import Row

Body = Mapping[str, Any]


@dataclass
class DocumentPage:
    """What lies below the documents of one answer, by their ids."""

    bases: Mapping[int, "Document"] = field(default_factory=dict)
    rules: Mapping[int, Sequence[Rule] | None] = field(default_factory=dict)
    backtests: Mapping[int, list[Backtest]] = field(default_factory=dict)
    shadows: Mapping[int, ShadowReport] = field(default_factory=dict)


@strawberry.type(description="A version or a draft of something that owners edit.")
class Document(Node):
    kind: Kind = strawberry.field(description="What it is.")
    key: str = strawberry.field(description="Its key, which all its versions share.")
    version: int | None = strawberry.field(description="Counted at publication; empty for a draft.")
    state: State = strawberry.field(description="Where it stands in its life.")
    body: JSON = strawberry.field(description="What it says.")
    digest: str = strawberry.field(description="SHA-256 of what it says: the same for equal content.")
    revision: int = strawberry.field(description="Rises by one with every edit; give it back when you save or approve.")
    author: str = strawberry.field(description="Who began it: `member:<key>`, `integration:<name>` or `starter`.")
    editors: list[str] = strawberry.field(description="Everybody who edited it; none of them can approve it.")
    approved_by: str | None = strawberry.field(description="Who approved of it as it stands.")
    effective_at: datetime | None = strawberry.field(description="When it is, or was to be, published.")
    created_at: datetime = strawberry.field(description="When it was begun.")
    changed_at: datetime = strawberry.field(description="When something about it last changed.")
    published_at: datetime | None = strawberry.field(description="When it was published.")
    row: strawberry.Private[Row]
    page: strawberry.Private[DocumentPage]

    @resolver("Its title, if it has one.")
    def title(self, info: Info, language: InLanguage = None) -> str | None:
        titles = self.row["title"]
        title = titles.get(language or info.context.language) if isinstance(titles, Mapping) else None
        return title if isinstance(title, str) else None

    @resolver("Whether it was checked as it stands.")
    def checked(self) -> bool:
        return bool(self.row["checked_revision"] == self.row["revision"])

    @resolver("What the last check found; only warnings, or nothing: it may be published.")
    def problems(self) -> list[Problem]:
        return [problem(kept) for kept in self.row["problems"]]

    @resolver("The published version that it was made from; another one published since is a conflict.")
    def base(self) -> "Document | None":
        return self.page.bases.get(self.row["base"])

    @resolver("The rules of a rule set, in order; null for what is none, and for a draft that cannot be read as one.")
    def rules(
        self, first: Annotated[int | None, strawberry.argument(description="How many: 0 to 2000.")] = MAX_RULES
    ) -> list[Rule] | None:
        most = MAX_RULES if first is None else first
        if not 0 <= most <= MAX_RULES:
            raise bad_input("first", "range", least=0, most=MAX_RULES)
        rules = self.page.rules.get(self.row["id"])
        return None if rules is None else list(rules[:most])

    @resolver("How it differs from its base, a sentence each; without a base, all that it says.")
    async def differences(self, info: Info, language: InLanguage = None) -> list[str]:
        base = self.page.bases.get(self.row["base"])
        before = base.row["body"] if base else None
        return await told_differences(self.kind, before, self.row["body"], language or info.context.language)

    @resolver("A process drawn as SVG: its steps, who does them, how long they may take, and where each outcome leads.")
    async def drawing(
        self,
        info: Info,
        language: InLanguage = None,
        days: Annotated[
            int | None,
            strawberry.argument(description="Laid on: what happened at the steps in so many days, 1 to 366."),
        ] = None,
    ) -> str | None:
        if self.kind != Kind.PROCESS:
            return None
        teams = {key: team.titles for key, team in info.context.directory.teams.items()}
        words = Words(language or info.context.language, condition_sentence, teams)
        traffic = None if days is None else Traffic(days, await traffic_of(info, self.row["key"], days))
        return await asyncio.to_thread(_drawn, self.row["body"], words, traffic)

    @resolver("Its backtests, the newest first, up to 20; only for who may edit documents.")
    def backtests(self) -> list[Backtest]:
        return self.page.backtests.get(self.row["id"], [])

    @resolver("What it decided last as a shadow, if it ever was one; only for who may edit documents.")
    def shadow(self) -> ShadowReport | None:
        return self.page.shadows.get(self.row["id"])


def _drawn(body: Body, words: Words, traffic: Traffic | None) -> str | None:
    """The drawing; None of a draft that cannot be read."""
    try:
        return draw_process(read_process(body), words, traffic)
    except InvalidDocument:
        return None


async def told_differences(kind: str, before: Body | None, after: Body, language: str) -> list[str]:
    """How one body differs from another of its kind, or from nothing. Large ones take a while, so others go on."""
    return await asyncio.to_thread(differences_between, Kind(kind), before, after, language)
