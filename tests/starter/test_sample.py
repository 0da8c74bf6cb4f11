"""The sample feedback refers only to what the starter pack holds and shows what the demo must show."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from voxloop.domain.feedback import Channel, FeedbackType

STARTER = Path(__file__).parents[2] / "starter"
EARLY = 60


@pytest.fixture(scope="module")
def sample() -> list[dict[str, Any]]:
    lines = (STARTER / "sample" / "feedback.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def company() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((STARTER / "company.yaml").read_text("utf-8"))
    return loaded


def test_enough_real_texts_and_thirty_of_our_own(sample: list[dict[str, Any]]) -> None:
    origins = Counter(row["origin"] for row in sample)
    assert origins["B"] >= 420
    assert origins["written"] == 30
    assert set(origins) == {"B", "written"}


def test_ids_and_texts_are_distinct(sample: list[dict[str, Any]]) -> None:
    assert len({row["id"] for row in sample}) == len({row["text"] for row in sample}) == len(sample)


def test_values_are_words_of_ours(sample: list[dict[str, Any]]) -> None:
    for row in sample:
        assert row["channel"] in list(Channel), row
        assert row.get("scenario", "defect") in list(FeedbackType), row
        assert row["rating"] in range(1, 6), row
        assert row["language"] in ("zh-CN", "en"), row
        assert row["text"].strip() == row["text"] != "", row


def test_products_modules_versions_and_batches_exist(sample: list[dict[str, Any]], company: dict[str, Any]) -> None:
    products = {product["key"]: product for group in company["products"] for product in group["products"]}
    for row in sample:
        product = products[row["product"]]
        assert row.get("module") in {None, *(module["key"] for module in product["modules"])}, row
        assert row.get("version") in {None, *product["versions"]}, row
        assert row.get("batch") in {None, *product["batches"]}, row


def test_customers_exist_and_lend_their_region(sample: list[dict[str, Any]], company: dict[str, Any]) -> None:
    regions = {customer["ref"]: customer["region"] for customer in company["customers"]}
    assert all(regions[row["customer"]] == row["region"] for row in sample)


def test_rating_fits_the_real_label(sample: list[dict[str, Any]]) -> None:
    for row in sample:
        if row["origin"] == "B":
            assert row["rating"] >= 3 if row["label"] else row["rating"] <= 3, row


def test_what_must_be_seen_comes_early(sample: list[dict[str, Any]], company: dict[str, Any]) -> None:
    early = sample[:EARLY]
    levels = {customer["ref"]: customer["level"] for customer in company["customers"]}
    assert Counter(row.get("batch") for row in early)["P3-20261001"] >= 3
    assert any("冒烟" in row["text"] for row in early)
    assert any("报价" in row["text"] for row in early)
    assert any(levels[row["customer"]] != "regular" for row in early)
    assert any(row["language"] == "en" for row in sample)


def test_people_refer_to_teams_and_owners_that_exist(company: dict[str, Any]) -> None:
    members = {member["key"]: member for member in company["members"]}
    teams = {team["key"]: team for team in company["teams"]}
    for team in teams.values():
        assert team["key"] in members[team["lead"]]["teams"]
    for member in members.values():
        assert set(member["teams"]) <= teams.keys()
        assert member["email"].endswith("@example.com")
    for customer in company["customers"]:
        assert customer.get("account_owner") in {None, *members}
        assert ("account_owner" in customer) == (customer["level"] != "regular")
