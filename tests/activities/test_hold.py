"""A held item: a person looks at it before anything else happens, and releases it or calls it spam."""

from collections.abc import AsyncIterator

import pytest

from voxloop.activities.acts import Acts
from voxloop.domain.loop import Act, Plan, Verb
from voxloop.domain.viewer import Role, Viewer
from voxloop.graphql.work import Work, work_of
from voxloop.store import decisions, linked_items, listing
from voxloop.tests.activities.hand import Hand, begin
from voxloop.tests.activities.test_effects import given, happened, messages
from voxloop.tests.rule_sets import published, rule
from voxloop.web.progress import read_progress
from voxloop.worker import Parts

IS_DEFECT = {"fact": "type", "is": "equals", "value": "defect"}
HOLD = {"hold_for_review": True}
EFFECTS = (
    *({"tell": {"to": {"role": "service_manager"}}}, {"cc": {"to": {"role": "director"}}}),
    *({"open": {"system": "qms", "template": "quality_case"}}, {"reward": {"points": 5}}),
)


@pytest.fixture
async def held(parts: Parts) -> AsyncIterator[Hand]:
    """A complaint that is held, with a route and everything else to be done."""
    route = {"route": {"team": "quality", "member": "sun_yi"}}
    rules = [
        rule("odd", HOLD, route, {"set_priority": "high"}, {"add_tag": "odd"}, *EFFECTS),
        rule("defects", {"cc": {"to": {"role": "quality_manager"}}}, when=IS_DEFECT),
    ]
    async with published(parts.means.sessions, *rules):
        yield await begin(parts, "complaint")


async def effects(hand: Hand) -> tuple[int, int, int, int]:
    """How many were told, how many got a copy, what was opened, what was given."""
    async with hand.parts.means.sessions.begin() as session:
        opened = len(await linked_items.of_items(session, [hand.item]))
    told, copied = [len(await messages(hand, purpose)) for purpose in ("notice_rule", "notice_copy")]
    return told, copied, opened, len(await given(hand))


async def release(hand: Hand) -> Plan:
    return await hand.act(Verb.COMPLETE, outcome="released")


async def test_nothing_happens_before_somebody_has_looked(held: Hand) -> None:
    row = await held.row()
    assert (row["step"], row["stage"], row["team"], row["owner"]) == ("hold", "working", "quality", None)
    assert (row["priority"], row["tags"]) == ("high", ["odd"])
    assert (held.plan.kind, held.plan.outcomes) == ("task", ["released", "spam"])
    assert {moment.name.partition(".")[0] for moment in held.plan.moments} == {"first_response", "resolution"}
    assert await effects(held) == (0, 0, 0, 0)


async def test_on_release_everything_is_done_once(held: Hand) -> None:
    await held.act(Verb.ACCEPT, member="sun_yi")
    await release(held)
    row = await held.row()
    assert (row["step"], row["team"], row["owner"]) == ("handle", "quality", "sun_yi")
    assert await effects(held) == (1, 2, 1, 1)
    completed = await happened(held, "completed")
    assert completed["detail"]["copied"] == ["jiang_wen", "liang_bo"]
    assert completed["detail"]["rewarded"] == [{"rule": "odd", "points": 5}]


async def test_a_repeated_release_does_nothing_twice(held: Hand) -> None:
    plan = await held.once(Acts(held.parts.means).perform, Act(Verb.COMPLETE, "member:li_na", "k", outcome="released"))
    assert await held.again() == plan
    assert await effects(held) == (1, 2, 1, 1)


async def test_spam_ends_it_and_nobody_hears_of_it(held: Hand) -> None:
    await held.act(Verb.COMPLETE, outcome="spam")
    row = await held.row()
    assert (row["stage"], row["outcome"]) == ("closed", "spam")
    assert await effects(held) == (0, 0, 0, 0)


