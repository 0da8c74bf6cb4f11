"""Items: accepted once, in states that make sense, seen by those who may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import acceptance, events, feedback, steps
from voxloop.store.item_tables import event, outbox
from voxloop.store.item_tables import feedback as table
from voxloop.store.sessions import Session
from voxloop.store.visibility import visible
from voxloop.tests.items import hand_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADMIN = Viewer("1", "root", Role.ADMIN)


async def test_accepting_writes_item_event_and_command_at_once(session: Session) -> None:
    item = await hand_in(session, NOW, text="坏了", rating=2)
    row = await feedback.get(session, ADMIN, item)
    assert row is not None
    assert (row["version"], row["stage"], row["code"]) == (1, "received", f"FB-{row['number']:06}")
    [first] = await events.of_items(session, [item])
    assert (first["kind"], first["actor_kind"], first["changes"]["rating"]) == ("received", "integration", 2)
    assert {"text", "search_keys", "argument_hash"} & first["changes"].keys() == set()
    command = select(outbox.c.command, outbox.c.payload).where(outbox.c.workflow == f"feedback/{item}")
    assert (await session.execute(command)).all() == [("start_loop", {"code": row["code"]})]


async def test_accepting_again_answers_with_what_stands(session: Session) -> None:
    item = await hand_in(session, NOW, idempotency_key="k1", argument_hash="a")
    values = {"id": new_id(), "source": "test", "idempotency_key": "k1", "argument_hash": "b", "text": "别的"}
    values |= {"language": "zh-CN", "channel": "app", "received_at": NOW, "search_keys": []}
    again = await acceptance.accept(session, values, "integration:test")
    assert (again.created, again.row["id"], again.row["argument_hash"]) == (False, item, "a")
    new_event = select(event).where(event.c.item == values["id"])
    new_command = select(outbox).where(outbox.c.workflow == f"feedback/{values['id']}")
    assert [(await session.execute(rows)).first() for rows in (new_event, new_command)] == [None, None]
    other = await acceptance.accept(session, values | {"source": "other"}, "integration:other")
    assert other.created


@pytest.mark.parametrize(
    "values",
    [
        {"stage": "closed"},
        {"stage": "closed", "outcome": "solved"},
        {"outcome": "solved"},
        {"closed_at": NOW},
        {"finished_at": NOW},
        {"stage": "gone"},
        {"priority": "whatever"},
        {"type": "rant"},
        {"channel": "pigeon"},
        {"rating": 6},
        {"nps": 11},
        {"product": "air_fryer_p3", "product_line": None},
        {"team": "nobody"},
        {"owner": "nobody"},
    ],
    ids=str,
)
async def test_a_wrong_state_is_impossible(session: Session, values: dict[str, Any]) -> None:
    item = await hand_in(session, NOW)
    with pytest.raises(IntegrityError):
        await session.execute(update(table).where(table.c.id == item).values(**values))


async def test_only_the_next_version_is_written(session: Session) -> None:
    item = await hand_in(session, NOW)
    standing = await feedback.lock(session, item)
    happened = events.Event("tested")
    await feedback.advance(session, standing, events.Written(2, NOW, happened, {"priority": "high"}))
    for version, error in ((2, IntegrityError), (4, RuntimeError)):
        with pytest.raises(error):
            async with session.begin_nested():
                await feedback.advance(session, standing, events.Written(version, NOW, happened, {"priority": "low"}))
    row = await feedback.get(session, ADMIN, item)
    assert row is not None
    assert (row["version"], row["priority"]) == (2, "high")


async def test_a_version_has_one_event(session: Session) -> None:
    item = await hand_in(session, NOW)
    again = {"item": item, "version": 1, "at": NOW, "actor_kind": "system", "kind": "x", "round": 1, "changes": {}}
    with pytest.raises(IntegrityError):
        await session.execute(insert(event).values(**again))


async def test_an_item_stands_at_one_step_and_has_one_owner(session: Session) -> None:
    item = await hand_in(session, NOW)
    step = {"step": "repair", "kind": "task", "title": {}, "round": 1, "team": "rd_bugfix", "entered_at": NOW}
    run = await steps.begin(session, item, **step)
    for member in ("wu_hao", "zheng_kai"):
        await steps.assign(session, run, team="rd_bugfix", member=member, reason={}, began_at=NOW)
    assert [row["ended_at"] is None for row in await steps.assignments_of(session, [item])] == [False, True]
    with pytest.raises(IntegrityError):
        await steps.begin(session, item, **step)


class TestVisible:
    """Items: one handed in by ``test`` and with a team, one from elsewhere and with none."""

    @pytest.fixture
    async def items(self, session: Session) -> list[UUID]:
        mine = await hand_in(session, NOW)
        other = await hand_in(session, NOW + timedelta(seconds=1), source="shop")
        await session.execute(update(table).where(table.c.id == mine).values(team="rd_bugfix"))
        run = {"step": "answer", "kind": "reply", "title": {}, "round": 1, "entered_at": NOW}
        begun = await steps.begin(session, other, **run)
        await steps.assign(session, begun, team=None, member="li_na", reason={}, began_at=NOW)
        await steps.release(session, begun, NOW)
        return [mine, other]

    @pytest.mark.parametrize(
        ("viewer", "seen"),
        [
            (ADMIN, [0, 1]),
            (Viewer("2", "m", Role.MANAGER, "chen_jing"), [0, 1]),
            (Viewer("3", "h", Role.HANDLER, "wu_hao", ("rd_bugfix",)), [0]),
            (Viewer("4", "h", Role.HANDLER, "li_na", ("customer_service",)), [1]),
            (Viewer("5", "h", Role.HANDLER, "he_lan", ()), []),
            (Viewer("6", "test", Role.INTAKE), [0]),
            (Viewer("7", "shop", Role.INTAKE), [1]),
            (Viewer("8", "web", Role.INTAKE), []),
        ],
    )
    async def test_everyone_sees_what_is_theirs(
        self, session: Session, items: list[UUID], viewer: Viewer, seen: list[int]
    ) -> None:
        wanted = select(table.c.id).where(table.c.id.in_(items), visible(viewer)).order_by(table.c.received_at)
        assert list((await session.execute(wanted)).scalars()) == [items[place] for place in seen]
        for item in items:
            assert (await feedback.get(session, viewer, item) is not None) == (item in [items[place] for place in seen])


async def test_of_any_number_of_ids_those_of_items_are_known(session: Session) -> None:
    item = str(await hand_in(session, NOW))
    assert await feedback.known(session, [item, *(str(new_id()) for _ in range(33_000))]) == {item}
    assert await feedback.known(session, []) == set()
