"""Attachments: seen by who sees the item, through links that last an hour."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from itsdangerous import TimestampSigner

from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role
from voxloop.tests.web.site import Site, fill, picture

ASKED = "{ feedbacks(first: 1) { nodes { code attachments { id mediaType size url } } } }"


async def attached(site: Site) -> tuple[str, UUID]:
    """The code of an item with a picture, and the picture's id."""
    async with site.visit() as visitor:
        files = [("images", ("a.jpg", picture(), "image/jpeg"))]
        await visitor.post("/f/feedback", data=await fill(visitor, text="With a picture"), files=files)
    row = (await site.rows("form:feedback"))[-1]
    return row["code"], (await site.files(row["id"]))[0]["id"]


async def test_graphql_tells_where_to_fetch_them(site: Site) -> None:
    code, _ = await attached(site)
    async with site.visit(secret=await site.token(Role.MANAGER)) as manager:
        answer = await manager.post("/graphql", json={"query": ASKED})
        [node] = answer.json()["data"]["feedbacks"]["nodes"]
    [file] = node["attachments"]
    assert (node["code"], file["mediaType"]) == (code, "image/jpeg")
    async with site.visit() as anybody:
        fetched = await anybody.get(file["url"])
    assert (fetched.status_code, len(fetched.content)) == (200, file["size"])
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert fetched.headers["content-disposition"].startswith("inline; filename=")


async def test_who_does_not_see_the_item_gets_no_link(site: Site) -> None:
    code, _ = await attached(site)
    async with site.visit(secret=await site.token(Role.INTAKE, "other shop")) as other:
        query = f'{{ feedback(code: "{code}") {{ attachments {{ url }} }} }}'
        assert (await other.post("/graphql", json={"query": query})).json()["data"] == {"feedback": None}


async def test_a_link_ends_after_an_hour(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _, id_ = await attached(site)
    an_hour_ago = int((datetime.now() - timedelta(minutes=61)).timestamp())
    with monkeypatch.context() as earlier:
        earlier.setattr(TimestampSigner, "get_timestamp", lambda self: an_hour_ago)
        url = (await site.links()).attachment(id_)
    async with site.visit() as visitor:
        assert (await visitor.get(url)).status_code == 410


async def test_other_links_lead_nowhere(site: Site) -> None:
    _, id_ = await attached(site)
    links = await site.links()
    async with site.visit() as visitor:
        for url in (f"/a/{links.status_token(id_)}", links.attachment(id_)[:-1], links.attachment(new_id()), "/a/x"):
            assert (await visitor.get(url)).status_code == 404
