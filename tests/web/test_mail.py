"""From the form to the mailbox: an acknowledgement whose link works, then the answer, through the real loop."""

import re
from collections.abc import AsyncIterator
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pytest

from voxloop.domain.loop import Verb
from voxloop.integrations.smtp import SmtpChannel
from voxloop.tests.integrations.mail_server import Mailbox, serve_mail
from voxloop.tests.web.site import Site, fill
from voxloop.tests.workflows.house import House


@pytest.fixture
async def box(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    """A mail server to which the house's mails go."""
    targets: Any = house.parts.means.targets
    async with serve_mail() as box:
        monkeypatch.setitem(house.parts.channels, "smtp", SmtpChannel(box.url, "voxloop@example.com"))
        monkeypatch.setitem(targets, "email", "smtp")
        yield box


@pytest.mark.parametrize(
    ("language", "subject", "answer"),
    [
        ("zh-CN", "已收到您的反馈", "关于您的反馈"),
        ("en", "We have received your feedback", "Our answer to your feedback"),
    ],
)
async def test_she_gets_an_acknowledgement_and_an_answer_with_links_that_work(
    house: House, lively: Site, box: Mailbox, language: str, subject: str, answer: str
) -> None:
    address = f"kim.{language.lower()}@example.com"
    async with lively.visit(language) as visitor:
        entered = await fill(
            visitor, text="这个怎么清洗？" if language == "zh-CN" else "How is it cleaned?", contact=address
        )
        assert (await visitor.post("/f/feedback", data=entered)).status_code == 303
    row = (await lively.rows("form:feedback"))[-1]
    house.items.append(row["id"])
    await house.settle()
    await house.act(row["id"], Verb.REPLY, {"text": "With warm water"})
    await house.settle()
    first, second = [mail for mail in box.arrived if mail["To"] == address]
    assert subject_of(first).startswith(subject)
    assert subject_of(second).startswith(answer)
    assert row["code"] in words_of(first)
    assert words_of(second).startswith("With warm water")
    for mail in (first, second):
        [link] = re.findall(r"http://127.0.0.1:8000(/s/\S+)", words_of(mail))
        async with lively.visit(language) as customer:
            page = await customer.get(link)
        assert (page.status_code, row["code"] in page.text) == (200, True)
        assert "With warm water" in page.text


def subject_of(mail: Message) -> str:
    return str(make_header(decode_header(str(mail["Subject"]))))


def words_of(mail: Message) -> str:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()
