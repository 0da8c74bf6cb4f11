"""Deliveries end to end: through the target's workflow, to a mail server, and back into the item's timeline."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from voxloop.integrations.smtp import SmtpChannel
from voxloop.tests.integrations.mail_server import Mailbox, serve_mail
from voxloop.tests.workflows.house import House, until

ADDRESS = b"c0011@example.com"


@pytest.fixture
async def box(real_house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    """A mail server to which the house's mails go."""
    targets: Any = real_house.parts.means.targets
    async with serve_mail() as box:
        monkeypatch.setitem(real_house.parts.channels, "smtp", SmtpChannel(box.url, "voxloop@example.com"))
        monkeypatch.setitem(targets, "email", "smtp")
        yield box
        await real_house.settle()  # what is not sent now is tried again a minute later, when the next test waits


async def test_a_refused_mail_is_told_in_the_timeline(real_house: House, box: Mailbox) -> None:
    box.recipients.append("550 {address} is unknown")
    item = await real_house.settled_item("praise", customer_ref="C0011")

    async def told() -> bool:
        return "delivery_failed" in await real_house.kinds(item)

    await until(told, "the failure in the timeline")
    refused, accepted = [message for message in await real_house.messages(item) if message["via"] == "email"]
    assert (refused["state"], accepted["state"]) == ("refused", "accepted")
    [failed] = [event for event in await real_house.events(item) if event["kind"] == "delivery_failed"]
    assert failed["detail"] == {"receipt": refused["key"]}


async def test_a_mail_that_is_put_off_arrives_once_and_leaves_no_address_in_the_history(
    real_house: House, box: Mailbox
) -> None:
    box.recipients.append("450 {address} is busy")
    item = await real_house.settled_item("praise", customer_ref="C0011")
    assert {message["state"] for message in await real_house.messages(item)} == {"accepted"}
    keys = [mail["Message-ID"] for mail in box.arrived]
    assert len(set(keys)) == len(keys) == 2
    history = b""

    async def told() -> bool:
        nonlocal history
        events = (await real_house.history("target/smtp")).events
        history = b"".join(event.SerializeToString() for event in events)
        return b"Unavailable" in history

    await until(told, "the failed attempt in the history")
    assert ADDRESS not in history
