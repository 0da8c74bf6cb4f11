"""``/f/feedback``: the form for everybody. It needs no script, and what is sent twice arrives once.

The key that makes it so is drawn when the form is shown. A customer who writes again under the same address is known
again by a digest of it, keyed with the installation's secret.
"""

import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from voxloop.domain.feedback import Channel
from voxloop.domain.identity import digest, new_id
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.submission import RATINGS, clean, problems
from voxloop.domain.texts import say, sentence
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts, receive
from voxloop.signing import Links
from voxloop.store import installation
from voxloop.store.attachments import Attachment
from voxloop.web.bodies import read_form, words
from voxloop.web.catalogue import Catalogue, Catalogues
from voxloop.web.images import KINDS, LARGEST_BYTES, BadImage, redrawn
from voxloop.web.limits import Limiter
from voxloop.web.rendering import language_of, page
from voxloop.web.visitors import person

MOST_IMAGES = 3
LARGEST_FORM = 40_000_000
_FORM = "feedback"
_SENDER = Viewer(token="", name=f"form:{_FORM}", role=Role.INTAKE)
_CHANNELS = {"qr": Channel.QR_CODE, **{each: each for each in ("web", "qr_code", "app", "mini_program")}}
_FIELDS = ("text", "product", "rating", "name", "contact", "batch", "part", "channel", "key")
_RATINGS = {"": None, **{str(stars): stars for stars in range(RATINGS[0], RATINGS[1] + 1)}}
_LONGEST_NAME = 60
_TRAP = "website"  # no person sees it


@dataclass(frozen=True)
class Entered:
    """What stands in the form: texts by field, and what is wrong with which."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)

    def refused(self, wrong: Mapping[str, str]) -> "Entered":
        """The same with what is wrong with it."""
        return replace(self, problems=wrong)


@dataclass(frozen=True)
class _Forms:
    parts: Parts
    catalogues: Catalogues
    limiter: Limiter

    async def show(self, request: Request) -> Response:
        query = request.query_params
        values = dict.fromkeys(_FIELDS, "") | {"key": str(new_id()), "channel": _channel(query.get("channel", ""))}
        values |= {name: query.get(name, "")[:100] for name in ("product", "batch", "part")}
        return await self._page(request, Entered(values))

    async def take(self, request: Request) -> Response:
        self.limiter.count(request)
        form = await read_form(request, LARGEST_FORM)
        entered, language = Entered({name: words(form, name) for name in _FIELDS}), language_of(request)
        files: list[Attachment] = []
        try:
            files, wrong = await _images(form, language)
            wrong |= _name_problems(entered.values["name"], language)
            if words(form, _TRAP):
                wrong["all"] = say(language, "form.trapped")
            if not wrong:
                return await self._accept(request, entered, files)
            wrong |= await self._others(entered, language)
        except (Refused, RefusedTogether) as refused:
            wrong = _worded(language, refused)
        finally:
            await form.close()
        if files:  # a browser does not keep them
            wrong["images"] = say(language, "form.choose_again")
        if wrong.pop("key", None):  # sent before with other words: what stands here now is another one
            wrong["all"] = say(language, "form.sent_before")
            entered = Entered({**entered.values, "key": str(new_id())})
        return await self._page(request, entered.refused(wrong), 422)

    async def _others(self, entered: Entered, language: str) -> dict[str, str]:
        """What else is wrong, so that all is said at once."""
        values = clean(_submission(entered.values, language, secret=""))
        catalogue = await self.catalogues.now()
        return _worded(language, RefusedTogether(problems(values, catalogue.known, datetime.now(UTC))))

    async def _accept(self, request: Request, entered: Entered, files: list[Attachment]) -> Response:
        async with self.parts.sessions.begin() as session:
            secret = await installation.secret_of(session)
        values = _submission(entered.values, language_of(request), secret)
        catalogue = await self.catalogues.now()
        accepted = await receive(self.parts, _SENDER, values, catalogue.known, files)
        token = Links("", secret).status_token(accepted.row["id"])
        return RedirectResponse(f"/f/{_FORM}/thanks/{token}?lang={language_of(request)}", 303)

    async def _page(self, request: Request, entered: Entered, status: int = 200) -> Response:
        catalogue, language = await self.catalogues.now(), language_of(request)
        return page(
            request,
            "form.html",
            status,
            organisation=catalogue.organisation[language],
            groups=_choices(catalogue, language),
            values=entered.values,
            problems=entered.problems,
            limits={"images": MOST_IMAGES, "bytes": LARGEST_BYTES},
            kinds=",".join(KINDS.values()),
        )


def routes(parts: Parts, catalogues: Catalogues) -> list[BaseRoute]:
    """The form. An address may send it twenty times in ten minutes."""
    forms = _Forms(parts, catalogues, Limiter(20, 600))
    return [
        Route(f"/f/{_FORM}", person(forms.show)),
        Route(f"/f/{_FORM}", person(forms.take), methods=["POST"]),
    ]


def _channel(named: str) -> str:
    return _CHANNELS.get(named, Channel.WEB)


def _choices(catalogue: Catalogue, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Products (key and title) by the title of their line."""
    return [
        (title[language], [(key, titles[language]) for key, titles in products.items()])
        for title, products in catalogue.lines
        if products
    ]


