"""Mail against a real server: what its answers mean."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiosmtplib
import pytest

from voxloop.integrations.ports import Outgoing, Refused, Sent, Unavailable
from voxloop.integrations.smtp import SmtpChannel
from voxloop.tests.integrations.mail_server import Mailbox, serve_mail

MAIL = Outgoing("vox-abc234-FB000001-1", "email", "li@example.com", "已收到您的反馈", "您好！\n已收到。")


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with serve_mail() as box:
        yield box


async def test_an_accepted_mail_carries_its_key(box: Mailbox) -> None:
    sent = await SmtpChannel(box.url, "voxloop@example.com").send(MAIL)
    assert sent == Sent("accepted", "<vox-abc234-FB000001-1@example.com>")
    [mail] = box.arrived
    assert (mail["Message-ID"], mail["To"]) == (sent.external_id, "li@example.com")
    assert mail["Auto-Submitted"] == "auto-generated"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().splitlines() == MAIL.text.splitlines()


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("450 busy", Unavailable), ("451 later", Unavailable), ("550 unknown", Refused), ("554 spam", Refused)],
)
@pytest.mark.parametrize("place", ["recipients", "answers"])
async def test_a_4xx_is_for_now_and_a_5xx_for_good(
    box: Mailbox, place: str, answer: str, meaning: type[Exception]
) -> None:
    getattr(box, place).append(answer)
    channel = SmtpChannel(box.url, "voxloop@example.com")
    with pytest.raises(meaning):
        await channel.send(MAIL)
    assert box.arrived == []
    assert (await channel.send(MAIL)).state == "accepted"


async def test_an_answer_that_gets_lost_is_neither(box: Mailbox) -> None:
    box.answers.append(None)
    with pytest.raises(aiosmtplib.SMTPException) as lost:
        await SmtpChannel(box.url, "voxloop@example.com").send(MAIL)
    assert not isinstance(lost.value, Unavailable | Refused)
    assert len(box.arrived) == 1


async def test_no_server_means_that_nothing_was_sent(box: Mailbox) -> None:
    with pytest.raises(Unavailable):
        await SmtpChannel("smtp://127.0.0.1:1", "voxloop@example.com").send(MAIL)


async def test_without_an_address_there_is_nothing_to_send(box: Mailbox) -> None:
    with pytest.raises(Refused):
        await SmtpChannel(box.url, "voxloop@example.com").send(Outgoing("k", "email", None, None, "x"))


@pytest.mark.parametrize("address", ["li@[example.com", "=?utf-8?q?=0d=0aBcc?=@example.com", "(@example.com"])
async def test_what_is_no_address_is_refused_and_the_next_mail_arrives(box: Mailbox, address: str) -> None:
    channel = SmtpChannel(box.url, "voxloop@example.com")
    with pytest.raises(Refused):
        await channel.send(replace(MAIL, address=address))
    assert (await channel.send(MAIL)).state == "accepted"
    assert len(box.arrived) == 1


async def test_an_address_is_one_receiver(box: Mailbox) -> None:
    box.recipients.append("550 {address}")
    with pytest.raises(Refused, match=r"others,li@example\.com"):
        await SmtpChannel(box.url, "voxloop@example.com").send(replace(MAIL, address="others,li@example.com"))
    assert box.arrived == []


async def test_a_server_that_takes_ascii_only_refuses_other_addresses(box: Mailbox) -> None:
    with pytest.raises(Refused, match="SMTPUTF8"):
        await SmtpChannel(box.url, "voxloop@example.com").send(replace(MAIL, address="李@example.com"))


async def test_a_subject_is_one_line(box: Mailbox) -> None:
    await SmtpChannel(box.url, "voxloop@example.com").send(replace(MAIL, subject="First\nBcc: li@example.com"))
    [mail] = box.arrived
    assert (mail["Subject"], mail["Bcc"]) == ("First Bcc: li@example.com", None)
