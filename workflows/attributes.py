"""The search attributes that ops filter by in Temporal (DESIGN 5). They hold codes and instants, nothing personal."""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from voxloop.domain.loop import Attributes

TYPE = SearchAttributeKey.for_keyword("VoxType")
PRIORITY = SearchAttributeKey.for_keyword("VoxPriority")
STAGE = SearchAttributeKey.for_keyword("VoxStage")
TEAM = SearchAttributeKey.for_keyword("VoxTeam")
PRODUCT_LINE = SearchAttributeKey.for_keyword("VoxProductLine")
CUSTOMER_LEVEL = SearchAttributeKey.for_keyword("VoxCustomerLevel")
DUE_AT = SearchAttributeKey.for_datetime("VoxDueAt")
OVERDUE = SearchAttributeKey.for_bool("VoxOverdue")

KEYS: tuple[SearchAttributeKey[Any], ...] = (
    TYPE,
    PRIORITY,
    STAGE,
    TEAM,
    PRODUCT_LINE,
    CUSTOMER_LEVEL,
    DUE_AT,
    OVERDUE,
)


def updates(known: Attributes | None, now: Attributes) -> list[SearchAttributeUpdate[Any]]:
    """What has to be upserted so that Temporal, which holds ``known``, shows ``now``."""
    before = dict(_pairs(known)) if known else {}
    changed = [(key, value) for key, value in _pairs(now) if before.get(key) != value]
    return [key.value_unset() if value is None else key.value_set(value) for key, value in changed]


def _pairs(attributes: Attributes) -> list[tuple[SearchAttributeKey[Any], Any]]:
    values = (
        attributes.type,
        attributes.priority,
        attributes.stage,
        attributes.team,
        attributes.product_line,
        attributes.customer_level,
        attributes.due_at,
        attributes.overdue,
    )
    return list(zip(KEYS, values, strict=True))
