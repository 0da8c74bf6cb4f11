"""Mail by SMTP. The key is the Message-ID, so a receiver that gets a message twice can tell."""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from voxloop.integrations.ports import Outgoing, Refused, Sent, Unavailable

_SECONDS = 10  # below the heartbeat that the sender owes


class SmtpChannel:
    """Sends through ``url``: ``smtp://[user:password@]host[:port]`` (STARTTLS when offered) or ``smtps://...``."""

    searchable = False

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._sender = sender
        self._server = aiosmtplib.SMTP(
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            timeout=_SECONDS,
        )

    async def send(self, message: Outgoing) -> Sent:
        """Hand the message to the server; its answer is the proof."""
        if message.address is None:
            raise Refused("no e-mail address")
        try:
            mail = self._mail(message, message.address)
        except Exception as error:  # the standard library raises nearly anything for what is no address
            raise Refused(f"no mail can be made of it: {type(error).__name__}") from error
        try:
            await self._server.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(str(error)) from error
        try:
            await self._server.send_message(mail, recipients=[message.address])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _verdict(refused.recipients[0].code, str(refused)) from refused
        except aiosmtplib.SMTPResponseException as answer:
            raise _verdict(answer.code, answer.message) from answer
        except aiosmtplib.SMTPNotSupported as unable:  # an address beyond ASCII
            raise Refused(str(unable)) from unable
        finally:
            self._server.close()
        return Sent("accepted", str(mail["Message-ID"]))

    async def find(self, key: str) -> Sent | None:
        """SMTP cannot be asked."""
        return None

    async def check(self) -> None:
        """Reach the server and log in, without sending anything.

        Raises:
            SMTPException, OSError: that does not succeed.
        """
        async with self._server:
            pass

    def _mail(self, message: Outgoing, address: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = address
        mail["Subject"] = " ".join((message.subject or message.key).split())
        mail["Message-ID"] = f"<{message.key}@{self._sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail


def _verdict(code: int, text: str) -> Exception:
    """A 4xx answer (RFC 5321, 4.2.1) is for now, a 5xx for good; both mean that nothing was taken."""
    return Unavailable(text) if 400 <= code < 500 else Refused(f"{code} {text}")
