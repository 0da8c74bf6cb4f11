"""Records the histories that the suite replays: `PYTHONPATH=.import python tests/workflows/record_histories.py`.

With names behind it, only those: so a new shape is added and the old ones stay what older code wrote.
Run it after a change of workflow code that is meant to give other commands, and only then: replaying the old histories
is how the suite finds a change that would break loops in flight.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from voxloop import editing, publishing
from voxloop.background import running
from voxloop.domain.documents import Kind
from voxloop.domain.loop import Verb
from voxloop.domain.viewer import Role, Viewer
from voxloop.editing import Edit
from voxloop.embedded import postgres_wheel
from voxloop.reception import Parts
from voxloop.store import documents, schema
from voxloop.store.sessions import open_sessions
from voxloop.tests.workflows.branching import SAFETY, done, published
from voxloop.tests.workflows.house import House, open_skipping_house
from voxloop.tests.workflows.test_quiet_hours import notices_left
from voxloop.tests.workflows.timed import wait_for

HISTORIES = Path(__file__).parent / "histories"
FIXED: dict[str, Any] = {"words": {"fields": {}}, "outcome": "fixed", "fields": ["root_cause"]}


async def untouched_praise(house: House) -> UUID:
    item = await house.settled_item("praise")
    await house.let_pass(timedelta(days=14))
    return item


async def escalated_defect(house: House) -> UUID:
    item = await house.settled_item("defect")
    await house.let_pass(timedelta(hours=49))
    await house.act(item, Verb.ACCEPT, member="wu_hao")
    await house.act(item, Verb.COMPLETE, **FIXED | {"outcome": "needs_release"})
    await house.move_links(item, "done")
    await house.act(item, Verb.REPLY, {"text": "已修复"})
    await house.act(item, Verb.CONFIRM)
    await house.let_pass(timedelta(days=14))
    return item


async def reopened(house: House) -> UUID:
    item = await house.settled_item("defect")
    await house.act(item, Verb.CANCEL, reason="given_up")
    await house.act(item, Verb.REOPEN, {"text": "又坏了"})
    await house.act(item, Verb.COMPLETE, **FIXED | {"outcome": "need_information"})
    await house.let_pass(timedelta(days=4))
    return item


async def continued(house: House) -> UUID:
    item = await house.settled_item("question")
    await house.act(item, Verb.NOTE, {"text": "记一笔"})
    await house.continue_as_new(item)
    await house.act(item, Verb.REPLY, {"text": "答复"})
    await house.let_pass(timedelta(days=30))
    return item


async def waited(house: House) -> UUID:
    item = await house.settled_item("defect")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "哪个型号？"})
    await house.let_pass(timedelta(hours=30))
    await house.act(item, Verb.CUSTOMER_REPLY, {"text": "X5"}, actor="customer:C0010")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    await house.let_pass(timedelta(days=3))
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    await house.act(item, Verb.RESUME)
    await house.act(item, Verb.MARK_SPAM)
    await house.let_pass(timedelta(days=14))
    return item


async def corrected(house: House) -> UUID:
    item = await house.settled_item("complaint")
    await house.act(item, Verb.CHANGE_TYPE, type="defect")
    await house.act(item, Verb.CHANGE_PRIORITY, priority="urgent")
    await house.act(item, Verb.ADD_TAG, {"tag": "批次"})
    await house.act(item, Verb.REMOVE_TAG, {"tag": "批次"})
    await house.act(item, Verb.CHANGE_TYPE, type="praise")
    await house.let_pass(timedelta(days=14))
    return item


async def merged(house: House) -> UUID:
    """Merged into another item that is closed, reopened and closed again; taken out, merged into it once more."""
    item, other = await house.settled_item("defect"), await house.settled_item("defect")
    await house.act(item, Verb.LINK, other=str(other), reason="related")
    await house.act(item, Verb.MERGE, other=str(other))
    for verb in (Verb.CANCEL, Verb.REOPEN, Verb.CANCEL):
        await house.settle()
        await house.act(other, verb, reason="given_up" if verb is Verb.CANCEL else None)
    await house.settle()
    await house.act(item, Verb.UNMERGE)
    await house.settle()
    await house.act(item, Verb.MERGE, other=str(other))
    await house.let_pass(timedelta(days=15))
    return item


async def branched(house: House) -> UUID:
    async with published(house, SAFETY):
        item = await house.settled_item("suggestion")
        await house.let_pass(timedelta(hours=30))
        await house.act(item, Verb.ACCEPT, step="quality", member="wu_hao")
        await house.act(item, Verb.REASSIGN, step="design", team="customer_service", member="li_na")
        await done(house, item, "quality", "unsafe", ["cause"])
        await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="agreed")
        await house.move_links(item, "done", "srm")
        await house.act(item, Verb.CANCEL)
        await house.act(item, Verb.REOPEN)
        await house.act(item, Verb.CANCEL)
        await house.let_pass(timedelta(days=1))
    return item


SHAPES = (untouched_praise, escalated_defect, reopened, continued, waited, corrected, merged, branched)
LOOPS = {each.__name__: each for each in SHAPES}


async def record(house: House, names: Collection[str]) -> None:
    for name, live in LOOPS.items():
        if not names or name in names:
            item = await live(house)
            await write(house, name, f"feedback/{item}")
            if name == "escalated_defect":
                [link] = await house.links(item)
                await write(house, "linked_item", f"link/{link['key']}")
    if not names or "errands" in names:
        draft = await errands(house)
        await write(house, "check", f"check/{draft}")
        await write(house, "publication", f"publication/{draft}")
    if not names or "quiet_target" in names:
        await quiet_night(house)
        await write(house, "quiet_target", "target/builtin")
        await house.settle()
    if not names or "target" in names:
        await write(house, "target", "target/builtin")


async def quiet_night(house: House) -> None:
    """A question comes at night: its customer hears of it at once, its handler in the morning."""
    async with house.sessions.begin() as session:
        standing = await documents.published(session, Kind.ORGANISATION, Kind.ORGANISATION)
        assert standing is not None
        body = standing["body"] | {"quiet_hours": ["22:00-08:00"]}
        await documents.publish(session, Kind.ORGANISATION, Kind.ORGANISATION, body, "recorder")
    await wait_for(house, "tue", "23:00")
    item = await house.hand_in("question")
    await notices_left(house, item, "internal")
    await house.env.sleep(timedelta(hours=9, minutes=1))


async def errands(house: House) -> int:
    """A draft that is checked, and published an hour later."""
    parts, owner = Parts(house.sessions, house.loops, house.relay), Viewer("li_na", "li_na", Role.ADMIN, "li_na")
    async with house.sessions.begin() as session:
        standing = await documents.published(session, Kind.RULE_SET, "intake")
    assert standing is not None
    body = {**standing["body"], "title": {"zh-CN": "受理", "en": "Reception"}}
    async with running(house.relay.run()):
        draft = await editing.create(parts, owner, Kind.RULE_SET, "intake", Edit(body))
        await editing.check(parts, owner, draft["id"])
        await publishing.publish(parts, owner, draft["id"], await house.now() + timedelta(hours=1))
        await house.let_pass(timedelta(hours=2))
    return int(draft["id"])


async def write(house: House, name: str, workflow: str) -> None:
    history = json.loads((await house.history(workflow)).to_json())
    text = json.dumps({"workflow": workflow, **history}, indent=1, sort_keys=True)
    (HISTORIES / f"{name}.json").write_text(text + "\n", "utf-8")
    print(f"{name}: {len(history['events'])} events")


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vox") as folder:
        server = postgres_wheel()(folder)
        sessions = open_sessions(server.get_uri(), size=0)
        await schema.migrate(sessions)
        async with open_skipping_house(server.get_uri(), Path(folder), "recorder") as house:
            await record(house, sys.argv[1:])
        server.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
