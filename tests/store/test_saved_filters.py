"""Filters that are kept for later: read back, each is the one that was written."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from voxloop.store import saved_filters
from voxloop.store.listing import FOLLOWERS, Comparison, Where


@pytest.mark.parametrize(
    "test",
    [
        Comparison("stage", "eq", "working"),
        Comparison("rating", "in", (1, 2)),
        Comparison("overdue", "eq", False),
        Comparison("customer", "eq", UUID(int=7)),
        Comparison("due_at", "lte", datetime(2026, 11, 22, tzinfo=UTC)),
        Comparison("owner", "is_null", True),
        Comparison("branch_team", "eq", "quality"),
        Comparison("branch_owner", "in", ("li_na", "zhou_ming")),
        Comparison("branch_owner", "is_null", False),
        Comparison(FOLLOWERS, "has", "li_na"),
    ],
)
def test_each_comparison_comes_back(test: Comparison) -> None:
    where = Where((test,), every=(Where((test,)),), some=(Where((test,)), Where()))
    assert saved_filters.read(saved_filters.written(where)) == where


def test_an_empty_one_lets_everything_through() -> None:
    assert saved_filters.read({}) == Where()
