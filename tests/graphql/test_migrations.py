"""Migrations as owners have them over the API: looked at beforehand, begun, stopped, taken back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from voxloop.domain.identity import global_id, new_id
from voxloop.store import documents, feedback
from voxloop.store.operation_tables import migration, migration_item
from voxloop.tests.graphql.api import Answer, Api, statements
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.moving import KEY, LONGER, OLD, WITHOUT_PLAN, publish

PREVIEW = """query ($region: String!, $steps: [StepPairInput!], $version: Int, $after: String) {
  migrationPreview(process: "suggestion", version: $version, steps: $steps, where: {region: {eq: $region}}) {
    version total examined movable earlier later gained lost missed
    groups { fromVersion fromStep toStep count refusalCode message(language: EN) }
    deadlines(first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { code clock step shift missed dueBefore dueAfter feedback { code step { step } } } } } }"""
SHOWN = "id process version state total done refused backOf takenBackBy steps { from to } finishedAt"
ITEMS = (
    "items(state: $state) { totalCount nodes { code state fromVersion fromStep toVersion toStep refusalCode message } }"
)


class Owner:
    """An owner, and the items of one test."""

    def __init__(self, api: Api, house: House) -> None:
        self.api, self.house, self.region = api, house, f"region-{new_id()}"

    async def items(self, count: int) -> list[Any]:
        made = [await self.house.hand_in("suggestion", region=self.region) for _ in range(count)]
        await self.house.settle()
        return made

    async def preview(self, **given: Any) -> Answer:
        found: Answer = (await self.api.ask(PREVIEW, region=self.region, **given))["migrationPreview"]
        return found

    async def do(self, mutation: str, by: str = "admin", **given: Any) -> Answer:
        """The payload of a mutation."""
        name = mutation[0].upper() + mutation[1:]
        asked = f"""mutation ($input: {name}Input!) {{ done: {mutation}(input: $input) {{
          migration {{ {SHOWN} }} userErrors {{ code field }} }} }}"""
        done: Answer = (await self.api.ask(asked, by, input=given))["done"]
        return done

    async def start(self, **given: Any) -> Answer:
        where = {"region": {"eq": self.region}}
        return await self.do("startMigration", process=KEY, where=where, **{"key": str(new_id())} | given)

    async def read(self, id_: str, below: str = "", **given: Any) -> Answer:
        asked = f"query ($id: ID!, $state: RunItemState) {{ migration(id: $id) {{ {SHOWN} {below} }} }}"
        if not below:
            asked = asked.replace(", $state: RunItemState", "")
        found: Answer = (await self.api.ask(asked, id=id_, **given))["migration"]
        return found

    async def ended(self, id_: str) -> Answer:
        async def has_ended() -> bool:
            return (await self.read(id_))["finishedAt"] is not None

        await until(has_ended, "ended")
        return await self.read(id_)


@pytest.fixture
async def owner(owners: Owners, workshop: House) -> AsyncIterator[Owner]:
    async with workshop.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    await publish(workshop.sessions, OLD)
    yield Owner(owners.api, workshop)
    await workshop.settle()
    await workshop.clean()
    await publish(workshop.sessions, standing["body"])


async def test_a_preview_tells_who_goes_where_and_what_moves(owner: Owner) -> None:
    await owner.items(3)
    before = await owner.preview()
    assert (before["total"], before["groups"]) == (0, [])
    await publish(owner.house.sessions, LONGER)
    found = await owner.preview()
    version = found["version"]
    assert [found[name] for name in ("total", "examined", "movable")] == [3, 3, 3]
    assert found["groups"] == [
        {
            "fromVersion": version - 1,
            "fromStep": "review",
            "toStep": "review",
            "count": 3,
            "refusalCode": None,
            "message": None,
        }
    ]
    assert [found[name] for name in ("earlier", "later", "gained", "lost", "missed")] == [0, 3, 0, 0, 0]
    page = found["deadlines"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    for node in page["nodes"]:
        assert (node["clock"], node["step"], node["shift"]) == ("FINISH", "review", "LATER")
        assert instant(node["dueAfter"]) - instant(node["dueBefore"]) == timedelta(hours=24)
        assert node["feedback"] == {"code": node["code"], "step": {"step": "review"}}
    rest = (await owner.preview(after=page["pageInfo"]["endCursor"]))["deadlines"]
    assert len({node["code"] for node in page["nodes"] + rest["nodes"]}) == 3


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_preview_says_what_cannot_go_and_how_it_can(owner: Owner) -> None:
    [item] = await owner.items(1)
    await owner.api.do("completeStep", id=global_id("Feedback", item), outcome="good", key="k")
    await publish(owner.house.sessions, WITHOUT_PLAN)
    found = await owner.preview()
    [group] = found["groups"]
    assert (found["movable"], group["refusalCode"]) == (0, "STEP_MISSING")
    assert group["message"] == "The other version has no step “plan”: name one that stands in for it."
    found = await owner.preview(steps=[{"from": "plan", "to": "answer"}])
    assert (found["movable"], found["groups"][0]["toStep"]) == (1, "answer")


async def fewest(owner: Owner, ask: Callable[[], Awaitable[Answer]]) -> int:
    """How many statements an answer takes: relay and worker may send some of theirs at the same time."""
    counts = []
    for _ in range(5):
        with statements(owner.house.sessions) as sent:
            await ask()
        counts.append(len(sent))
    return min(counts)


async def test_a_preview_takes_as_many_statements_for_many_items_as_for_one(owner: Owner) -> None:
    counts = []
    for more in (1, 4):
        await owner.items(more)
        await publish(owner.house.sessions, LONGER)
        counts.append(await fewest(owner, owner.preview))
        await publish(owner.house.sessions, OLD)
    assert counts[0] == counts[1]


async def test_a_migration_is_followed_to_its_end_and_taken_back(owner: Owner) -> None:
    items = await owner.items(3)
    await publish(owner.house.sessions, LONGER)
    begun = (await owner.start(limit=2))["migration"]
    ended = await owner.ended(begun["id"])
    assert [ended[name] for name in ("state", "total", "done", "refused")] == ["DONE", 2, 2, 0]
    below = (await owner.read(begun["id"], ITEMS, state="DONE"))["items"]
    assert below["totalCount"] == 2
    for node in below["nodes"]:
        assert (node["fromStep"], node["toStep"], node["refusalCode"]) == ("review", "review", None)
    back = (await owner.do("undoMigration", id=begun["id"], key=str(new_id())))["migration"]
    assert (await owner.ended(back["id"]))["backOf"] == begun["id"]
    assert (await owner.read(begun["id"]))["takenBackBy"] == back["id"]
    asked = "query ($id: ID!) { node(id: $id) { ... on Feedback { process { version } timeline { kind sentence } } } }"
    for item, moves in zip(items, (2, 2, 0), strict=True):
        told = (await owner.api.ask(asked, id=global_id("Feedback", item)))["node"]
        sentences = [event["sentence"] for event in told["timeline"] if event["kind"] == "migrated"]
        old, new = ended["version"] - 1, ended["version"]
        assert sentences == [
            f"admin took it from version {was} to version {now} of its process; step: “Review”."
            for was, now in [(old, new), (new, old)][:moves]
        ]


async def test_the_migrations_of_a_process_are_listed_the_newest_first(owner: Owner) -> None:
    await owner.items(1)
    await publish(owner.house.sessions, LONGER)
    begun = (await owner.start())["migration"]
    await owner.ended(begun["id"])
    asked = 'query { migrations(process: "suggestion", first: 1) { totalCount nodes { id state } } }'
    found = (await owner.api.ask(asked))["migrations"]
    assert found["nodes"] == [{"id": begun["id"], "state": "DONE"}]
    asked = "query ($id: ID!) { node(id: $id) { id ... on Migration { total } } }"
    assert (await owner.api.ask(asked, id=begun["id"]))["node"] == {"id": begun["id"], "total": 1}


async def test_one_that_is_stopped_leaves_the_rest_where_it_is(owner: Owner) -> None:
    items = await owner.items(2)
    new = await publish(owner.house.sessions, LONGER)
    id_ = new_id()
    async with owner.house.sessions.begin() as session:  # no errand hears of it
        rows = [(await feedback.lock(session, item)) for item in items]
        run = {"id": id_, "process": new, "total": 2, "author": "member:li_na"}
        await session.execute(insert(migration).values(run))
        kept = [
            {"migration": id_, "position": n, "item": row["id"], "before": row["process"], "after": new}
            for n, row in enumerate(rows)
        ]
        await session.execute(insert(migration_item), kept)
    stopping = await owner.do("cancelMigration", id=global_id("Migration", id_))
    assert stopping["migration"]["state"] == "CANCELLING"
    early = await owner.do("undoMigration", id=global_id("Migration", id_), key="k")
    assert early["userErrors"] == [{"code": "GOES_ON", "field": ["id"]}]
    await owner.house.loops.run_errand(f"migration/{id_}")
    ended = await owner.ended(global_id("Migration", id_))
    assert (ended["state"], ended["done"]) == ("CANCELLED", 0)
    again = await owner.do("cancelMigration", id=global_id("Migration", id_))
    assert again["userErrors"] == [{"code": "HAS_ENDED", "field": None}]
    assert [(await owner.house.row(item))["process"] for item in items] == [row["process"] for row in rows]


async def test_handlers_move_nothing_and_look_at_nothing(owner: Owner) -> None:
    done = await owner.do("startMigration", by="sun_yi", process=KEY, key="k")
    assert done["userErrors"] == [{"code": "FORBIDDEN", "field": None}]
    assert await owner.api.fail('query { migrationPreview(process: "suggestion") { total } }', "sun_yi") == "FORBIDDEN"
    assert await owner.api.fail('query { migrations(process: "suggestion") { totalCount } }', "sun_yi") == "FORBIDDEN"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"version": 999}, {"code": "NO_PROCESS", "field": ["version"]}),
        ({"key": " "}, {"code": "REQUIRED", "field": ["key"]}),
        ({"limit": 10_001}, {"code": "OUT_OF_RANGE", "field": ["limit"]}),
    ],
)
async def test_what_cannot_begin_is_refused(owner: Owner, given: Answer, error: Answer) -> None:
    assert (await owner.start(**given))["userErrors"] == [error]


async def test_clocks_say_what_they_said_then_and_what_they_would_say_now(owner: Owner) -> None:
    [item] = await owner.items(1)
    asked = """query ($id: ID!) { node(id: $id) { ... on Feedback { clocks { name dueAt
      verdicts { then { dueAt breachedAt } now { dueAt breachedAt processVersion } } } } } }"""

    async def finish() -> Answer:
        clocks = (await owner.api.ask(asked, id=global_id("Feedback", item)))["node"]["clocks"]
        found: Answer = next(clock for clock in clocks if clock["name"] == "FINISH")
        return found

    same = await finish()
    assert same["verdicts"]["then"]["dueAt"] == same["verdicts"]["now"]["dueAt"] == same["dueAt"]
    await publish(owner.house.sessions, LONGER)
    other = await finish()
    assert other["dueAt"] == other["verdicts"]["then"]["dueAt"] == same["dueAt"]
    now = other["verdicts"]["now"]
    assert instant(now["dueAt"]) - instant(same["dueAt"]) == timedelta(hours=24)
    assert now["processVersion"] == same["verdicts"]["now"]["processVersion"] + 1


async def test_verdicts_of_many_clocks_take_as_many_statements_as_of_one(owner: Owner) -> None:
    asked = """query ($region: String!) { feedbacks(where: {region: {eq: $region}}) { nodes { clocks {
      verdicts { now { dueAt } } } } } }"""
    counts = []
    for more in (1, 4):
        await owner.items(more)
        counts.append(await fewest(owner, lambda: owner.api.ask(asked, region=owner.region)))
    assert counts[0] == counts[1]
