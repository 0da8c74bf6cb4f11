"""Messages that a turn decides, to the customer and to members: rows with pending receipts, whose targets are woken."""

from collections.abc import Iterable, Mapping
from typing import Any

from voxloop.activities.scene import Scene
from voxloop.domain.decision import Tell
from voxloop.domain.templates import COPY, fill
from voxloop.domain.texts import say
from voxloop.store import messages, people
from voxloop.store.sessions import Row

REPLY = "reply"
_DEFAULT_VIA = ("wecom",)
_TITLE = 40


async def to_customer(scene: Scene, template: str, **more: str) -> None:
    """Tell the customer what a template says; ``more`` are words that do not come from the item."""
    subject, text = await render(scene, template, await language(scene), **more)
    await answer_customer(scene, text, subject=subject, purpose=template)


async def answer_customer(
    scene: Scene, text: str, author: str = "system", subject: str | None = None, purpose: str = REPLY
) -> None:
    """Tell the customer these words, by the best way known to reach her; a reply under the frame of its template."""
    values = {"direction": "out", "visibility": "public", "purpose": purpose, "author": author, "footer": None}
    if purpose == REPLY:
        subject, values["footer"] = await _frame(scene)
    await _send(scene, values | {"subject": subject, "text": text}, await _way_to_customer(scene))


async def _frame(scene: Scene) -> tuple[str | None, str | None]:
    """Subject and footer of a reply; nothing where no template says them."""
    if await scene.means.template(scene.session, REPLY) is None:
        return None, None
    return await render(scene, REPLY, await language(scene))


async def language(scene: Scene) -> str:
    """The language in which the customer is written to."""
    customer = await scene.customer()
    spoken: str = customer["language"] if customer else scene.item["language"]
    return spoken


async def _way_to_customer(scene: Scene) -> str:
    customer = await scene.customer()
    if customer is None:
        return "status_page"
    return "email" if customer["email"] else "sms" if customer["phone"] else "status_page"


async def keep(scene: Scene, text: str, author: str, direction: str, visibility: str) -> int:
    """Keep words that go nowhere: the customer's own, or an internal note. Answers their id."""
    values = {"direction": direction, "visibility": visibility, "purpose": "reply", "author": author}
    return await messages.add(scene.session, **_place(scene), **values, text=text)


async def tell(scene: Scene, tells: Iterable[Tell], template: str) -> None:
    """Tell members, or let them know; who got which, and which recipient nobody fills, stands in the event."""
    for wish in tells:
        keys = await recipients(scene, wish.to)
        reached = "copied" if wish.copy else "told"
        told = scene.happened.detail.setdefault(reached if keys else "nobody", [])
        told += keys or [wish.recipient]
        for member in await people.active(scene.session, keys):
            await _notify(scene, member, wish.via or _DEFAULT_VIA, COPY if wish.copy else template)


async def recipients(scene: Scene, to: str | Mapping[str, str]) -> list[str]:
    """The members whom a recipient of DESIGN 6 means now."""
    if to == "assignee":
        return await scene.owners()
    if isinstance(to, str):
        key = await _by_place(scene, to)
        return [key] if key else []
    [(kind, key)] = to.items()
    if kind == "member":
        return [key]
    found = people.with_role if kind == "role" else people.in_team
    return list(await found(scene.session, key))


async def _by_place(scene: Scene, place: str) -> str | None:
    if place == "team_lead":
        key = await scene.team()
        team = await people.team_of(scene.session, key) if key else None
        return team["lead"] if team else None
    customer = await scene.customer()
    return customer["account_owner"] if customer else None


async def _notify(scene: Scene, member: Row, via: Iterable[str], template: str) -> None:
    subject, text = await render(scene, template, member["language"])
    for way in via:
        values = {"direction": "internal", "visibility": "internal", "purpose": template, "author": "system"}
        await _send(scene, values | {"member": member["key"], "subject": subject, "text": text}, way)


async def _send(scene: Scene, words: Mapping[str, Any], via: str) -> None:
    target = scene.means.targets.get(via, "builtin")
    await messages.intend(scene.session, {**_place(scene), **words}, scene.next_key(), target, via)
    scene.targets.add(target)


def _place(scene: Scene) -> dict[str, Any]:
    return {"item": scene.id, "version": scene.turn.version, "at": scene.now}


async def render(scene: Scene, template: str, language: str, **more: str) -> tuple[str, str]:
    """A template's heading and body in one language, its names filled from the item and from ``more``."""
    found = await scene.means.template(scene.session, template)
    if found is None:
        raise LookupError(f"no template {template}")
    customer = await scene.customer()
    step = await scene.step()
    item = scene.item
    words = {
        "organisation": scene.means.organisation[language],
        "customer": customer["name"] if customer else None,
        "code": item["code"],
        "title": _beginning(item["text"]),
        "text": item["text"],
        "step": step.title.get(language, step.key) if step else None,
        "status_link": scene.means.links.status(scene.id),
        "status": say(language, f"stage.{item['stage']}"),
        "product": item["product"],
        "batch": item["batch"],
    }
    return fill(found, language, words | more)


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"
