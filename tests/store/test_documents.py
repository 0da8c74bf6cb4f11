"""Documents: one published version of a key, the others kept; what a loop has pinned never changes."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from voxloop.domain.feedback import FeedbackType
from voxloop.domain.process import handlers
from voxloop.domain.process_reader import read_process
from voxloop.starter.load import load
from voxloop.store import documents, references
from voxloop.store.sessions import Session
from voxloop.store.tables import document

BODY = {"title": {"en": "A"}, "handles": ["praise"]}


async def versions(session: Session, key: str) -> list[tuple[int, str]]:
    wanted = select(document.c.version, document.c.state).where(document.c.key == key).order_by(document.c.version)
    return [(version, state) for version, state in await session.execute(wanted)]


async def test_publishing_supersedes(session: Session) -> None:
    first = await documents.publish(session, "template", "t1", {"a": 1}, "li_na")
    second = await documents.publish(session, "template", "t1", {"a": 2}, "li_na")
    assert await versions(session, "t1") == [(1, "superseded"), (2, "published")]
    published = await documents.published(session, "template", "t1")
    assert published is not None
    assert published["id"] == second != first
    assert (await documents.pinned(session, first))["body"] == {"a": 1}


async def test_the_same_content_is_no_new_version(session: Session) -> None:
    first = await documents.publish(session, "template", "t1", {"a": 1, "b": 2}, "li_na")
    assert await documents.publish(session, "template", "t1", {"b": 2, "a": 1}, "wu_hao") == first
    assert await versions(session, "t1") == [(1, "published")]


async def test_what_was_rolled_back_to_is_a_version_of_its_own(session: Session) -> None:
    ids = [await documents.publish(session, "template", "t1", {"a": value}, "li_na") for value in (1, 2, 1)]
    assert len(set(ids)) == 3
    assert await versions(session, "t1") == [(1, "superseded"), (2, "superseded"), (3, "published")]


async def test_two_published_versions_are_impossible(session: Session) -> None:
    await documents.publish(session, "template", "t1", {"a": 1}, "li_na")
    second = {"kind": "template", "key": "t1", "version": 2, "state": "published", "digest": "-", "author": "x"}
    with pytest.raises(IntegrityError):
        await session.execute(insert(document).values(body={}, published_at=func.now(), **second))


async def test_a_route_names_the_process_and_the_type_finds_it_otherwise(session: Session) -> None:
    for route, type_, key in ((None, "other", "question"), ("complaint", "praise", "complaint")):
        assert (await documents.process_for(session, route, type_))["key"] == key


async def test_a_type_that_no_process_handles_goes_where_all_else_goes(session: Session) -> None:
    standing = await documents.published(session, "process", "praise")
    assert standing is not None
    nothing: list[dict[str, list[str]]] = [{"handles": []}, {}]
    for handles in nothing:
        body = {name: value for name, value in standing["body"].items() if name != "handles"} | handles
        await documents.publish(session, "process", "praise", body, "li_na")
        assert (await documents.process_for(session, None, "praise"))["key"] == "question"


@pytest.mark.parametrize("handles", [[], ["defect", "other"], ["question"]])
async def test_many_are_told_the_process_of_their_type_as_one_is(session: Session, handles: list[str]) -> None:
    standing = await documents.published(session, "process", "complaint")
    assert standing is not None
    await documents.publish(session, "process", "complaint", standing["body"] | {"handles": handles}, "li_na")
    found = handlers(map(read_process, await references.processes(session)))
    assert {type_: process.key for type_, process in found.items()} == {
        type_: (await documents.process_for(session, None, type_))["key"] for type_ in FeedbackType
    }


async def test_loading_the_starter_pack_again_changes_nothing(session: Session) -> None:
    await load(session)
    before = (await session.execute(select(document.c.id, document.c.state).order_by(document.c.id))).all()
    await load(session)
    assert (await session.execute(select(document.c.id, document.c.state).order_by(document.c.id))).all() == before
