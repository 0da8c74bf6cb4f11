"""Deliveries: what becomes of a receipt when sending works, fails, or dies in the middle."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import aiosmtplib
import pytest
from sqlalchemy import delete, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from voxloop.activities.messages import Deliveries
from voxloop.integrations.builtin import BuiltinChannel
from voxloop.integrations.ports import Channel, Outgoing, Sent, Unavailable
from voxloop.integrations.smtp import SmtpChannel
from voxloop.store import messages
from voxloop.store.effect_tables import receipt
from voxloop.store.item_tables import outbox
from voxloop.store.sessions import Row
from voxloop.tests.activities.hand import Hand, begin
from voxloop.tests.integrations.mail_server import Mailbox, serve_mail
from voxloop.worker import Parts


class Died(BaseException):
    """The process is gone."""


class DyingChannel:
    """Sends, and dies before it can say so."""

    searchable = True

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def send(self, message: Outgoing) -> Sent:
        await self._channel.send(message)
        raise Died

    async def find(self, key: str) -> Sent | None:
        return await self._channel.find(key)


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with serve_mail() as box:
        yield box


@pytest.fixture
async def mailing(parts: Parts, box: Mailbox) -> AsyncIterator[tuple[Hand, Deliveries]]:
    """An item whose acknowledgement waits to be mailed, and what mails it."""
    means = replace(parts.means, targets={"email": "smtp"})
    hand = await begin(replace(parts, means=means), "praise")
    await empty(hand, "builtin")
    yield hand, Deliveries(means, {"smtp": SmtpChannel(box.url, "voxloop@example.com")})
    await empty(hand, "smtp")


async def empty(hand: Hand, target: str) -> None:
    async with hand.parts.means.sessions.begin() as session:
        await session.execute(delete(receipt).where(receipt.c.target == target))
        await session.execute(delete(outbox))


async def send(deliveries: Deliveries, target: str) -> None:
    """All that waits for a target, as its workflow has it sent."""
    while await ActivityEnvironment().run(deliveries.send_pending, target):
        pass


async def receipts(hand: Hand) -> Sequence[Row]:
    async with hand.parts.means.sessions.begin() as session:
        wanted = select(receipt).where(receipt.c.item == hand.item).order_by(receipt.c.created_at, receipt.c.key)
        return (await session.execute(wanted)).mappings().all()


async def test_an_attempt_that_died_after_sending_is_not_repeated(parts: Parts, tmp_path: Path) -> None:
    hand = await begin(parts, "praise")
    path = tmp_path / "outbox.jsonl"
    channel = BuiltinChannel(path)
    with pytest.raises(Died):
        await send(Deliveries(parts.means, {"builtin": DyingChannel(channel)}), "builtin")
    await send(Deliveries(parts.means, {"builtin": channel}), "builtin")
    mine = await receipts(hand)
    assert {row["state"] for row in mine} == {"simulated"}
    keys = [json.loads(line)["key"] for line in path.read_text("utf-8").splitlines()]
    assert len(keys) == len(set(keys))
    assert {row["key"] for row in mine} <= set(keys)


async def test_what_the_server_takes_is_accepted(mailing: tuple[Hand, Deliveries], box: Mailbox) -> None:
    hand, deliveries = mailing
    await send(deliveries, "smtp")
    states = [(row["state"], row["external_id"]) for row in await receipts(hand)]
    assert states == [("accepted", mail["Message-ID"]) for mail in box.arrived]


async def test_a_4xx_leaves_the_receipt_waiting(mailing: tuple[Hand, Deliveries], box: Mailbox) -> None:
    hand, deliveries = mailing
    box.recipients.append("450 {address} is busy")
    with pytest.raises(Unavailable):
        await send(deliveries, "smtp")
    assert [(row["state"], row["attempts"]) for row in await receipts(hand)] == [("pending", 0)] * 2
    await send(deliveries, "smtp")
    assert {row["state"] for row in await receipts(hand)} == {"accepted"}


async def test_a_5xx_is_the_last_word_and_the_loop_hears_of_it(mailing: tuple[Hand, Deliveries], box: Mailbox) -> None:
    hand, deliveries = mailing
    box.answers.append("550 no such mailbox")
    await send(deliveries, "smtp")
    refused, accepted = await receipts(hand)
    assert (refused["state"], refused["reason"]) == ("refused", "550 no such mailbox")
    assert accepted["state"] == "accepted"
    async with hand.parts.means.sessions.begin() as session:
        [command] = (await session.execute(select(outbox).where(outbox.c.command == "signal"))).mappings()
    assert command["workflow"] == f"feedback/{hand.item}"
    assert command["payload"] == {"name": "delivery_failed", "argument": refused["key"]}
    await hand.turn(deliveries.note_failure, refused["key"])
    assert (await hand.events())[-1]["kind"] == "delivery_failed"


async def test_a_lost_answer_means_perhaps_twice_once(mailing: tuple[Hand, Deliveries], box: Mailbox) -> None:
    hand, deliveries = mailing
    box.answers.append(None)
    with pytest.raises(aiosmtplib.SMTPException):
        await send(deliveries, "smtp")
    assert (await receipts(hand))[0]["state"] == "sending"
    await send(deliveries, "smtp")
    assert [row["state"] for row in await receipts(hand)] == ["perhaps_twice", "accepted"]
    assert len(box.arrived) == 3


async def test_an_answer_that_is_lost_twice_is_not_tried_a_third_time(
    mailing: tuple[Hand, Deliveries], box: Mailbox
) -> None:
    hand, deliveries = mailing
    box.answers += [None, None]
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPException):
            await send(deliveries, "smtp")
    await send(deliveries, "smtp")
    assert [row["state"] for row in await receipts(hand)] == ["refused", "accepted"]
    assert len(box.arrived) == 3


async def test_a_target_that_this_worker_lacks_is_asked_for_again_later(parts: Parts) -> None:
    with pytest.raises(ApplicationError, match="not configured") as error:
        await send(Deliveries(parts.means, {}), "pigeon")
    assert error.value.next_retry_delay is not None
    assert not error.value.non_retryable


async def test_receipts_of_other_targets_are_left_alone(parts: Parts) -> None:
    hand = await begin(parts, "praise")
    await send(Deliveries(parts.means, {"other": parts.channels["builtin"]}), "other")
    assert {row["state"] for row in await receipts(hand)} == {"pending"}
    async with parts.means.sessions.begin() as session:
        assert await messages.take_next(session, "other") is None
