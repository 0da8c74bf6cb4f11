"""Documents as their owners change them: from the draft to the published version, and what happens between people."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voxloop.domain.identity import global_id
from voxloop.domain.rule_reader import read_rule_set
from voxloop.rules.sentences import sentence
from voxloop.tests.graphql.owners import Owners, rule, rules

LIST = """query ($kind: DocumentKind, $key: String, $state: DocumentState, $first: Int, $after: String) {
  documents(kind: $kind, key: $key, state: $state, first: $first, after: $after) {
    nodes { id key version state title } pageInfo { hasNextPage endCursor } totalCount } }"""
DIFF = """query ($from: ID!, $to: ID!, $language: Language) { diffDocuments(from: $from, to: $to) {
  equal differences(language: $language) from { version } to { version } } }"""


async def listed(owners: Owners, by: str = "manager", **variables: Any) -> Any:
    return (await owners.api.ask(LIST, by, **variables))["documents"]


async def test_from_a_draft_to_the_next_version(owners: Owners) -> None:
    first = await owners.published(rules("life"))
    draft = await owners.must("createDraft", kind="RULE_SET", key="life")
    assert (draft["state"], draft["version"], draft["checked"]) == ("DRAFT", None, False)
    await owners.changed(draft["id"], rules("life", low=2))
    checked = await owners.must("checkDraft", id=draft["id"])
    assert (checked["state"], checked["revision"], checked["checked"]) == ("CHECKED", 2, True)
    published = await owners.must("publishDraft", id=draft["id"])
    assert (published["state"], published["version"]) == ("PUBLISHED", 2)
    assert (await owners.read(first["id"], "state version")) == {"state": "SUPERSEDED", "version": 1}
    assert await owners.refused("saveDraft", id=draft["id"], revision=2, body=rules("life")) == [
        ("NOT_EDITABLE", ["id"])
    ]


async def test_the_same_draft_again_is_the_same(owners: Owners) -> None:
    assert (await owners.draft(rules("again")))["id"] == (await owners.draft(rules("again")))["id"]


async def test_what_is_wrong_is_said_in_the_readers_language(owners: Owners) -> None:
    body = rules("wrong")
    rule(body, "app")["when"]["value"] = "pigeon"
    draft = await owners.draft(body)
    checked = await owners.must("checkDraft", id=draft["id"])
    [problem] = checked["problems"]
    assert (checked["state"], problem["path"], problem["warning"]) == ("DRAFT", "rules[1].when.value", False)
    assert "pigeon" in problem["message"]
    chinese = await owners.read(draft["id"], "problems { message(language: ZH_CN) }")
    assert chinese["problems"][0]["message"].startswith("“channel”")
    assert await owners.refused("publishDraft", id=draft["id"]) == [("NOT_CHECKED", None)]


async def test_a_draft_that_is_no_rule_set_has_no_rules(owners: Owners) -> None:
    draft = await owners.must("createDraft", kind="RULE_SET", key="odd", body={"rules": 5, "title": {"en": 1}})
    assert await owners.read(draft["id"], "title rules { key } differences") == {
        "title": None,
        "rules": None,
        "differences": ["rules: new: 5", "title: new: en: 1"],
    }


@pytest.mark.parametrize(("language", "code"), [("EN", "en"), ("ZH_CN", "zh-CN")])
async def test_rules_are_sentences(owners: Owners, language: str, code: str) -> None:
    draft = await owners.draft(rules("said"))
    texts = f"title(language: {language}) sentence(language: {language})"
    read = await owners.read(draft["id"], f"rules(first: 1) {{ key when then stop {texts} }}")
    [written, _], [first, _] = rules("said")["rules"], read_rule_set(rules("said")).rules
    shown = {"title": written["title"][code], "sentence": sentence(first, code), "stop": False}
    assert read["rules"] == [shown | {name: written[name] for name in ("key", "when", "then")}]


async def test_rules_are_never_clipped_in_silence(owners: Owners) -> None:
    draft = await owners.draft(rules("clipped"))
    assert len((await owners.read(draft["id"], "rules { key }"))["rules"]) == 2
    for first in (-1, 2001):
        asked = f"query ($id: ID!) {{ document(id: $id) {{ rules(first: {first}) {{ key }} }} }}"
        assert await owners.api.fail(asked, id=draft["id"]) == "BAD_USER_INPUT"


async def test_two_people_edit_the_same_draft(owners: Owners) -> None:
    await owners.published(rules("shared"))
    draft = await owners.must("createDraft", kind="RULE_SET", key="shared")
    theirs, mine = rules("shared", low=2), rules("shared")
    rule(mine, "app")["then"] = [{"add_tag": "mobile"}]
    await owners.changed(draft["id"], theirs, by="admin")
    late = await owners.do("saveDraft", id=draft["id"], revision=1, body=mine, select="revision body")
    assert [(error["code"], error["field"]) for error in late["userErrors"]] == [("CHANGED_MEANWHILE", ["revision"])]
    assert late["document"] == {"revision": 2, "body": theirs}
    before, *after = late["conflict"]
    assert before.startswith("Changed meanwhile: ")
    assert "low" in before
    assert all(told.startswith("Yours differs: ") for told in after)
    assert len(after) == 3
    assert await owners.read(draft["id"], "body") == {"body": theirs}
    rule(mine, "low")["when"]["value"] = 2
    assert (await owners.changed(draft["id"], mine, revision=2))["revision"] == 3


async def test_of_two_who_save_at_the_same_time_one_hears_of_the_other(owners: Owners) -> None:
    draft = await owners.draft(rules("together"))
    wishes = [
        owners.do("saveDraft", by, id=draft["id"], revision=1, body=rules("together", low=low))
        for by, low in (("manager", 2), ("admin", 4))
    ]
    both = await asyncio.gather(*wishes)
    codes = sorted([error["code"] for error in done["userErrors"]] for done in both)
    assert codes == [[], ["CHANGED_MEANWHILE"]]
    assert {done["document"]["revision"] for done in both} == {2}


async def test_what_was_published_meanwhile_is_told(owners: Owners) -> None:
    await owners.published(rules("raced"))
    slow = await owners.must("createDraft", kind="RULE_SET", key="raced")
    await owners.changed(slow["id"], rules("raced", low=2))
    await owners.must("checkDraft", id=slow["id"])
    await owners.published(rules("raced", low=4), by="admin")
    late = await owners.do("publishDraft", id=slow["id"], select="state revision")
    assert [error["code"] for error in late["userErrors"]] == ["PUBLISHED_MEANWHILE"]
    assert late["document"] == {"state": "CHECKED", "revision": 2}
    [told] = late["conflict"]
    assert told.startswith("Published meanwhile: ")
    rebased = {"id": slow["id"], "revision": 2, "body": rules("raced", low=2), "rebase": True}
    await owners.must("saveDraft", **rebased)
    await owners.must("checkDraft", id=slow["id"])
    assert (await owners.must("publishDraft", id=slow["id"]))["version"] == 3


async def test_a_second_person_approves_what_she_has_seen(owners: Owners) -> None:
    checked = await owners.checked(rules("approved"))
    assert await owners.refused("approveDraft", id=checked["id"], revision=1) == [("OWN_WORK", None)]
    stale = await owners.do("approveDraft", "admin", id=checked["id"], revision=7, select="revision")
    assert (stale["userErrors"][0]["code"], stale["document"]) == ("CHANGED_MEANWHILE", {"revision": 1})
    approved = await owners.must("approveDraft", "admin", id=checked["id"], revision=1)
    assert approved["approvedBy"] == "integration:admin"
    edited = await owners.changed(checked["id"], rules("approved", low=2))
    assert (edited["approvedBy"], edited["checked"]) == (None, False)


async def test_what_the_organisation_wants_approved_is_not_published_without(owners: Owners) -> None:
    read = await owners.api.ask("{ documents(kind: ORGANISATION, state: PUBLISHED) { nodes { body } } }")
    [standing] = read["documents"]["nodes"]
    key = {"kind": "ORGANISATION", "key": "organisation"}
    draft = await owners.must("createDraft", **key, body=standing["body"] | {"approval": ["template"]})
    await owners.must("checkDraft", id=draft["id"])
    await owners.must("publishDraft", id=draft["id"])
    words = {part: {"zh-CN": "谢谢", "en": "Thanks"} for part in ("subject", "body")}
    thanks = await owners.must("createDraft", kind="TEMPLATE", key="thanks", body=words)
    await owners.must("checkDraft", id=thanks["id"])
    assert await owners.refused("publishDraft", id=thanks["id"]) == [("NOT_APPROVED", None)]
    await owners.must("approveDraft", "admin", id=thanks["id"], revision=1)
    assert (await owners.must("publishDraft", id=thanks["id"]))["state"] == "PUBLISHED"


async def test_what_is_scheduled_can_be_kept_back(owners: Owners) -> None:
    checked = await owners.checked(rules("later"))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    scheduled = await owners.must(
        "publishDraft", id=checked["id"], effectiveAt=tomorrow.isoformat(), select="state effectiveAt"
    )
    assert scheduled == {"state": "SCHEDULED", "effectiveAt": tomorrow.isoformat().replace("+00:00", "Z")}
    back = await owners.must("unscheduleDraft", id=checked["id"], select="state effectiveAt")
    assert back == {"state": "CHECKED", "effectiveAt": None}
    assert (await owners.must("discardDraft", id=checked["id"]))["state"] == "DISCARDED"


async def test_an_earlier_version_is_published_again(owners: Owners) -> None:
    first = await owners.published(rules("back"))
    await owners.published(rules("back", low=2))
    again = await owners.must("rollBack", id=first["id"], select="version state digest")
    assert again == {"version": 3, "state": "PUBLISHED", **await owners.read(first["id"], "digest")}
    assert await owners.refused("rollBack", id=first["id"]) == [("UNCHANGED", None)]


async def test_differences_are_told_against_the_base_and_between_versions(owners: Owners) -> None:
    first = await owners.published(rules("told"))
    second = await owners.published(rules("told", low=2))
    against = await owners.read(second["id"], "base { id version } differences(language: EN)")
    assert against["base"] == {"id": first["id"], "version": 1}
    ids = {"from": first["id"], "to": second["id"]}
    diff = (await owners.api.ask(DIFF, **ids, language="EN"))["diffDocuments"]
    assert diff == {
        "equal": False,
        "differences": against["differences"],
        "from": {"version": 1},
        "to": {"version": 2},
    }
    chinese = (await owners.api.ask(DIFF, **ids, language="ZH_CN"))["diffDocuments"]["differences"]
    assert len(chinese) == len(against["differences"]) == 1
    same = (await owners.api.ask(DIFF, **{"from": first["id"], "to": first["id"]}))["diffDocuments"]
    assert (same["equal"], same["differences"]) == (True, [])
    process = (await listed(owners, kind="PROCESS", first=1))["nodes"][0]["id"]
    assert await owners.api.fail(DIFF, **{"from": first["id"], "to": process}) == "BAD_USER_INPUT"


async def test_lists_are_filtered_paged_and_titled(owners: Owners) -> None:
    await owners.published(rules("paged"))
    await owners.published(rules("paged", low=2))
    draft = await owners.must("createDraft", kind="RULE_SET", key="paged")
    every = await listed(owners, key="paged")
    assert [node["state"] for node in every["nodes"]] == ["DRAFT", "PUBLISHED", "SUPERSEDED"]
    assert {node["title"] for node in every["nodes"]} == {"Trial"}
    first = await listed(owners, key="paged", first=1)
    assert (first["nodes"][0]["id"], first["totalCount"]) == (draft["id"], 3)
    rest = await listed(owners, key="paged", after=first["pageInfo"]["endCursor"])
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (2, False)
    assert [node["version"] for node in (await listed(owners, key="paged", state="PUBLISHED"))["nodes"]] == [2]


async def test_handlers_read_what_was_published_and_intake_tokens_nothing(owners: Owners) -> None:
    published = await owners.published(rules("seen"))
    draft = await owners.must("createDraft", kind="RULE_SET", key="seen")
    node = "query ($id: ID!) { node(id: $id) { id } document(id: $id) { id } }"
    for by, id_, seen in (
        ("manager", draft["id"], True),
        ("li_na", published["id"], True),
        ("li_na", draft["id"], False),
        ("web", published["id"], False),
    ):
        found = {"id": id_} if seen else None
        assert await owners.api.ask(node, by, id=id_) == {"node": found, "document": found}
    states = {each["state"] for each in (await listed(owners, "li_na", first=100))["nodes"]}
    assert states <= {"PUBLISHED", "SUPERSEDED"}
    assert (await listed(owners, "web"))["totalCount"] == 0
    for by in ("li_na", "web"):
        assert await owners.refused("createDraft", by, kind="RULE_SET", key="seen") == [("FORBIDDEN", None)]
        assert await owners.refused("discardDraft", by, id=draft["id"]) == [("FORBIDDEN", None)]


async def test_a_document_that_does_not_exist_is_none(owners: Owners) -> None:
    for number in (10**6, 10**17):
        asked = await owners.api.ask(
            "query ($id: ID!) { document(id: $id) { id } node(id: $id) { id } }", id=global_id("Document", number)
        )
        assert asked == {"document": None, "node": None}
