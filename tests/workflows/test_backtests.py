"""A draft is tried on the past: what would differ is listed and summed, and nothing else happens."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from voxloop import editing, studying
from voxloop.background import running
from voxloop.domain.documents import Kind
from voxloop.domain.identity import new_id
from voxloop.domain.operations import RunState
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.viewer import Role, Viewer
from voxloop.editing import Edit
from voxloop.reception import Parts
from voxloop.store import backtests, documents
from voxloop.store.columns import metadata
from voxloop.store.listing import Comparison, Where
from voxloop.store.sessions import Row
from voxloop.store.slices import Slice
from voxloop.store.tables import document
from voxloop.tests.rule_sets import rule
from voxloop.tests.workflows.house import House, until

OWNER = Viewer("li_na", "li_na", Role.ADMIN, "li_na")
LOW = {"fact": "rating", "is": "less", "value": 3}


@dataclass(frozen=True)
class Past:
    """A checked draft, and the regions of the items that a test has handed in for it."""

    draft: Row
    near: str
    far: str

    @property
    def where(self) -> Where:
        return Where((Comparison("scenario", "eq", "complaint"), Comparison("region", "in", (self.near, self.far))))


def rules(far: str) -> list[dict[str, Any]]:
    """A new priority, another team for one region, and a count that nobody counted then."""
    by_app = {"fact": "channel", "is": "equals", "value": "app"}
    return [
        rule("first", {"set_priority": "urgent"}, when={"all": [LOW, by_app]}),
        rule("elsewhere", {"route": {"team": "quality"}}, when={"fact": "region", "is": "equals", "value": far}),
        rule("often", {"add_tag": "often"}, when={"fact": "customer_count_7d", "is": "at_least", "value": 1}),
    ]


@pytest.fixture
async def parts(real_house: House) -> AsyncIterator[Parts]:
    async with running(real_house.relay.run()):
        yield Parts(real_house.sessions, real_house.loops, real_house.relay)
        await real_house.settle()  # a command that is given up half carried is nobody's for 30 s


@pytest.fixture
async def past(parts: Parts, real_house: House) -> AsyncIterator[Past]:
    """A draft beside the tests' rules, and thirteen items."""
    near, far = str(new_id()), str(new_id())
    for number in range(12):
        where = {"region": far if number % 3 == 0 else near, "channel": "app" if number % 2 else "web"}
        await real_house.hand_in("complaint", rating=1 + number % 4, **where)
    await real_house.hand_in("praise", region=near)
    await real_house.settle()
    standing = await published(parts)
    body = {**standing, "rules": [*rules(far), *standing["rules"]]}
    row = await editing.create(parts, OWNER, Kind.RULE_SET, "intake", Edit(body))
    yield Past(await editing.check(parts, OWNER, row["id"]), near, far)
    await editing.discard(parts, OWNER, row["id"])


async def published(parts: Parts) -> dict[str, Any]:
    async with parts.sessions.begin() as session:
        found = await documents.published(session, Kind.RULE_SET, "intake")
    assert found is not None
    body: dict[str, Any] = found["body"]
    return body


async def tried(parts: Parts, past: Past, *also: Where) -> Row:
    """The backtest of a draft, once it has ended."""
    now = datetime.now(UTC)
    study = await studying.backtest(
        parts, OWNER, past.draft["id"], (now - timedelta(days=1), now), Where((), (past.where, *also))
    )

    async def read() -> Row:
        async with parts.sessions.begin() as session:
            found = await backtests.get(session, study["id"])
        assert found is not None
        return found

    async def has_ended() -> bool:
        return (await read())["finished_at"] is not None

    await until(has_ended, "ended")
    return await read()


async def listed(parts: Parts, study: UUID) -> Sequence[Row]:
    async with parts.sessions.begin() as session:
        return await backtests.differences(session, study, Slice(100))


async def test_the_sums_equal_the_list_and_each_difference_names_its_rule(
    parts: Parts, past: Past, real_house: House
) -> None:
    study = await tried(parts, past)
    assert (study["state"], study["total"], study["done"], study["skipped"]) == (RunState.DONE, 12, 12, 0)
    found = await listed(parts, study["id"])
    changes = [change for each in found for change in each["changes"]]
    assert study["changed"] == len(found) == 12  # all have a tag more
    assert study["sums"]["fields"] == dict(Counter(change["field"] for change in changes))
    assert {change["field"]: change["rule"] for change in changes} == {
        "priority": "first",
        "team": "elsewhere",
        "tags": "often",
    }
    teams = Counter((change["before"], change["after"]) for change in changes if change["field"] == "team")
    before, after = Counter(study["sums"]["before"]), Counter(study["sums"]["after"])
    assert teams == {("customer_service", "quality"): 4}
    assert (before["customer_service"], after["customer_service"], after["quality"]) == (12, 8, 4)
    low = [item for item in real_house.items if await is_low_by_app(real_house, item)]
    assert {change["item"] for change in found if "priority" in fields(change)} == set(low)


