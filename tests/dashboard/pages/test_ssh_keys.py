"""Pages of SSH keys: registered, listed, revoked; those of service accounts."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import Token, User
from hosts.gate.sessions import host_key
from tests.cast import Cast
from tests.dashboard.pages.test_tokens import FORM, signed_in
from tests.public_keys import line_of

pytestmark = pytest.mark.each_database("writes rows that are unique")

NEW = "/account/keys/new/"


def form(**given: str) -> dict[str, str]:
    return {**FORM, "name": "laptop", "public_key": line_of(), **given}


def test_a_key_is_registered_listed_and_revoked(cast: Cast, entries: Any) -> None:
    bob = signed_in(cast.bob)
    assert "Register an SSH key" in bob.get(NEW).content.decode()
    assert bob.send(NEW, form()).headers["Location"] == "/account/tokens/"
    key = Token.objects.get()
    assert (key.user, key.is_key, key.read_only) == (cast.bob, True, False)
    page = bob.get("/account/tokens/").content.decode()
    assert "laptop" in page
    assert key.prefix in page
    assert "laptop" not in bob.get("/account/tokens/?q=kind:token").content.decode()
    question = bob.get(f"/account/tokens/{key.pk}/revoke/").content.decode()
    assert "Revoke the SSH key laptop?" in question
    assert bob.send(f"/account/tokens/{key.pk}/revoke/").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert len(entries("key.revoke")) == 1


def test_registering_asks_for_the_password_again(cast: Cast, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    for answer in (bob.get(NEW), bob.send(NEW, form())):
        assert answer.status_code == 302
        assert "/reauthenticate/" in answer["Location"]
    assert not Token.objects.exists()


def test_what_is_wrong_stands_beside_its_field(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    for change, field, words in (
        ({"public_key": line_of("ssh-rsa", key_size=1024)}, "public_key", "3072"),
        ({"public_key": "nonsense"}, "public_key", "key type"),
        ({"name": " "}, "name", "required"),
        ({"expires": "at", "until": "2099-01-01"}, "expires", "within one year at the latest"),
    ):
        errors = bob.send(NEW, form(**change)).context["form"].errors
        assert words in str(errors[field])
    assert not Token.objects.exists()


def test_keys_of_service_accounts(cast: Cast, browser_of: Any) -> None:
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    alice.send("/access/services/", {"name": "ci", "words": "", "role": "member"})
    ci = User.objects.get(kind="service")
    url = f"/access/services/{ci.pk}/key/"
    assert bob.send(url, form()).status_code == 403
    assert alice.send(url, form()).headers["Location"] == "/access/tokens/"
    assert Token.objects.get().user == ci
    assert alice.send(f"/access/services/{cast.bob.pk}/key/", form()).status_code == 404
    assert f"/access/services/{ci.pk}/key/" in alice.get("/access/tokens/").content.decode()


def test_the_page_tells_how_to_reach_the_gate(
    cast: Cast, browser_of: Any, settings: Any, tmp_path: Path
) -> None:
    settings.HAULOUT_KEYS = tmp_path
    bob = browser_of(cast.bob)
    assert "known_hosts" not in bob.get("/account/tokens/").content.decode()
    host_key.make(tmp_path)
    page = bob.get("/account/tokens/", headers={"host": "localhost:8000"}).content.decode()
    assert host_key.fingerprint() in page
    assert f"[localhost]:2222 {host_key.public_line()}" in page
    assert "podman --remote --url ssh://me@localhost:2222/HOST ps" in page
    settings.HAULOUT_GATE_PORT = 0
    page = bob.get("/account/tokens/", headers={"host": "localhost:8000"}).content.decode()
    assert "known_hosts" not in page
    # tests bind a loopback address, where it is plain
    assert "http://localhost:2223/HOST/v1.41/containers/json" in page
    settings.HAULOUT_GATE_HTTP_PORT = 0
    assert "gate-title" not in bob.get("/account/tokens/").content.decode()
