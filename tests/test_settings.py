"""Settings that decide what strangers reach: a wrong one stops the process and says what to do."""

import pytest

from voxloop.domain.texts import LANGUAGES, say
from voxloop.settings import Obstacle, read_settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_links_begin_with_the_public_url_else_with_the_servers_own_address() -> None:
    assert read_settings({"VOXLOOP_PORT": "8123"}).address == "http://127.0.0.1:8123"
    assert (
        read_settings({"VOXLOOP_PUBLIC_URL": "https://feedback.example.com/"}).address == "https://feedback.example.com"
    )


@pytest.mark.parametrize(
    "url", ["feedback.example.com", "ftp://example.com", "https://example.com/path", "https://a@b", "https://"]
)
def test_what_is_no_public_url_is_refused_in_words(url: str) -> None:
    with pytest.raises(Obstacle) as obstacle:
        read_settings({"VOXLOOP_PUBLIC_URL": url})
    for language in LANGUAGES:
        assert url.rstrip("/") in say(language, f"obstacle.{obstacle.value.key}", **obstacle.value.params)


def test_several_secrets_let_hooks_in() -> None:
    assert read_settings({"VOXLOOP_HOOK_SECRET": f"{SECRET} {SECRET}"}).hook_secrets == (SECRET, SECRET)
    assert read_settings({}).hook_secrets == ()


@pytest.mark.parametrize("secret", ["hunter2", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", SECRET.removeprefix("whsec_")])
def test_a_secret_that_protects_nothing_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(Obstacle) as obstacle:
        read_settings({"VOXLOOP_HOOK_SECRET": secret})
    for language in LANGUAGES:
        said = say(language, f"obstacle.{obstacle.value.key}", **obstacle.value.params)
        assert "VOXLOOP_HOOK_SECRET" in said
        assert secret == "whsec_" or secret not in said
