"""The pages behind one-time links."""

from typing import Any

import pytest

from accounts import actions
from accounts.invitations import first_admin_link
from accounts.models import Role, User
from tests import make
from tests.cast import PASSWORD, Browser, Cast

NEW = "a whole new secret of mine"
JOIN = {"name": "Erin", "password": NEW, "again": NEW}


@pytest.fixture
def invitation(cast: Cast, who_of: Any) -> str:
    role = Role.objects.get(name="operator")
    return actions.invite(cast.alice, who_of(cast.alice), email="erin@example.org", role=role)


@pytest.mark.django_db
def test_the_first_administrator_is_signed_in_and_sent_to_the_first_host(
    keys: None, entries: Any
) -> None:
    path = first_admin_link()
    assert path
    browser = Browser(REMOTE_ADDR="192.0.2.4")
    page = browser.get(path)
    assert page.headers["Cache-Control"].count("no-store") == 1
    answer = browser.send(path, {**JOIN, "email": "Erin@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/hosts/add/")
    assert browser.get("/people/").status_code == 200
    [made], [came] = entries("people.first_admin"), entries("signin.ok")
    assert (made.who_name, made.address) == ("Erin", "192.0.2.4")
    assert came.who_name == "Erin"
    assert Browser().get(path).status_code == 410


@pytest.mark.django_db
def test_where_hosts_are_already_the_first_administrator_sees_them(keys: None) -> None:
    make.host("web1")
    path = first_admin_link()
    assert path
    answer = Browser().send(path, {**JOIN, "email": "erin@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.django_db
def test_problems_stand_beside_their_fields_and_nobody_is_made(keys: None) -> None:
    path = first_admin_link()
    assert path
    browser = Browser()
    browser.get(path)
    form = {"name": "Erin", "email": "erin", "password": NEW, "again": "something else"}
    answer = browser.send(path, form)
    assert set(answer.context["form"].errors) == {"email", "again"}
    assert 'id="id_email_error"' in answer.content.decode()
    short = {"name": "Erin", "email": "erin@example.org", "password": "erin", "again": "erin"}
    answer = browser.send(path, short)
    assert set(answer.context["form"].errors) == {"password"}
    assert not User.objects.exists()


def test_an_invited_person_joins_and_is_in(invitation: str, entries: Any) -> None:
    browser = Browser()
    page = browser.get(invitation).content.decode()
    assert "erin@example.org" in page
    assert "Alice" in page
    assert browser.send(invitation, JOIN).headers["Location"] == "/"
    assert browser.get("/account/").status_code == 200
    assert [entry.detail for entry in entries("people.accept")] == ["invited by Alice"]


def test_an_invitation_without_a_csrf_token_does_nothing(invitation: str) -> None:
    browser = Browser()
    browser.get(invitation)
    assert browser.post(invitation, JOIN).status_code == 403
    assert not User.objects.filter(email="erin@example.org").exists()


def test_a_reset_ends_the_sessions_and_asks_to_sign_in(cast: Cast, who_of: Any) -> None:
    before = Browser()
    before.sign_in("bob@example.org")
    path = actions.make_reset_link(cast.alice, who_of(cast.alice), user=cast.bob)
    browser = Browser()
    browser.get(path)
    answer = browser.send(path, {"password": NEW, "again": NEW})
    assert answer.headers["Location"] == "/account/login/"
    assert before.get("/account/").status_code == 302
    assert Browser().sign_in("bob@example.org", PASSWORD).status_code == 200
    assert Browser().sign_in("bob@example.org", NEW).status_code == 302


def test_a_password_like_ones_name_is_refused_at_a_reset(cast: Cast, who_of: Any) -> None:
    path = actions.make_reset_link(cast.alice, who_of(cast.alice), user=cast.bob)
    browser = Browser()
    browser.get(path)
    answer = browser.send(path, {"password": "bob@example.org", "again": "bob@example.org"})
    assert set(answer.context["form"].errors) == {"password"}


@pytest.mark.parametrize("door", ["welcome", "invite", "reset"])
def test_a_dead_link_says_what_to_do(cast: Cast, door: str) -> None:
    answer = Browser().get(f"/{door}/never-made/")
    assert answer.status_code == 410
    assert "Ask an administrator for a new one" in answer.content.decode()


def test_guessing_links_is_limited_per_address(cast: Cast) -> None:
    browser = Browser(REMOTE_ADDR="192.0.2.77")
    seen = [browser.get(f"/invite/guess-{number}/").status_code for number in range(21)]
    assert seen == [410] * 20 + [429]
    assert Browser(REMOTE_ADDR="192.0.2.78").get("/invite/guess/").status_code == 410
