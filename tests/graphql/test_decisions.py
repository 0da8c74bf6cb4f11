"""What rules decided, what people put right, and what customers were given, as it is read."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select, update

from voxloop.domain.decision import Decision, Explanation, Nearest, Open, Overruled, Reward, Route, Tell
from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role, Viewer
from voxloop.graphql.decisions import decision
from voxloop.store import corrections, decisions, documents, rewards
from voxloop.store.item_tables import event, feedback
from voxloop.store.sessions import Session
from voxloop.tests.graphql.api import Api, statements
from voxloop.tests.items import hand_in

AT, AS_SHOWN = datetime(2026, 10, 1, 9, tzinfo=UTC), "2026-10-01T09:00:00Z"
EXPLANATION = Explanation(
    facts={"rating": 1},
    fired=("low",),
    overruled=(Overruled("later", "set_priority", "low", "low"),),
    nearest=Nearest("vip", {"fact": "customer_level", "is": "equals", "value": "vip"}),
    engine="reference",
    because={"set_priority": "low", "route.team": "low"},
)
DECISION = Decision(
    type=None,
    priority="high",
    route=Route(process="complaint", team="quality"),
    tags=("bad",),
    tells=(Tell({"role": "director"}, ("sms",)), Tell("team_lead", copy=True)),
    opens=(Open("qms", "quality_case"),),
    hold=True,
    spam=False,
    explanation=EXPLANATION,
    rewards=(("low", Reward(30, "thanks_reward")),),
)
WHOLE = """fragment whole on Decision {
  ruleSet version type priority tags route { process team member } tells { to key via } copies { to key via }
  opens { system template } rewards { rule points template } hold spam fired because { action rule }
  overruled { rule by } nearest { rule failed } engine facts }"""
READ = """query ($region: String!) { feedbacks(where: {region: {eq: $region}}) { nodes {
  decision { ...whole } decisions { ruleSet fired }
  corrections { field automatic corrected rule actor at } rewards { points rule at } } } } """
ACCURACY = """query ($ruleSet: String!, $version: Int, $since: DateTime) {
  ruleAccuracy(ruleSet: $ruleSet, version: $version, since: $since) { version rule field decided corrected right } }"""


async def decided_item(session: Session, region: str, by: int, later: int) -> UUID:
    """An item with a decision, one for an occasion, a correction and a reward; handed in by ``web``."""
    item = await hand_in(session, AT, region=region, source="web", idempotency_key=str(new_id()), rule_set=by)
    empty = Decision(None, None, Route(), (), (), (), False, False, EXPLANATION)
    for version, rule_set, made in ((4, by, DECISION), (6, later, empty)):
        place = {"item": item, "version": version, "rule_set": rule_set, "at": AT}
        await decisions.keep(session, **place, body=asdict(made))
    right = {"field": "priority", "automatic": "high", "corrected": "normal", "rule": "low", "decision": 4}
    await corrections.keep(session, item=item, version=7, **right, rule_set=by, actor="member:li_na", at=AT)
    customer = (await session.execute(select(feedback.c.customer).where(feedback.c.id == item))).scalar_one()
    given = {"key": f"vox-{item}", "version": 4, "customer": customer, "points": 30, "rule": "low"}
    await rewards.give(session, item=item, at=AT, **given)
    return item


@pytest.fixture(scope="session")
async def deciding(still: Api) -> Api:
    """Items that two rule sets decided about: one in region ``decided``, twenty in ``decided_many``."""
    async with still.sessions.begin() as session:
        bodies = {"accurate": "received", "accurate_late": "customer_replied"}
        sets = [
            await documents.publish(session, "rule_set", key, {"key": key, "on": on, "rules": []}, "test")
            for key, on in bodies.items()
        ]
        for region in ("decided", *["decided_many"] * 20):
            await decided_item(session, region, *sets)
    return still


async def read(api: Api, region: str, by: str = "admin") -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await api.ask(READ + WHOLE, by, region=region))["feedbacks"]["nodes"]
    return nodes


async def test_a_decision_is_shown_with_all_that_it_says(deciding: Api) -> None:
    [item] = await read(deciding, "decided")
    assert item["decision"] == {
        "ruleSet": "accurate",
        "version": 1,
        "type": None,
        "priority": "HIGH",
        "tags": ["bad"],
        "route": {"process": "complaint", "team": "quality", "member": None},
        "tells": [{"to": "ROLE", "key": "director", "via": ["sms"]}],
        "copies": [{"to": "TEAM_LEAD", "key": None, "via": []}],
        "opens": [{"system": "QMS", "template": "quality_case"}],
        "rewards": [{"rule": "low", "points": 30, "template": "thanks_reward"}],
        "hold": True,
        "spam": False,
        "fired": ["low"],
        "because": [{"action": "route.team", "rule": "low"}, {"action": "set_priority", "rule": "low"}],
        "overruled": [{"rule": "later", "by": "low"}],
        "nearest": {"rule": "vip", "failed": {"fact": "customer_level", "is": "equals", "value": "vip"}},
        "engine": "reference",
        "facts": {"rating": 1},
    }


async def test_a_decision_on_an_occasion_stands_beside_it(deciding: Api) -> None:
    [item] = await read(deciding, "decided")
    assert [each["ruleSet"] for each in item["decisions"]] == ["accurate", "accurate_late"]


@pytest.mark.parametrize(("role", "shown"), [(Role.HANDLER, {"rating"}), (Role.MANAGER, {"rating", "customer_value"})])
def test_what_a_customer_is_worth_is_for_managers(role: Role, shown: set[str]) -> None:
    known = replace(EXPLANATION, facts={"rating": 1, "customer_value": 90_000.0})
    kept: Any = {"rule_set_key": "intake", "rule_set_version": 1, "at": AT}
    kept["body"] = asdict(replace(DECISION, explanation=known))
    assert {*cast(Any, decision(kept, Viewer("t", "t", role)).facts)} == shown


async def test_what_was_put_right_and_given(deciding: Api) -> None:
    [item] = await read(deciding, "decided")
    by = {"rule": "low", "actor": "member:li_na", "at": AS_SHOWN}
    assert item["corrections"] == [{"field": "PRIORITY", "automatic": "high", "corrected": "normal", **by}]
    assert item["rewards"] == [{"points": 30, "rule": "low", "at": AS_SHOWN}]


async def test_the_customer_sees_what_she_was_given_and_no_more(deciding: Api) -> None:
    [item] = await read(deciding, "decided", by="web")
    assert item == {
        "decision": None,
        "decisions": [],
        "corrections": [],
        "rewards": [{"points": 30, "rule": None, "at": AS_SHOWN}],
    }


async def test_twenty_items_take_as_many_statements_as_one(deciding: Api) -> None:
    counts = []
    for region in ("decided", "decided_many"):
        with statements(deciding.sessions) as sent:
            items = await read(deciding, region)
        assert all(item["decision"] and item["corrections"] and item["rewards"] for item in items)
        counts.append(len(sent))
    assert counts[0] == counts[1]


async def test_a_decision_of_an_earlier_voxloop_is_shown(still: Api) -> None:
    body = asdict(DECISION)
    del body["rewards"], body["explanation"]["because"]
    for told in body["tells"]:
        del told["copy"]
    async with still.sessions.begin() as session:
        rule_set = await documents.publish(session, "rule_set", "old", {"key": "old", "rules": []}, "test")
        item = await hand_in(session, AT, region="old", rule_set=rule_set)
        await decisions.keep(session, item=item, version=4, rule_set=rule_set, at=AT, body=body)
    [shown] = await read(still, "old")
    decision = shown["decision"]
    assert (len(decision["tells"]), decision["copies"], decision["rewards"], decision["because"]) == (2, [], [], [])


async def test_how_right_the_rules_are(deciding: Api) -> None:
    found = await deciding.ask(ACCURACY, "manager", ruleSet="accurate", since=AT.isoformat())
    rows = {(row["rule"], row["field"]): row for row in found["ruleAccuracy"]}
    priority = rows["low", "PRIORITY"]
    assert (priority["version"], priority["decided"], priority["corrected"], priority["right"]) == (1, 21, 21, 0.0)
    assert rows["low", "TEAM"]["right"] == 1.0
    assert rows[None, "TYPE"]["decided"] == 21
    later = (AT + timedelta(days=1)).isoformat()
    assert await deciding.ask(ACCURACY, ruleSet="accurate", since=later) == {"ruleAccuracy": []}
    assert await deciding.ask(ACCURACY, ruleSet="accurate", version=2) == {"ruleAccuracy": []}


@pytest.mark.parametrize("by", ["li_na", "web"])
async def test_only_managers_and_admins_know_how_right_the_rules_are(deciding: Api, by: str) -> None:
    assert await deciding.fail(ACCURACY, by, ruleSet="accurate") == "FORBIDDEN"


async def test_a_rule_set_that_nobody_can_read(still: Api) -> None:
    assert await still.fail(ACCURACY, ruleSet="a\u0000") == "BAD_USER_INPUT"


TIMELINE = """query ($region: String!, $language: Language) { feedbacks(where: {region: {eq: $region}}) { nodes {
  timeline { kind detail sentence(language: $language) } } } }"""
BESIDES = {
    "rule_set": "replies",
    "fired": ["again"],
    "copied": ["li_na", "gone"],
    "rewarded": [{"rule": "again", "points": 20}, {"rule": "more", "points": 5}],
    "ignored": ["route", "mark_spam"],
}


@pytest.fixture(scope="session")
async def told(still: Api) -> Api:
    """An item in region ``told`` about which its customer wrote again, and rules decided."""
    async with still.sessions.begin() as session:
        item = await hand_in(session, AT, region="told", source="web", idempotency_key=str(new_id()))
        values = {"kind": "customer_replied", "actor_kind": "customer", "actor": "web", "detail": BESIDES}
        await session.execute(update(event).where(event.c.item == item).values(**values))
    return still


async def sentence(api: Api, by: str, language: str) -> tuple[str, dict[str, Any]]:
    page = await api.ask(TIMELINE, by, region="told", language=language)
    [[happened]] = [node["timeline"] for node in page["feedbacks"]["nodes"]]
    return happened["sentence"], happened["detail"]


async def test_the_timeline_says_what_rules_did_besides(told: Api) -> None:
    assert await sentence(told, "admin", "EN") == (
        "The customer wrote again. The rules decided; those that fired: again. A copy went to: Li Na, gone."
        " The customer got 25 points."
        " The rules also wanted what is not done at this time: another route, to mark it as spam.",
        BESIDES,
    )
    assert (await sentence(told, "admin", "ZH_CN"))[0] == (
        "客户又发来了消息。规则已判定，命中：again。已抄送：李娜、gone。客户获得 25 积分。"
        "规则还要求以下动作，此时不再执行：改派、标记为垃圾信息。"
    )


async def test_the_customers_timeline_leaves_that_out(told: Api) -> None:
    assert await sentence(told, "web", "EN") == ("The customer wrote again.", {})


async def test_a_customers_timeline_without_details_reads_none(told: Api) -> None:
    document = '{ feedbacks(where: {region: {eq: "told"}}) { nodes { timeline { kind } } } }'
    page = await told.ask(document, "web")
    assert page["feedbacks"]["nodes"] == [{"timeline": [{"kind": "customer_replied"}]}]
