"""What people put right of what was decided by itself, and how often each rule was right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from voxloop.domain.decision import Correctable
from voxloop.domain.feedback import Priority
from voxloop.domain.loop import DECIDED
from voxloop.domain.rules import Occasion
from voxloop.store.item_tables import event
from voxloop.store.sessions import Row, Session
from voxloop.store.statistics import rows_in_time
from voxloop.store.tables import document
from voxloop.store.work_tables import correction, decision

_BECAUSE = decision.c.body["explanation"]["because"]
_UNDECIDED = {Correctable.TYPE: None, Correctable.PRIORITY: Priority.NORMAL}


@dataclass(frozen=True)
class Automatic:
    """A value that was decided by itself: by a ``rule`` in the ``decision`` of that version of the item, else by the
    analysis or the process.
    """

    value: str | None
    rule: str | None = None
    rule_set: int | None = None
    decision: int | None = None


@dataclass(frozen=True)
class Accuracy:
    """How often a rule of a rule set's ``version`` decided a field, and how often people made something else of it.

    Without a ``rule``: how often the analysis decided the type, because no rule did.
    """

    version: int
    rule: str | None
    field: Correctable
    decided: int
    corrected: int

    @property
    def right(self) -> float:
        """The share that was right."""
        return 1 - self.corrected / self.decided


async def keep(session: Session, **values: Any) -> None:
    """Keep a correction (columns of ``correction``)."""
    await session.execute(insert(correction).values(**values))


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """What people put right about these items, in order."""
    wanted = select(correction).where(correction.c.item.in_(list(items)))
    return (await session.execute(wanted.order_by(correction.c.item, correction.c.version))).mappings().all()


async def last_decided(session: Session, item: UUID, field: Correctable) -> Automatic:
    """What the item's type or priority was when last nobody in person had set it."""
    found = (await session.execute(_LAST_DECIDED[field], {"of": item})).mappings().one_or_none()
    if found is None:
        return Automatic(_UNDECIDED[field])
    return Automatic(**{name: found[name] for name in ("value", "rule", "rule_set", "decision")})


async def accuracy(session: Session, rule_set: str, version: int | None, since: datetime) -> list[Accuracy]:
    """How right the rules of a rule set, or of one version of it, were with what they decided since then.

    An item with which people ended where the rule had begun counts as right: their last word does.

    Raises:
        TooSlow: it took too long and was stopped.
    """
    rows = await rows_in_time(session, _accuracy(rule_set, version, since))
    return [Accuracy(version, rule, Correctable(field), *counts) for version, rule, field, *counts in rows]


def _last_decided(field: Correctable) -> Select[*tuple[Any, ...]]:
    """By a decision, else by an event that is no person's; a decision may set what stood there already."""
    value, changed = decision.c.body[field].astext, event.c.changes[field].astext
    rule = _BECAUSE[field.action].astext
    by_rules = select(
        value.label("value"),
        rule.label("rule"),
        decision.c.rule_set,
        decision.c.version.label("decision"),
        decision.c.version,
    ).where(decision.c.item == bindparam("of"), value.is_not(None))
    nobody = (cast(null(), String), cast(null(), BigInteger), cast(null(), Integer))
    otherwise = select(changed, *nobody, event.c.version).where(
        event.c.item == bindparam("of"), changed.is_not(None), event.c.kind != f"{field}_changed"
    )
    decided = union_all(by_rules, otherwise).subquery()
    return select(decided).order_by(decided.c.version.desc(), decided.c.decision.nulls_last()).limit(1)


_LAST_DECIDED = {field: _last_decided(field) for field in _UNDECIDED}


def _accuracy(rule_set: str, version: int | None, since: datetime) -> Select[*tuple[Any, ...]]:
    sets = _versions(rule_set, version)
    decided, corrected = _decided(sets, since), _corrected(sets)
    same = (corrected.c[name] == decided.c[name] for name in ("item", "decision", "field"))
    keys = (decided.c.version, decided.c.rule, decided.c.field)
    wrong = func.count().filter(corrected.c.wrong)
    return (
        select(*keys, func.count().label("decided"), wrong.label("corrected"))
        .outerjoin_from(decided, corrected, and_(*same))
        .group_by(*keys)
        .order_by(decided.c.version.desc(), decided.c.rule.nulls_first(), decided.c.field)
    )


def _versions(rule_set: str, version: int | None) -> CTE:
    """Versions of the rule set; ``lasting``: one whose route counts."""
    occasion = func.coalesce(document.c.body["on"].astext, Occasion.RECEIVED)
    sets = select(document.c.id, document.c.version, (occasion == Occasion.RECEIVED).label("lasting"))
    sets = sets.where(document.c.kind == "rule_set", document.c.key == rule_set, document.c.version.is_not(None))
    return (sets if version is None else sets.where(document.c.version == version)).cte("sets")


def _decided(sets: CTE, since: datetime) -> CTE:
    """What each decision set by which rule, and the types that no rule set when the item came in (decision 0)."""
    of_sets = decision.c.rule_set == sets.c.id
    because = func.jsonb_each_text(_BECAUSE).table_valued("key", "value").render_derived(name="because")
    field = case({each.action: each.value for each in Correctable}, value=because.c.key)
    by_rules = (
        select(
            sets.c.version,
            decision.c.item,
            decision.c.version.label("decision"),
            field.label("field"),
            because.c.value.label("rule"),
        )
        .join(sets, of_sets)
        .join(because, true())
        .where(decision.c.at >= since, field.is_not(None), sets.c.lasting | (field != Correctable.TEAM))
    )
    by_analysis = (
        select(sets.c.version, decision.c.item, literal(0), literal(Correctable.TYPE.value), cast(null(), String))
        .join(sets, of_sets)
        .where(
            decision.c.at >= since,
            decision.c.version == DECIDED,
            decision.c.body["type"].astext.is_(None),
            sets.c.lasting,
        )
    )
    return union_all(by_rules, by_analysis).cte("decided")


def _corrected(sets: CTE) -> CTE:
    """Of each decision that people put right, whether their last word differs from it."""
    keys = (correction.c.item, func.coalesce(correction.c.decision, 0).label("decision"), correction.c.field)
    wrong = correction.c.corrected.is_distinct_from(correction.c.automatic)
    return (
        select(*keys, wrong.label("wrong"))
        .where(correction.c.rule_set.in_(select(sets.c.id)))
        .ext(distinct_on(*keys))
        .order_by(*keys, correction.c.version.desc())
        .cte("corrected")
    )
