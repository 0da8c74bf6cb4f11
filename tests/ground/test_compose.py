"""docker-compose.yml follows the published Compose schema and keeps the promises that a deployment relies on."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

SCHEMA = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text("utf-8"))
    return document


def test_it_follows_the_published_schema(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)] == []


def test_two_api_and_two_worker_containers(compose: dict[str, Any]) -> None:
    assert [compose["services"][name]["deploy"]["replicas"] for name in ("api", "worker")] == [2, 2]
    assert compose["services"]["api"]["ports"] == ["127.0.0.1:8000-8001:8000"], "one host port for each API container"


def test_nobody_waits_for_a_service_that_cannot_say_it_is_ready(compose: dict[str, Any]) -> None:
    services = compose["services"]
    waits = [wait for service in services.values() for wait in service.get("depends_on", {}).items()]
    awaited = {name for name, how in waits if how["condition"] == "service_healthy"}
    assert awaited == {"postgres", "temporal"}
    assert all("test" in services[name]["healthcheck"] for name in awaited)


def test_there_is_no_default_password(compose: dict[str, Any]) -> None:
    variables = [pair for service in compose["services"].values() for pair in service.get("environment", {}).items()]
    secret = [value for name, value in variables if re.search("PASSWORD|PWD|DATABASE_URL", name)]
    assert len(secret) == 5
    assert all(re.search(r"\$\{VOXLOOP_DB_PASSWORD:\?", value) for value in secret)


def test_the_image_does_not_run_as_root_and_says_how_it_is(root: Path) -> None:
    last_stage = (root / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert re.findall(r"^USER (.*)$", last_stage, flags=re.MULTILINE) == ["voxloop"]
    assert "\nHEALTHCHECK " in last_stage
