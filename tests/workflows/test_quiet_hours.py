"""At night members are left alone unless it is urgent; what customers are told is not held back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func

from voxloop.domain.documents import Kind, State
from voxloop.domain.loop import Verb
from voxloop.store import documents, drafts
from voxloop.tests.integrations.endpoint import Endpoint
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.test_webhook import kinds, listening
from voxloop.tests.workflows.timed import HOUR, wait_for


@pytest.fixture
async def sleeping(house: House) -> AsyncIterator[House]:
    """An organisation that sleeps from ten to eight."""
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "organisation", "organisation")
        assert standing is not None
        body = standing["body"]
        await documents.publish(session, "organisation", "organisation", body | {"quiet_hours": ["22:00-08:00"]}, "t")
    yield house
    async with house.sessions.begin() as session:
        await documents.publish(session, "organisation", "organisation", body, "t")
    await house.settle()


@pytest.fixture
async def endpoint(sleeping: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    async for endpoint in listening(sleeping, monkeypatch):
        yield endpoint


async def unsent(house: House, item: UUID) -> set[str]:
    """The directions of its messages that wait."""
    return {message["direction"] for message in await house.messages(item) if message["state"] == "pending"}


async def notices_left(house: House, item: UUID, *directions: str) -> None:
    async def so() -> bool:
        await house.relay.carry()
        told = await house.messages(item)
        return "internal" in {message["direction"] for message in told} and await unsent(house, item) == set(directions)

    await until(so, f"{directions or 'nothing'} left")


async def test_members_are_told_in_the_morning_and_customers_at_once(sleeping: House) -> None:
    await wait_for(sleeping, "tue", "23:00")
    item = await sleeping.hand_in("question")
    await notices_left(sleeping, item, "internal")
    await sleeping.env.sleep(8 * HOUR)  # until seven
    assert await unsent(sleeping, item) == {"internal"}
    await sleeping.env.sleep(HOUR + timedelta(minutes=1))
    await notices_left(sleeping, item)


async def test_hours_that_are_shortened_meanwhile_end_earlier(sleeping: House) -> None:
    await wait_for(sleeping, "tue", "23:00")
    item = await sleeping.hand_in("question")
    await notices_left(sleeping, item, "internal")
    async with sleeping.sessions.begin() as session:
        standing = await documents.published(session, Kind.ORGANISATION, Kind.ORGANISATION)
        assert standing is not None
        shorter = standing["body"] | {"quiet_hours": ["22:00-23:30"]}
        about = {"author": "t", "base": standing["id"]}
        draft = await drafts.create(session, Kind.ORGANISATION, Kind.ORGANISATION, shorter, **about)
        scheduled = await drafts.move(session, draft["id"], State.DRAFT, State.SCHEDULED, effective_at=func.now())
        assert scheduled is not None
        await drafts.release(session, scheduled)
    await sleeping.relay.carry()
    await sleeping.env.sleep(HOUR)
    await notices_left(sleeping, item)


async def test_what_is_urgent_is_told_at_night(sleeping: House) -> None:
    await wait_for(sleeping, "tue", "23:00")
    item = await sleeping.hand_in("defect", text="插头冒烟了")
    await notices_left(sleeping, item)
    await sleeping.settle()
    await sleeping.act(item, Verb.CANCEL, reason="given_up")


async def test_machines_do_not_sleep(sleeping: House, endpoint: Endpoint) -> None:
    await wait_for(sleeping, "tue", "23:00")
    await sleeping.hand_in("question")

    async def told() -> bool:
        await sleeping.relay.carry()
        return kinds(endpoint) == ["received", "working"]

    await until(told, "told at night")
    await sleeping.env.sleep(10 * HOUR)
    await sleeping.settle()
