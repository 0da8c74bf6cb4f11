"""The signed links of an installation: who holds one may do what it says, and nobody can make another.

A status link works while its item is open and for ``STATUS_LASTS`` after that, which its page checks: customers
come back to old mails. A link to an attachment is made for one look and lasts ``ATTACHMENT_LASTS``.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

STATUS_LASTS = timedelta(days=180)
ATTACHMENT_LASTS = timedelta(hours=1)


class BadLink(Exception):
    """This is no link of ours."""


class LinkExpired(BadLink):
    """This was a link of ours, and its time has passed."""


@dataclass(frozen=True)
class Links:
    """Links below ``address`` (``https://feedback.example.com``), signed with the installation's secret."""

    address: str
    secret: str

    def status(self, item: UUID) -> str:
        """Where a customer sees what became of her feedback."""
        return f"{self.address}/s/{self.status_token(item)}"

    def status_token(self, item: UUID) -> str:
        """The part of it that is signed."""
        return self._signer("status").dumps(item.hex)

    def attachment(self, id_: UUID) -> str:
        """Where an attachment is fetched."""
        return f"{self.address}/a/{self._signer('attachment').dumps(id_.hex)}"

    def item_of(self, token: str) -> UUID:
        """The item of a status link.

        Raises:
            BadLink: it is none.
        """
        return self._read("status", token, None)

    def attachment_of(self, token: str) -> UUID:
        """The attachment of a link.

        Raises:
            BadLink: it is none.
            LinkExpired: it was one.
        """
        return self._read("attachment", token, int(ATTACHMENT_LASTS.total_seconds()))

    def _signer(self, purpose: str) -> URLSafeTimedSerializer:
        how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        return URLSafeTimedSerializer(self.secret, salt=f"voxloop {purpose}", signer_kwargs=how)

    def _read(self, purpose: str, token: str, seconds: int | None) -> UUID:
        try:
            return UUID(self._signer(purpose).loads(token, max_age=seconds))
        except SignatureExpired as expired:
            raise LinkExpired from expired
        except BadSignature as bad:
            raise BadLink from bad