async def is_low_by_app(house: House, item: UUID) -> bool:
    row = await house.row(item)
    return bool(row["scenario"] == "complaint" and row["channel"] == "app" and row["rating"] < 3)


def fields(row: Row) -> set[str]:
    return {change["field"] for change in row["changes"]}


async def test_again_it_gives_the_same_digest(parts: Parts, past: Past) -> None:
    one, other = await tried(parts, past), await tried(parts, past)
    assert one["digest"] == other["digest"] != ""
    assert [row["changes"] for row in await listed(parts, one["id"])] == [
        row["changes"] for row in await listed(parts, other["id"])
    ]


async def test_nothing_is_written_but_the_result(parts: Parts, past: Past) -> None:
    before = await contents(parts)
    await tried(parts, past)
    after = await contents(parts)
    assert {table for table in after if after[table] != before[table]} == {"backtest", "backtest_difference"}


async def contents(parts: Parts) -> dict[str, str]:
    """What each table holds, as one digest; the outbox empties itself."""
    found = {}
    async with parts.sessions.begin() as session:
        for name in sorted(metadata.tables.keys() - {"outbox"}):
            rows = select(func.md5(func.string_agg(text(f'"{name}"::text'), text(f"E'\\n' ORDER BY \"{name}\"::text"))))
            found[name] = str((await session.execute(rows.select_from(metadata.tables[name]))).scalar_one())
    return found


async def test_a_filter_that_was_saved_lets_the_same_items_through(parts: Parts, past: Past) -> None:
    study = await tried(
        parts, past, Where((), (), (Where((Comparison("rating", "gte", 4),)), Where((Comparison("rating", "eq", 1),))))
    )
    assert study["total"] == study["done"] == 6


async def test_one_that_is_cancelled_stops_and_says_so(parts: Parts, past: Past) -> None:
    now = datetime.now(UTC)
    async with parts.sessions.begin() as session:  # no errand hears of it
        study = await backtests.begin(
            session,
            id=new_id(),
            draft=past.draft["id"],
            revision=past.draft["revision"],
            standing=past.draft["base"],
            bodies={"standing": past.draft["body"], "tried": past.draft["body"]},
            since=now - timedelta(days=1),
            until=now,
            author="member:li_na",
        )
    await studying.cancel_backtest(parts, OWNER, study["id"])
    await parts.loops.run_errand(f"backtest/{study['id']}")

    async def is_cancelled() -> bool:
        async with parts.sessions.begin() as session:
            found = await backtests.get(session, study["id"])
        return found is not None and found["state"] == RunState.CANCELLED

    await until(is_cancelled, "cancelled")
    with pytest.raises(Refused) as refused:
        await studying.cancel_backtest(parts, OWNER, study["id"])
    assert refused.value.code is RefusalCode.HAS_ENDED


async def test_a_draft_must_be_checked_first(parts: Parts, past: Past) -> None:
    row = await editing.save(parts, OWNER, past.draft["id"], past.draft["revision"], Edit(past.draft["body"]))
    with pytest.raises(Refused) as refused:
        await studying.backtest(parts, OWNER, row["id"], (None, None), Where())
    assert refused.value.code is RefusalCode.NOT_CHECKED


async def test_a_draft_in_which_something_is_wrong_is_not_tried(parts: Parts, past: Past) -> None:
    unreadable = Edit({**past.draft["body"], "rules": 5})
    row = await editing.save(parts, OWNER, past.draft["id"], past.draft["revision"], unreadable)
    await editing.check(parts, OWNER, row["id"])
    with pytest.raises(Refused) as refused:
        await studying.backtest(parts, OWNER, row["id"], (None, None), Where())
    assert refused.value.code is RefusalCode.NOT_CHECKED


async def test_a_set_that_decides_later_has_no_past_to_be_tried_on(parts: Parts) -> None:
    async with parts.sessions.begin() as session:
        await documents.publish(session, "rule_set", "again", {"key": "again", "on": "reopened", "rules": []}, "test")
    row = await editing.create(parts, OWNER, Kind.RULE_SET, "again", Edit())
    await editing.check(parts, OWNER, row["id"])
    with pytest.raises(Refused) as refused:
        await studying.backtest(parts, OWNER, row["id"], (None, None), Where())
    assert refused.value.code is RefusalCode.NOT_ON_RECEPTION
    async with parts.sessions.begin() as session:
        await session.execute(
            update(document)
            .where(document.c.kind == "rule_set", document.c.key == "again")
            .values(state="superseded")
            .where(document.c.state == "published")
        )


async def test_what_was_made_up_is_decided(parts: Parts, past: Past) -> None:
    row = await studying.simulate(
        parts, OWNER, past.draft["id"], {"rating": 1, "channel": "app", "text": "太差了，退款"}
    )
    result = row["result"]
    assert result["problems"] == []
    assert result["decision"]["priority"] == "urgent"
    assert result["decision"]["explanation"]["fired"][0] == "first"
    assert {"type", "language", "sentiment_strength"} <= result["facts"].keys()
