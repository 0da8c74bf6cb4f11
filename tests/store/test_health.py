"""When the database counts as away."""

import pytest
from asyncpg.exceptions import CannotConnectNowError, TooManyConnectionsError, UniqueViolationError
from sqlalchemy.exc import DBAPIError

from voxloop.store.health import is_away


@pytest.mark.parametrize("said", [CannotConnectNowError("starting up"), TooManyConnectionsError("full")])
def test_a_server_that_takes_no_connections_is_away(said: Exception) -> None:
    assert is_away(said)
    assert is_away(DBAPIError("select 1", None, said))


def test_a_broken_rule_is_no_outage() -> None:
    assert not is_away(DBAPIError("insert", None, UniqueViolationError("twice")))
    assert not is_away(ValueError())