async def test_reopened_without_a_release_it_is_held_again(held: Hand) -> None:
    await held.act(Verb.COMPLETE, outcome="spam")
    await held.act(Verb.REOPEN)
    assert (await held.row())["step"] == "hold"
    await release(held)
    assert await effects(held) == (1, 2, 1, 1)
    await held.act(Verb.CANCEL)
    await held.act(Verb.REOPEN)
    assert (await held.row())["step"] == "handle"


async def test_a_corrected_type_stays_held_and_goes_to_its_process_on_release(held: Hand) -> None:
    await held.act(Verb.ACCEPT, member="sun_yi")
    await held.act(Verb.CHANGE_TYPE, type="defect")
    row = await held.row()
    assert (row["step"], row["owner"], row["type"]) == ("hold", "sun_yi", "defect")
    assert await effects(held) == (0, 0, 0, 0)
    await release(held)
    assert (await held.row())["step"] == "repair"
    told, copied, *_ = await effects(held)
    assert (told, copied) == (1, 3)  # also what the rules say of a defect


async def test_a_corrected_priority_stays(held: Hand) -> None:
    await held.act(Verb.CHANGE_PRIORITY, priority="low")
    await release(held)
    assert (await held.row())["priority"] == "low"


async def test_it_can_be_given_to_another_team_and_then_goes_where_it_was_routed(held: Hand) -> None:
    await held.act(Verb.REASSIGN, team="customer_service")
    assert (await held.row())["team"] == "customer_service"
    await release(held)
    assert (await held.row())["team"] == "quality"


async def test_looking_at_it_is_no_work_on_it(held: Hand) -> None:
    await held.act(Verb.ACCEPT, member="sun_yi")
    await release(held)
    await held.act(Verb.CHANGE_TYPE, type="defect")
    assert (await held.row())["step"] == "repair"


async def test_no_occasion_is_looked_at_meanwhile(held: Hand) -> None:
    on_reply = rule("alarm", {"tell": {"to": {"role": "service_manager"}}})
    async with published(held.parts.means.sessions, on_reply, key="replies", on="customer_replied"):
        await held.act(Verb.CUSTOMER_REPLY, {"text": "怎么样了？"})
        assert await effects(held) == (0, 0, 0, 0)
        await release(held)
        await held.act(Verb.CUSTOMER_REPLY, {"text": "怎么样了？"})
    assert (await effects(held))[0] == 2


async def test_without_a_route_the_first_team_of_the_process_looks_at_it(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("odd", HOLD)):
        hand = await begin(parts, "praise")
    assert (await hand.row())["team"] == "customer_service"
    await release(hand)
    assert (await hand.row())["outcome"] == "solved"


async def test_to_hold_goes_before_spam_and_a_release_says_that_it_is_none(parts: Parts) -> None:
    async with published(parts.means.sessions, rule("odd", HOLD, {"mark_spam": True}, {"reward": {"points": 5}})):
        hand = await begin(parts, "complaint")
    assert (await hand.row())["step"] == "hold"
    await release(hand)
    assert (await hand.row())["step"] == "handle"
    assert await given(hand) == [("odd", 5)]


async def test_the_decision_is_kept_as_it_was_made(held: Hand) -> None:
    await release(held)
    async with held.parts.means.sessions.begin() as session:
        [kept] = await decisions.of_items(session, [held.item])
    assert (kept["body"]["hold"], len(kept["body"]["tells"]), kept["lasting"]) == (True, 2, True)


async def test_its_customer_sees_that_somebody_is_at_it(held: Hand) -> None:
    async with held.parts.means.sessions.begin() as session:
        progress = await read_progress(session, await held.row())
    assert progress.item["stage"] == "working"
    assert progress.next(held.now).key == "first_response"
    assert [verb for verb in ("confirm", "customer_reply", "reopen") if progress.may(verb)] == ["customer_reply"]


async def test_it_waits_in_the_queue_of_its_team(held: Hand) -> None:
    viewer = Viewer("t", "sun_yi", Role.HANDLER, "sun_yi", ("quality",))
    async with held.parts.means.sessions.begin() as session:
        assert held.item in await listing.ids(session, viewer, work_of(viewer, Work.TEAM), 100)
