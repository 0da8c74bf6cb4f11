"""A feed never forgets that a reader has been shown an item, however the hub came to hear of it."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role, Viewer
from voxloop.graphql.feeds import Feed, Subscriber
from voxloop.store.listing import Comparison, Where
from voxloop.store.sessions import Row

ADMIN = Viewer("", "admin", Role.ADMIN)


def row(item: UUID, region: str) -> Row:
    values: Mapping[str, Any] = {"id": item, "region": region}
    return cast(Row, values)


def watched() -> tuple[Feed, Subscriber]:
    feed = Feed(ADMIN, Where((Comparison("region", "eq", "north"),)))
    subscriber = Subscriber(feed)
    feed.subscribers.add(subscriber)
    return feed, subscriber


def test_what_was_shown_is_told_when_it_leaves() -> None:
    (feed, subscriber), item = watched(), new_id()
    with feed.reading([item]):
        pass
    assert subscriber.take(1) == []
    feed.changed(item, row(item, "south"))
    assert subscriber.take(1) == [item]


def test_what_left_while_it_was_read_is_told() -> None:
    (feed, subscriber), item = watched(), new_id()
    with feed.reading([item]):
        feed.changed(item, row(item, "south"))
    assert subscriber.take(1) == [item]


def test_what_nobody_was_shown_is_told_to_nobody() -> None:
    (feed, subscriber), item = watched(), new_id()
    feed.changed(item, row(item, "south"))
    assert subscriber.take(1) == []
