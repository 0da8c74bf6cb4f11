"""How often an address may ask."""

import pytest
from starlette.requests import Request

from voxloop.web.limits import Limiter, TooMany


def asked_by(host: str) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


def test_every_address_has_a_count_of_its_own() -> None:
    limiter = Limiter(2, 60)
    for host in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        limiter.count(asked_by(host))
    with pytest.raises(TooMany) as refused:
        limiter.count(asked_by("10.0.0.1"))
    assert 0 < refused.value.seconds <= 61


def test_a_customers_ipv6_network_counts_as_one() -> None:
    limiter = Limiter(1, 60)
    limiter.count(asked_by("2001:db8:1:2::1"))
    limiter.count(asked_by("2001:db8:1:3::1"))
    with pytest.raises(TooMany):
        limiter.count(asked_by("2001:db8:1:2:ffff::9"))


def test_after_its_time_it_counts_anew() -> None:
    limiter = Limiter(1, 0)
    for _ in range(3):
        limiter.count(asked_by("10.0.0.1"))
