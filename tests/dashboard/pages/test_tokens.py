"""Pages of tokens: create, see once, revoke; all tokens with `people.manage`."""

import re
from typing import Any

import pytest

from accounts import tokens
from accounts.models import Token, User
from tests.cast import PASSWORD, Browser, Cast
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("writes rows that are unique")

FORM = {"name": "deploy", "expires": "30", "reach": "all", "where": "everywhere"}
SECRET = re.compile(r"haulout_[0-9A-Za-z]{46}")


def signed_in(user: Any) -> Browser:
    browser = Browser()
    assert browser.sign_in(user.email).status_code == 302
    # a token outlives the session, so its maker is asked for the password once more
    browser.send("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def test_a_token_is_seen_once(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    answer = bob.send("/account/tokens/new/", FORM)
    [secret] = set(SECRET.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    token = tokens.find_by_secret(secret)
    assert token is not None
    assert token.user == cast.bob
    listed = bob.get("/account/tokens/").content.decode()
    assert "deploy" in listed
    assert token.prefix in listed
    assert not SECRET.search(listed)
    assert bob.send(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.why_dead(tokens.find_by_secret(secret)) == "revoked"  # type: ignore[arg-type]


def test_making_asks_for_the_password_again(cast: Cast, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    for answer in (bob.get("/account/tokens/new/"), bob.send("/account/tokens/new/", FORM)):
        assert answer.status_code == 302
        assert "/reauthenticate/" in answer["Location"]


def test_what_is_wrong_stands_beside_its_field(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    for change, words in (
        ({"expires": "at", "until": ""}, "Enter a date"),
        ({"expires": "at", "until": "2099-01-01"}, "within one year at the latest"),
        ({"reach": "verbs"}, "Tick what the token may be used for"),
        ({"where": "some"}, "Choose a group or a host"),
        ({"reach": "verbs", "verbs": ["access.edit"]}, "access.edit"),
    ):
        answer = bob.send("/account/tokens/new/", {**FORM, **change})
        assert words in answer.content.decode(), change
    assert not Token.objects.exists()


def test_only_what_one_sees_is_offered(fleet: Fleet) -> None:
    erin = signed_in(fleet.erin)
    page = erin.get("/account/tokens/new/").content.decode()
    assert "web1" not in page
    given = {**FORM, "where": "some", "hosts": [str(fleet.web1.pk)]}
    assert not SECRET.search(erin.send("/account/tokens/new/", given).content.decode())
    fleet.grant("viewer", group=fleet.prod)
    [_secret] = set(SECRET.findall(erin.send("/account/tokens/new/", given).content.decode()))
    given = {**FORM, "name": "b", "where": "some", "hosts": [str(fleet.web2.pk)]}
    assert not SECRET.search(erin.send("/account/tokens/new/", given).content.decode())


def test_who_manages_people_sees_and_revokes_all(cast: Cast, browser_of: Any) -> None:
    signed_in(cast.bob).send("/account/tokens/new/", FORM)
    token = Token.objects.get()
    bob, alice = browser_of(cast.bob), signed_in(cast.alice)
    assert bob.get("/access/tokens/").status_code == 403
    assert bob.send(f"/access/tokens/{token.pk}/revoke/").status_code == 403
    assert browser_of(cast.charlie).send(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert "deploy" in alice.get("/access/tokens/").content.decode()
    made = alice.send("/access/services/", {"name": "ci", "words": "The CI", "role": "member"})
    assert made.status_code == 302
    service = User.objects.get(kind="service")
    assert alice.get(f"/people/{service.pk}/").status_code == 200
    answer = alice.send(f"/access/services/{service.pk}/token/", FORM)
    assert SECRET.search(answer.content.decode())
    assert bob.send(f"/access/services/{service.pk}/token/", FORM).status_code == 403
    assert alice.send(f"/access/services/{cast.bob.pk}/token/", FORM).status_code == 404
    assert alice.send(f"/people/{service.pk}/reset/").status_code == 404
    alice.send(f"/access/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_by == "Alice"


def test_a_token_that_ends_soon_is_marked(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    bob.send("/account/tokens/new/", {**FORM, "expires": "7"})
    assert "soon" in bob.get("/account/tokens/").content.decode()
