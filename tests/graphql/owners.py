"""Owners at work over the API: what they say about documents, and the small documents that tests say it about."""

from copy import deepcopy
from typing import Any

from voxloop.tests.graphql.api import Answer, Api

DOCUMENT = "id kind key version state revision checked approvedBy problems { path code warning message }"
RULES: dict[str, Any] = {
    "key": "trial",
    "title": {"zh-CN": "试验", "en": "Trial"},
    "rules": [
        {
            "key": "low",
            "title": {"zh-CN": "低分", "en": "Low rating"},
            "when": {"fact": "rating", "is": "less", "value": 3},
            "then": [{"set_priority": "high"}, {"add_tag": "low"}],
        },
        {
            "key": "app",
            "title": {"zh-CN": "来自应用", "en": "From the app"},
            "when": {"fact": "channel", "is": "equals", "value": "app"},
            "then": [{"add_tag": "app"}],
        },
    ],
}


def rules(key: str, **less_than: int) -> dict[str, Any]:
    """The rule set under another key; ``low=2`` sets the bound of the rule of that key."""
    body = deepcopy(RULES) | {"key": key}
    for name, bound in less_than.items():
        rule(body, name)["when"]["value"] = bound
    return body


def rule(body: dict[str, Any], key: str) -> dict[str, Any]:
    """A rule of a rule set, to be changed."""
    return next(rule for rule in body["rules"] if rule["key"] == key)


class Owners:
    """What owners do; each answer is the payload of a mutation."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def do(self, mutation: str, by: str = "manager", select: str = DOCUMENT, **given: Any) -> Answer:
        """A mutation on a document."""
        name = mutation[0].upper() + mutation[1:]
        document = f"""mutation ($input: {name}Input!) {{ done: {mutation}(input: $input) {{
          document {{ {select} }} conflict userErrors {{ code field message params }} }} }}"""
        done: Answer = (await self.api.ask(document, by, input=given))["done"]
        return done

    async def must(self, mutation: str, by: str = "manager", select: str = DOCUMENT, **given: Any) -> Answer:
        """The document after a mutation that must succeed."""
        done = await self.do(mutation, by, select, **given)
        assert done["userErrors"] == []
        document: Answer = done["document"]
        return document

    async def refused(self, mutation: str, by: str = "manager", **given: Any) -> list[tuple[str, list[str] | None]]:
        """Codes and fields of the refusals of a mutation."""
        done = await self.do(mutation, by, **given)
        return [(error["code"], error["field"]) for error in done["userErrors"]]

    async def draft(self, body: dict[str, Any], by: str = "manager", kind: str = "RULE_SET") -> Answer:
        """A new draft of a document under its own key."""
        return await self.must("createDraft", by, kind=kind, key=body["key"], body=body)

    async def checked(self, body: dict[str, Any], by: str = "manager") -> Answer:
        """A draft that may be published."""
        draft = await self.draft(body, by)
        checked = await self.must("checkDraft", by, id=draft["id"])
        wrong = [problem for problem in checked["problems"] if not problem["warning"]]
        assert (checked["state"], wrong) == ("CHECKED", [])
        return checked

    async def published(self, body: dict[str, Any], by: str = "manager") -> Answer:
        """A published version."""
        checked = await self.checked(body, by)
        published = await self.must("publishDraft", by, id=checked["id"])
        assert published["state"] == "PUBLISHED"
        return published

    async def changed(self, id_: str, body: dict[str, Any], by: str = "manager", revision: int = 1) -> Answer:
        """A draft with another content."""
        return await self.must("saveDraft", by, id=id_, revision=revision, body=body)

    async def read(self, id_: str, select: str, by: str = "manager") -> Answer:
        """A document."""
        asked = await self.api.ask(f"query ($id: ID!) {{ document(id: $id) {{ {select} }} }}", by, id=id_)
        document: Answer = asked["document"]
        return document
