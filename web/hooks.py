"""``POST /hooks/generic``: submissions as signed webhooks (Standard Webhooks), bare or in a CloudEvents 1.0 envelope.

The message's id is the idempotency key: a repeated delivery, or one replayed, is the item that stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.viewer import Role, Viewer
from voxloop.web.answers import METHODS, Rejected, machine
from voxloop.web.intake import Intake
from voxloop.web.submissions import parsed

_SENDER = Viewer(token="", name="hook:generic", role=Role.INTAKE)


def routes(intake: Intake, secrets: Sequence[str]) -> list[BaseRoute]:
    """The hook, where there is a secret to check it by."""
    webhooks = [Webhook(secret) for secret in secrets]

    @machine
    async def generic(request: Request, body: bytes) -> Response:
        headers = dict(request.headers)
        if not any(_signed(webhook, body, headers) for webhook in webhooks):
            raise Rejected(401, "bad_signature")
        return await intake.take(_SENDER, _data(parsed(body)), headers["webhook-id"])

    return [Route("/hooks/generic", generic, methods=METHODS)] if webhooks else []


def _signed(webhook: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the latter for signatures and bodies that are not even readable
        return False
    return True


def _data(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The submission in a message: it is the message, or the ``data`` of its envelope."""
    if "specversion" not in message:
        return message
    if message["specversion"] != "1.0":
        raise Refused(RefusalCode.UNKNOWN_VALUE, ["specversion"], value=str(message["specversion"])[:100], known="1.0")
    data = message.get("data")
    if not isinstance(data, dict):
        raise Refused(RefusalCode.NOT_AN_OBJECT, ["data"])
    return data
