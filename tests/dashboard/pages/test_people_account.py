"""One's own account: name, password, sessions."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Token, User
from accounts.sessions import handle_of
from accounts.tokens import in_force
from dashboard.session_age import BEGAN, SEEN
from tests.cast import PASSWORD, Browser, Cast

NEW = "a whole new secret of mine"


def signed_in(email: str) -> Browser:
    browser = Browser()
    browser.sign_in(email)
    return browser


def test_ones_name(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    assert browser.send("/account/", {"name": "Charles"}).status_code == 302
    assert User.objects.get(pk=cast.charlie.pk).name == "Charles"
    assert "name" in browser.send("/account/", {"name": " "}).context["form"].errors


def test_a_new_password_ends_all_other_sessions(cast: Cast, entries: Any) -> None:
    here, there = signed_in("charlie@example.org"), signed_in("charlie@example.org")
    bob = signed_in("bob@example.org")
    key = there.cookies[settings.SESSION_COOKIE_NAME].value
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = here.send("/account/password/", form)
    assert answer.headers["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    assert there.get("/account/").status_code == 302
    assert bob.get("/account/").status_code == 200
    assert [entry.who_name for entry in entries("people.password")] == ["Charlie"]


@pytest.mark.parametrize("name", ["Admin", "root at the console", "Eve\u202eadA"])
def test_a_name_that_is_read_as_anothers_is_refused(cast: Cast, name: str) -> None:
    browser = signed_in("charlie@example.org")
    assert "name" in browser.send("/account/", {"name": name}).context["form"].errors
    assert User.objects.get(pk=cast.charlie.pk).name == "Charlie"


def test_a_new_password_says_that_tokens_stay_and_offers_to_revoke_them(
    cast: Cast, entries: Any
) -> None:
    def token(name: str) -> Token:
        ends = timezone.now() + timedelta(days=1)
        return Token.objects.create(
            user=cast.charlie, name=name, prefix=name, digest=name * 8, expires_at=ends
        )

    browser = signed_in("charlie@example.org")
    assert "revoke_tokens" not in browser.get("/account/password/").content.decode()
    one, two = token("one"), token("two")
    page = browser.get("/account/password/").content.decode()
    assert "Revoke all of my 2 API tokens and SSH keys too" in page
    assert "/account/tokens/" in page
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    browser.send("/account/password/", form)
    assert Token.objects.filter(in_force(), user=cast.charlie).count() == 2
    again = {"oldpassword": NEW, "password1": NEW + "er", "password2": NEW + "er"}
    browser.send("/account/password/", {**again, "revoke_tokens": "on"})
    assert Token.objects.filter(in_force(), user=cast.charlie).count() == 0
    assert {entry.who_name for entry in entries("token.revoke")} == {"Charlie"}
    assert {one.pk, two.pk} == set(Token.objects.values_list("pk", flat=True))


def test_a_new_password_needs_the_old_one(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    form = {"oldpassword": "not the one", "password1": NEW, "password2": NEW}
    answer = browser.send("/account/password/", form)
    assert set(answer.context["form"].errors) == {"oldpassword"}
    assert User.objects.get(pk=cast.charlie.pk).check_password(PASSWORD)


def test_a_new_password_has_to_be_a_good_one(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    answer = browser.send("/account/password/", form)
    assert set(answer.context["form"].errors) == {"password1"}


def test_a_used_session_moves_its_idle_end_on(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    session = browser.session
    session[SEEN] = int(time.time()) - 3600
    session.set_expiry(60)
    session.save()
    before = Session.objects.get(pk=key).expire_date
    browser.get("/account/")
    moved = Session.objects.get(pk=key).expire_date - before
    assert moved.total_seconds() > settings.SESSION_COOKIE_AGE - 300


def test_a_session_ends_at_the_latest_after_a_week(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    session = browser.session
    session[BEGAN] = int(time.time()) - settings.HAULOUT_SESSION_END_S - 1
    session.save()
    key = session.session_key
    assert browser.get("/account/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_the_idle_end_never_passes_the_absolute_one(cast: Cast) -> None:
    browser = signed_in("charlie@example.org")
    session = browser.session
    session[BEGAN] = int(time.time()) - settings.HAULOUT_SESSION_END_S + 600
    session[SEEN] = 0
    session.save()
    browser.get("/account/")
    assert Session.objects.get(pk=session.session_key).get_decoded()["_session_expiry"] <= 600


def test_all_others_are_ended_at_once(cast: Cast, entries: Any) -> None:
    here, *others = (signed_in("charlie@example.org") for _unused in range(3))
    bob = signed_in("bob@example.org")
    assert "End all other sessions" in here.get("/account/").content.decode()
    here.send("/account/sessions/end/")
    assert [one.get("/account/").status_code for one in (here, bob, *others)] == [
        200,
        200,
        302,
        302,
    ]
    assert "End all other sessions" not in here.get("/account/").content.decode()
    here.send("/account/sessions/end/")
    assert [entry.detail for entry in entries("signin.out")] == ["all other sessions: 2"]


def test_the_ends_are_settings(cast: Cast, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE, settings.HAULOUT_SESSION_END_S = 3600, 2 * 86_400
    page = signed_in("charlie@example.org").get("/account/").content.decode()
    assert "A session ends after 1 hour without use, and after 2 days at the latest." in page


def test_ones_own_sessions_are_shown_and_ended(cast: Cast, entries: Any) -> None:
    here, there = (
        Browser(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"),
        Browser(),
    )
    bob = signed_in("bob@example.org")
    here.sign_in("charlie@example.org")
    there.sign_in("charlie@example.org", REMOTE_ADDR="198.51.100.7")
    keys = [one.cookies[settings.SESSION_COOKIE_NAME].value for one in (here, there, bob)]
    answer = here.get("/account/")
    page = answer.content.decode()
    own, other = answer.context["sessions"]
    assert (own.own, own.browser, other.own, other.address) == (
        True,
        "Firefox on Linux",
        False,
        "198.51.100.7",
    )
    assert page.count(">End this session<") == 1
    assert not any(key in page for key in keys)

    # another's session is none of mine, whatever its handle
    here.send("/account/sessions/end/", {"session": handle_of(keys[2])})
    assert bob.get("/account/").status_code == 200
    here.send("/account/sessions/end/", {"session": other.handle})
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert [entry.detail for entry in entries("signin.out")] == ["another session of theirs"]
    answer = here.send("/account/sessions/end/", {"session": own.handle})
    assert answer.headers["Location"] == "/account/logout/"