def _submission(values: Mapping[str, str], language: str, secret: str) -> dict[str, Any]:
    """What was entered, as ``reception.receive`` wants it."""
    return {
        "text": values["text"],
        "product": values["product"],
        "rating": _RATINGS.get(values["rating"], 0),
        "batch": values["batch"],
        "part": values["part"],
        "channel": _channel(values["channel"]),
        "form": _FORM,
        "key": values["key"],
        "customer": _customer(values, language, secret),
    }


def _customer(values: Mapping[str, str], language: str, secret: str) -> dict[str, str] | None:
    name = " ".join(values["name"].split())
    contact = unicodedata.normalize("NFKC", values["contact"]).strip()
    if not contact:
        ref = f"form:{digest({'key': values['key']})[:32]}"
        return {"ref": ref, "name": name, "language": language} if name else None
    kind = "email" if "@" in contact else "phone"
    plain = contact.casefold() if kind == "email" else contact.translate(dict.fromkeys(map(ord, " ()./-")))
    known = hmac.digest(secret.encode(), f"{kind}:{plain}".encode(errors="replace"), "sha256").hex()[:32]
    return {"ref": f"form:{known}", "name": name, kind: contact, "language": language}


def _name_problems(name: str, language: str) -> dict[str, str]:
    """A name goes into a mail to an address that anybody may have entered: it can carry no advertisement."""
    if len(name) <= _LONGEST_NAME and "://" not in name and "www." not in name.casefold():
        return {}
    return {"name": say(language, "form.bad_name", most=_LONGEST_NAME)}


async def _images(form: FormData, language: str) -> tuple[list[Attachment], dict[str, str]]:
    """The pictures redrawn, and what is wrong with them."""
    sent = [part for part in form.getlist("images") if isinstance(part, UploadFile) and part.size]
    if len(sent) > MOST_IMAGES:
        return [], {"images": say(language, "form.too_many_images", most=MOST_IMAGES)}
    if any((part.size or 0) > LARGEST_BYTES for part in sent):
        return [], {"images": say(language, "form.image_too_large", megabytes=LARGEST_BYTES // 1_000_000)}
    try:
        return [await redrawn(await part.read()) for part in sent], {}
    except BadImage:
        return [], {"images": say(language, "form.bad_image")}


def _worded(language: str, refused: Refused | RefusedTogether) -> dict[str, str]:
    """What is wrong, by the field of the form at which it is said."""
    found: Iterable[Refused] = refused.problems if isinstance(refused, RefusedTogether) else [refused]
    return {_place(each): sentence(language, f"refusal.{each.code}", each.params) for each in found}


def _place(problem: Refused) -> str:
    last = problem.field[-1] if problem.field else ""
    if problem.code is RefusalCode.KEY_REUSED:
        return "key"
    if last in ("email", "phone"):
        return "contact"
    return last if last in ("text", "product", "rating", "name") else "all"
