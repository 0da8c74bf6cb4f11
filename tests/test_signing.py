"""Signed links: each for its purpose, none that anybody else could make."""

from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import TimestampSigner

from voxloop.domain.identity import new_id
from voxloop.signing import BadLink, LinkExpired, Links

LINKS = Links("https://feedback.example.com", "a secret")
ITEM = new_id()


def test_a_link_names_what_it_was_made_for() -> None:
    assert LINKS.status(ITEM) == f"https://feedback.example.com/s/{LINKS.status_token(ITEM)}"
    assert LINKS.item_of(LINKS.status_token(ITEM)) == ITEM
    assert LINKS.attachment_of(LINKS.attachment(ITEM).rpartition("/")[2]) == ITEM


def test_a_link_has_one_purpose() -> None:
    with pytest.raises(BadLink):
        LINKS.attachment_of(LINKS.status_token(ITEM))
    with pytest.raises(BadLink):
        LINKS.item_of(LINKS.attachment(ITEM).rpartition("/")[2])


def test_no_other_secret_makes_one() -> None:
    with pytest.raises(BadLink):
        LINKS.item_of(Links(LINKS.address, "another").status_token(ITEM))


CUT = pytest.param(LINKS.status_token(ITEM)[1:], id="cut")


@pytest.mark.parametrize("changed", ["", "x", "..", "é.é.é", "\x00", CUT, "a" * 10_000])
def test_nothing_else_is_one(changed: str) -> None:
    with pytest.raises(BadLink):
        LINKS.item_of(changed)


def test_attachments_are_for_one_look_and_status_pages_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = int((datetime.now(UTC) - timedelta(days=400)).timestamp())
    with monkeypatch.context() as then:
        then.setattr(TimestampSigner, "get_timestamp", lambda self: earlier)
        status, attachment = LINKS.status_token(ITEM), LINKS.attachment(ITEM).rpartition("/")[2]
    assert LINKS.item_of(status) == ITEM
    with pytest.raises(LinkExpired):
        LINKS.attachment_of(attachment)
