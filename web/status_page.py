"""``/s/<signed>``: what became of her feedback, for the customer who holds the link, and what she can do about it.

What is offered follows the same guard that the loop asks; whether it was done, only the loop says.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from voxloop.acts import Asked, Wish, perform
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether, demand
from voxloop.domain.submission import LONGEST_KEY, LONGEST_TEXT, clean, optional_problem, text_problem
from voxloop.domain.texts import sentence
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.signing import STATUS_LASTS, BadLink, LinkExpired, Links
from voxloop.store import attachments, feedback, installation
from voxloop.web.bodies import LARGEST_WITHOUT_FILES, read_form, words
from voxloop.web.catalogue import Catalogues
from voxloop.web.limits import Limiter
from voxloop.web.progress import read_progress, when
from voxloop.web.rendering import language_of, page
from voxloop.web.visitors import person

_VERBS = {
    verb.value: verb for verb in (Verb.CONFIRM, Verb.REJECT, Verb.CUSTOMER_REPLY, Verb.REOPEN, Verb.ANSWER_SURVEY)
}


_SCORE = re.compile(r"[0-9]{1,2}", re.ASCII)


@dataclass(frozen=True)
class _Tried:
    """The form as it is shown: its key, and after a refusal which it was, her words and what was said to them."""

    key: str
    words: str = ""
    problem: str = ""
    act: str = ""
    score: str = ""


@dataclass(frozen=True)
class _StatusPages:
    parts: Parts
    catalogues: Catalogues
    limiter: Limiter

    async def show(self, request: Request) -> Response:
        return await self._page(request, await self._item(request), _Tried(str(new_id())))

    async def act(self, request: Request) -> Response:
        self.limiter.count(request)
        item = await self._item(request)
        form = await read_form(request, LARGEST_WITHOUT_FILES)
        key, said, wanted, score = (words(form, name) for name in ("key", "words", "act", "score"))
        language = language_of(request)
        try:
            asked = _scored(key, said, score) if wanted == Verb.ANSWER_SURVEY else _asked(wanted, key, said)
            await perform(self.parts, _customer_of(item), item, asked)
        except (Refused, RefusedTogether) as refused:
            tried = _Tried(key, said, _worded(language, refused), wanted, score)
            return await self._page(request, item, tried, 422)
        return RedirectResponse(f"{request.url.path}?lang={language}&done={wanted}", 303)

    async def thank(self, request: Request) -> Response:
        """What is said when a form was sent."""
        item, language = await self._item(request), language_of(request)
        async with self.parts.sessions.connect() as session:
            row = await feedback.get(session, _customer_of(item), item)
        if row is None:
            raise BadLink
        catalogue = await self.catalogues.now()
        return page(
            request,
            "thanks.html",
            organisation=catalogue.organisation[language],
            code=row["code"],
            known=row["customer"] is not None,
            link=f"/s/{request.path_params['token']}?lang={language}",
        )

    async def _item(self, request: Request) -> UUID:
        async with self.parts.sessions.begin() as session:
            links = Links(self.parts.address, await installation.secret_of(session))
        return links.item_of(request.path_params["token"])

    async def _page(self, request: Request, item: UUID, tried: _Tried, status: int = 200) -> Response:
        now, language = datetime.now(UTC), language_of(request)
        async with self.parts.sessions.begin() as session:
            row = await feedback.get(session, _customer_of(item), item)
            if row is None:
                raise BadLink
            if row["closed_at"] is not None and row["closed_at"] + STATUS_LASTS < now:
                raise LinkExpired
            links = Links("", await installation.secret_of(session))
            pictures = [links.attachment(each["id"]) for each in await attachments.of_items(session, [item])]
            progress = await read_progress(session, row)
        catalogue, done = await self.catalogues.now(), request.query_params.get("done")
        return page(
            request,
            "status.html",
            status,
            organisation=catalogue.organisation[language],
            item=row,
            progress=progress,
            next=progress.next(now),
            pictures=pictures,
            tried=tried,
            done=done if done in _VERBS else None,
            address=f"{request.url.path}?lang={language}",
            when=partial(when, language=language),
        )


def routes(parts: Parts, catalogues: Catalogues) -> list[BaseRoute]:
    """The page and its acts, and the thanks for a form. An address may act thirty times in ten minutes."""
    pages = _StatusPages(parts, catalogues, Limiter(30, 600))
    return [
        Route("/s/{token}", person(pages.show)),
        Route("/s/{token}", person(pages.act), methods=["POST"]),
        Route("/f/feedback/thanks/{token}", person(pages.thank)),
    ]


def _customer_of(item: UUID) -> Viewer:
    """Whoever comes by the signed link of an item."""
    return Viewer(token="", name="status_page", role=Role.INTAKE, item=item)


def _asked(wanted: str, key: str, said: str) -> Asked:
    """The act that a form asks for; each of its buttons has a key of its own.

    Raises:
        Refused, RefusedTogether: it is none, or its words are not possible.
    """
    if wanted not in _VERBS:
        raise Refused(RefusalCode.NOT_FOUND)
    verb, value = _VERBS[wanted], clean({"text": said})["text"]
    check = text_problem if verb is Verb.CUSTOMER_REPLY else optional_problem
    given = {"key": key.strip() or None, "text": value}
    demand(text_problem(given, "key", LONGEST_KEY - len(wanted) - 1), check(given, "text", LONGEST_TEXT))
    return Asked(Wish(verb, {"text": value} if value else None), f"{wanted} {key}")


def _scored(key: str, said: str, score: str) -> Asked:
    """Her answer to the survey; another score under the same key is another answer.

    Raises:
        RefusedTogether: there is no score, or her words are not possible.
    """
    given = {"key": key.strip() or None, "text": clean({"text": said})["text"], "score": score.strip() or None}
    number = int(score) if _SCORE.fullmatch(score) else None
    demand(
        None if number is not None else Refused(RefusalCode.NO_SCORE, ["score"]),
        text_problem(given, "key", LONGEST_KEY - len(Verb.ANSWER_SURVEY) - len(score) - 2),
        optional_problem(given, "text", LONGEST_TEXT),
    )
    wish = Wish(Verb.ANSWER_SURVEY, {"score": number, "comment": given["text"]})
    return Asked(wish, f"{Verb.ANSWER_SURVEY} {score} {key}")


def _worded(language: str, refused: Refused | RefusedTogether) -> str:
    first = refused.problems[0] if isinstance(refused, RefusedTogether) else refused
    return sentence(language, f"refusal.{first.code}", first.params)
