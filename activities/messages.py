"""Sending what waits, and what a loop does when it could not be sent.

Before a call the receipt says ``sending``, afterwards what came of it. An attempt that finds ``sending`` knows that the
effect may have happened: it asks a searchable target, and otherwise sends once more and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from voxloop.activities import turn, webhooks
from voxloop.activities.scene import Means, Scene
from voxloop.domain.documents import Kind
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.quiet_hours import quiet_until
from voxloop.integrations.ports import Channel, Outgoing, Refused, Sent, Unavailable
from voxloop.store import addresses, documents, messages, outbox
from voxloop.store.events import Event
from voxloop.store.sessions import Row, Session

_AT_ONCE = 100


@dataclass(frozen=True)
class Done:
    """What came of sending a receipt's message; ``reason`` says why it was refused."""

    receipt: Row
    result: Sent
    reason: str | None = None


@dataclass
class Deliveries:
    """``channels``: an adapter for each delivery target."""

    means: Means
    channels: dict[str, Channel]

    @activity.defn(name="send_pending")
    async def send_pending(self, target: str, now: datetime | None = None) -> bool | datetime:
        """Send what waits for this target, oldest first, as far as one attempt goes.

        True if more may wait; an instant if the rest waits until then, because quiet hours end.
        """
        channel = self.channels.get(target)
        if channel is None:
            pause = timedelta(minutes=1)
            raise ApplicationError(f"target {target} is not configured on this worker", next_retry_delay=pause)
        done: Done | None = None
        quiet = await self._quiet_until(now)
        for sent in range(_AT_ONCE):
            pending = await self._record_and_begin_next(target, done, quietly=quiet is not None)
            if pending is None:
                return await self._rest(target, quiet)
            done = await self._send(channel, *pending)
            activity.heartbeat(sent)
        async with self.means.sessions.begin() as session:
            await _record(session, done)
        return True

    async def _quiet_until(self, now: datetime | None) -> datetime | None:
        if now is None or self.means.scale > 1:  # who asks is older than quiet hours; or it is never night
            return None
        async with self.means.sessions.begin() as session:
            organisation = await documents.published(session, Kind.ORGANISATION, Kind.ORGANISATION)
        return quiet_until(organisation["body"], now) if organisation is not None else None

    async def _rest(self, target: str, quiet: datetime | None) -> bool | datetime:
        if quiet is None:
            return False
        async with self.means.sessions.begin() as session:
            return quiet if await messages.any_waits(session, target) else False

    async def _record_and_begin_next(
        self, target: str, done: Done | None, quietly: bool
    ) -> tuple[Row, Outgoing] | None:
        """One transaction between two messages: what came of the last one, and that the next one is being sent."""
        async with self.means.sessions.begin() as session:
            await _record(session, done)
            receipt = await messages.take_next(session, target, quietly)
            if receipt is None:
                return None
            address = await addresses.of_receipt(session, receipt)
        text = "\n\n".join(part for part in (receipt["text"], receipt["footer"]) if part)
        return receipt, Outgoing(receipt["key"], receipt["via"], address, receipt["subject"], text)

    async def _send(self, channel: Channel, receipt: Row, message: Outgoing) -> Done:
        try:
            return Done(receipt, await _deliver(channel, message, receipt))
        except Refused as refused:
            return Done(receipt, Sent("refused"), str(refused))
        except Unavailable as error:
            async with self.means.sessions.begin() as session:
                await messages.not_sent(session, receipt["key"])
            if error.after is None:
                raise
            raise ApplicationError("it asks to wait", next_retry_delay=error.after) from error

    @activity.defn(name="note_failure")
    async def note_failure(self, turn_: Turn, key: str) -> Plan:
        """The loop takes notice that a message of its item was refused."""

        async def part(scene: Scene) -> None:
            scene.happened = Event("delivery_failed", "system", {"receipt": key})

        return await turn.take(self.means, turn_, part)


async def _record(session: Session, done: Done | None) -> None:
    if done is None:
        return
    key = done.receipt["key"]
    await messages.settle(session, key, done.result.state, done.result.external_id, done.reason)
    if done.result.state == "refused" and done.receipt["target"] != webhooks.TARGET:  # nobody waits for an event
        payload = {"name": "delivery_failed", "argument": key}
        await outbox.put(session, "signal", f"feedback/{done.receipt['item']}", payload)


async def _deliver(channel: Channel, message: Outgoing, receipt: Row) -> Sent:
    if receipt["state"] != "sending":
        return await channel.send(message)
    if channel.searchable:
        return await channel.find(message.key) or await channel.send(message)
    if receipt["attempts"] > 1:
        raise Refused("its answer was lost twice; it may have arrived")
    sent = await channel.send(message)
    return Sent("perhaps_twice", sent.external_id)
