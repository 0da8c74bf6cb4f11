"""Whatever is wrong with a request: one typed refusal, in words of the reader's language, and nothing has changed."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from voxloop.store.columns import metadata
from voxloop.store.item_tables import feedback
from voxloop.store.tables import document
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.bad_documents import DOCUMENTS
from voxloop.tests.graphql.bad_input import OTHERS, Bad
from voxloop.tests.graphql.bad_operations import OPERATIONS
from voxloop.tests.graphql.owners import Owners, rules
from voxloop.tests.workflows.house import House, until

ALL = OTHERS | DOCUMENTS | OPERATIONS
MEMBERS = ("zhou_ming", "sun_yi")  # who read what they have chosen, whatever their client asks for
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What was asked is remembered with its words, done or not, so that a key means one thing for ever; a sweep forgets it.
_REMEMBERED = ("request", "content")


@dataclass(frozen=True)
class World:
    """An installation in which nothing happens by itself; its items and documents by ``OPEN``, ``DRAFT`` ..."""

    api: Api
    codes: dict[str, str]

    async def send(self, bad: Bad, language: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.api.secrets[bad.by]}", "Content-Type": "application/json"}
        headers |= {"Accept-Language": language} | {name.title(): value for name, value in bad.headers.items()}
        body = bad.body or json.dumps(self._request(bad)).encode()
        return await self.api.http.request(bad.method, "/graphql", content=body, headers=headers)

    def _request(self, bad: Bad) -> dict[str, Any]:
        given = {name: self.codes.get(str(value), value) for name, value in bad.given.items()}
        if not bad.mutation:
            return {"query": bad.document, "variables": given}
        name = bad.mutation[0].upper() + bad.mutation[1:]
        call = f"done: {bad.mutation}(input: $input) {{ userErrors {{ code field message params }} }}"
        return {"query": f"mutation ($input: {name}Input!) {{ {call} }}", "variables": {"input": given}}

    async def state(self) -> dict[str, Any]:
        """How many rows each table has, at which version each item stands, and when each document last changed."""
        tables = [table for table in metadata.sorted_tables if table.name not in _REMEMBERED]
        counts = [select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables]
        versions = select(func.jsonb_object_agg(feedback.c.code, feedback.c.version)).scalar_subquery()
        changes = select(func.jsonb_object_agg(document.c.id, document.c.changed_at)).scalar_subquery()
        state = select(*counts, versions.label("versions"), changes.label("changes"))
        async with self.api.sessions.connect() as session:
            return dict((await session.execute(state)).mappings().one())


@pytest.fixture(scope="session")
async def world(living: Api, house: House) -> World:
    async def hand_in(key: str, scenario: str, stage: str) -> str:
        given = {"key": key, "text": "Does not start", "channel": "APP", "scenario": scenario}
        code: str = (await living.do("submitFeedback", "web", **given))["feedback"]["code"]

        async def arrived() -> bool:
            await house.relay.carry()
            item = (await living.ask(f'{{ feedback(code: "{code}") {{ stage step {{ step }} }} }}'))["feedback"]
            return bool(item["stage"] == stage and (item["step"] is not None) == (stage == "WORKING"))

        await until(arrived, f"{code} is {stage}")
        return code

    codes = {"OPEN": await hand_in("standing", "defect", "WORKING")}
    codes |= {name: await hand_in(name, "praise", "CLOSED") for name in ("CLOSED", "FINISHED")}
    async with living.sessions.begin() as session:
        finished = update(feedback).where(feedback.c.code == codes["FINISHED"])
        await session.execute(finished.values(finished_at=datetime.now(UTC)))
    done = await living.do("addNote", "manager", id=codes["OPEN"], key="standing", text="words")
    assert done["userErrors"] == []
    await house.settle()
    return World(living, codes | await _documents(living))


async def _documents(api: Api) -> dict[str, str]:
    published = "query ($kind: DocumentKind) { documents(kind: $kind, state: PUBLISHED, first: 1) { nodes { id } } }"
    kinds = {"PUBLISHED": "RULE_SET", "PROCESS": "PROCESS"}
    found = {name: (await api.ask(published, kind=kind))["documents"]["nodes"][0] for name, kind in kinds.items()}
    return {name: node["id"] for name, node in {**found, "DRAFT": await Owners(api).draft(rules("bad"))}.items()}


def refusal(response: httpx.Response) -> tuple[str, tuple[str, ...], str]:
    """Code, place and words of the one refusal in a response."""
    assert response.status_code < 500
    answer = response.json()
    if "errors" in answer:
        assert not any((answer.get("data") or {}).values())
        first = answer["errors"][0]
        argument = first["extensions"].get("argument")
        return first["extensions"]["code"], (argument,) if argument else (), first["message"]
    [error] = answer["data"]["done"]["userErrors"]
    return error["code"], tuple(error["field"] or ()), error["message"]


@pytest.mark.parametrize("bad", [pytest.param(bad, id=name) for name, bad in ALL.items()])
async def test_bad_input_is_refused_in_words_and_changes_nothing(world: World, bad: Bad) -> None:
    before = await world.state()
    english, chinese = [refusal(await world.send(bad, language)) for language in ("en", "zh-CN")]
    assert english[:2] == chinese[:2] == (bad.code, bad.place)
    assert CHINESE.search(chinese[2])
    assert bad.by in MEMBERS or not CHINESE.search(english[2])
    assert await world.state() == before


def test_there_are_enough_kinds() -> None:
    assert len(ALL) >= 40
