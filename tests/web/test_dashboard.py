"""The dashboard's page and files: nothing inline, from elsewhere or stale, and questions that the API answers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from voxloop.domain.texts import LANGUAGES, say, texts
from voxloop.domain.viewer import Role
from voxloop.graphql.schema import schema
from voxloop.tests.web.site import Site
from voxloop.web.rendering import files, static

WEB = Path(__file__).parents[2] / "web"
SCRIPT = (WEB / "static" / "dashboard.js").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_in_the_readers_language(site: Site, language: str) -> None:
    page = await site.visit(language).get("/dashboard")
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page.text
    assert say(language, "dashboard.no_script") in page.text
    other = next(each for each in LANGUAGES if each != language)
    assert (await site.visit(language).get(f"/dashboard?lang={other}")).headers["Content-Language"] == other


async def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(site: Site) -> None:
    page = await site.visit().get("/dashboard")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    executed = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page.text)
    assert [executed, re.findall(r"<style|\sstyle=|\son\w+=", page.text)] == [[], []]
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page.text)
    assert [address for address in addresses if not address.startswith(("/static/", "/dashboard", "#"))] == []


async def test_the_words_for_later_come_with_the_page(site: Site) -> None:
    page = await site.visit("zh-CN").get("/dashboard")
    [words] = re.findall(r'<script type="application/json" id="words">(.*?)</script>', page.text, re.DOTALL)
    used = set(re.findall(r"\bwords\.(\w+)", SCRIPT)) | {"seconds", "minutes", "hours", "days"}
    assert json.loads(words).keys() == used


@pytest.mark.parametrize("name", ["plotly.min.js", "dashboard.js", "dashboard.css", "voxloop.css", "voxloop.svg"])
async def test_a_file_is_kept_for_ever_under_the_address_of_its_content(site: Site, name: str) -> None:
    visitor = site.visit()
    file = await visitor.get(static(name))
    assert file.content == files()[name].path.read_bytes()
    assert "immutable" in file.headers["Cache-Control"]
    assert file.headers["Content-Encoding"] == "gzip"
    plain = await visitor.get(static(name), headers={"Accept-Encoding": "identity"})
    assert (plain.content, "Content-Encoding" in plain.headers) == (file.content, False)
    assert plain.headers["ETag"] != file.headers["ETag"]
    again = await visitor.get(static(name), headers={"If-None-Match": file.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["0000000000000000/voxloop.css", "x/../../settings.py", "x/no"])
async def test_there_is_no_other_file(site: Site, path: str) -> None:
    assert (await site.visit().get(f"/static/{path}")).status_code == 404


async def test_plotly_finds_the_ids_that_keep_it_from_writing_styles(site: Site) -> None:
    page, plotly = (await site.visit().get("/dashboard")).text, files()["plotly.min.js"].body.decode()
    asked = set(re.findall(r'getElementById\("([0-9a-f]{64})"\)', plotly))
    assert asked
    assert [id_ for id_ in asked if f'id="{id_}"' not in page] == []
    assert "no-inline-styles" in plotly
    assert 'id="plotly.js-style-global" class="no-inline-styles"' in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.INTAKE])
async def test_the_api_answers_what_the_page_asks(site: Site, role: Role) -> None:
    secret = await site.token(role, f"dashboard {role}")
    [question] = re.findall(r"const BOARD = `(.*?)`", SCRIPT, re.DOTALL)
    asked = {"query": question, "variables": {"days": 30, "language": "EN"}}
    answer: dict[str, Any] = (await site.visit(secret=secret).post("/graphql", json=asked)).json()
    assert "errors" not in answer
    assert answer["data"]["me"]["role"] == role.name
    assert all(value is not None for value in answer["data"].values())


def test_the_api_can_be_watched_as_the_page_watches_it() -> None:
    [question] = re.findall(r'const WATCH = "(.*?)"', SCRIPT)
    assert validate(schema._schema, parse(question)) == []


def test_every_text_that_templates_name_exists() -> None:
    templates = [path.read_text("utf-8") for path in (WEB / "templates").glob("*.html")]
    named = {key for template in templates for key in re.findall(r"""\bsay\(["']([\w.]+)["']\s*[,)]""", template)}
    assert named
    assert named - texts("en").keys() == set()
