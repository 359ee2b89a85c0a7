"""Second factors: set up, ask, seal, and reset for somebody who lost theirs."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection

from accounts import actions, signin
from tests.cast import PASSWORD, Browser, Cast

pytestmark = pytest.mark.each_database("in the words of the database's own driver")


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def not_the(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


@pytest.fixture
def secret(cast: Cast) -> str:
    """bob has a second factor; this is its key."""
    browser = Browser()
    browser.sign_in("bob@example.org")
    asked = browser.get("/account/2fa/totp/activate/")
    assert asked.status_code == 302
    browser.send(asked.headers["Location"].split("?")[0], {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    assert "no-store" in page.headers["Cache-Control"]
    key: str = page.context["form"].secret
    assert key in page.content.decode()
    answer = browser.send("/account/2fa/totp/activate/", {"code": code_of(key)})
    assert answer.headers["Location"] == "/account/2fa/recovery-codes/"
    codes = browser.get("/account/2fa/recovery-codes/")
    assert codes.context["unused_codes"][0] in codes.content.decode()
    assert "no-store" in codes.headers["Cache-Control"]
    assert browser.get("/account/2fa/").status_code == 200
    return key


def test_the_password_alone_is_not_enough(cast: Cast, secret: str) -> None:
    browser = Browser()
    answer = browser.sign_in("bob@example.org")
    assert answer.headers["Location"] == "/account/2fa/authenticate/"
    assert browser.get("/account/").status_code == 302


def test_the_code_lets_in(cast: Cast, secret: str, entries: Any) -> None:
    before = len(entries("signin.ok"))
    browser = Browser()
    browser.sign_in("bob@example.org")
    assert len(entries("signin.ok")) == before
    # the code of the next half minute: the one of this was used up by setting up
    next_code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
    browser.send("/account/2fa/authenticate/", {"code": next_code})
    assert browser.get("/account/").status_code == 200
    assert len(entries("signin.ok")) == before + 1


def forget(seconds: int) -> None:
    """Drop what the cache keeps for less than that, as if the time had passed for the cache alone."""
    soon = connection.ops.adapt_datetimefield_value(
        (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dashboard_cache WHERE expires < %s", [soon])


def test_a_code_lets_in_once_as_long_as_it_fits(cast: Cast, secret: str, entries: Any) -> None:
    """The codes of one half minute fit through three: whoever looked over a shoulder has a minute."""
    next_code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
    inside = []
    for code in (next_code, f" {next_code[:3]}-{next_code[3:]}"):
        browser = Browser()
        browser.sign_in("bob@example.org")
        browser.send("/account/2fa/authenticate/", {"code": code})
        inside.append(browser.get("/account/").status_code == 200)
        forget(seconds=31)
    assert inside == [True, False]
    assert entries("signin.failed")[-1].detail == "wrong code of the second factor"


def test_the_code_that_set_it_up_lets_nobody_in(cast: Cast, secret: str) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    for half_minute in (-1, 0):
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + half_minute))
        if cache.get(f"haulout-code-{cast.bob.pk}-{code}"):
            browser.send("/account/2fa/authenticate/", {"code": code})
            break
    else:
        raise AssertionError("the code of the set-up is not known to be used")
    assert browser.get("/account/").status_code == 302


def test_a_wrong_code_does_not_and_is_written(cast: Cast, secret: str, entries: Any) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    answer = browser.send("/account/2fa/authenticate/", {"code": not_the(code_of(secret))})
    assert "code" in answer.context["form"].errors
    assert browser.get("/account/").status_code == 302
    assert entries("signin.failed")[-1].detail == "wrong code of the second factor"


def test_guessing_codes_is_limited(cast: Cast, secret: str) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    for _ in range(6):
        code = not_the(code_of(secret))
        answer = browser.send("/account/2fa/authenticate/", {"code": code})
    assert "Wait five minutes" in answer.content.decode()


def test_a_recovery_code_works_once(cast: Cast, secret: str) -> None:
    codes = Authenticator.objects.get(user=cast.bob, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    inside = []
    for _ in range(2):
        browser = Browser()
        browser.sign_in("bob@example.org")
        browser.send("/account/2fa/authenticate/", {"code": code})
        inside.append(browser.get("/account/").status_code == 200)
    assert inside == [True, False]


def test_cancelling_leads_back_to_sign_in(cast: Cast, secret: str) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    answer = browser.send("/account/logout/", {"next": "/account/login/"})
    assert answer.headers["Location"] == "/account/login/"
    assert browser.get("/account/login/").status_code == 200


def test_its_key_is_sealed_at_rest(cast: Cast, secret: str, entries: Any) -> None:
    stored = "".join(str(row.data) for row in Authenticator.objects.all())
    assert stored
    assert secret not in stored
    assert [entry.detail for entry in entries("people.factor")] == [
        "authenticator app added",
        "recovery codes added",
    ]


def test_a_reset_link_does_not_go_round_it(cast: Cast, secret: str, who_of: Any) -> None:
    path = actions.make_reset_link(cast.alice, who_of(cast.alice), user=cast.bob)
    browser = Browser()
    browser.get(path)
    new = "a whole new secret of mine"
    browser.send(path, {"password": new, "again": new})
    assert browser.get("/account/").status_code == 302
    answer = browser.sign_in("bob@example.org", new)
    assert answer.headers["Location"] == "/account/2fa/authenticate/"


def test_an_administrator_takes_it_away(
    cast: Cast, secret: str, browser_of: Any, entries: Any
) -> None:
    browser_of(cast.alice).send(f"/people/{cast.bob.pk}/factor/")
    assert Browser().sign_in("bob@example.org").headers["Location"] == "/"
    assert (entries("people.factor")[-1].who_name, entries("people.factor")[-1].detail) == (
        "Alice",
        "taken away",
    )


def test_without_its_entry_nothing_is_changed(
    cast: Cast, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log cannot be written at that moment: the app stays on."""

    def unwritable(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    browser = Browser(raise_request_exception=False)
    browser.sign_in("bob@example.org")
    next_code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
    browser.send("/account/2fa/authenticate/", {"code": next_code})
    browser.send("/account/reauthenticate/", {"password": PASSWORD})
    monkeypatch.setattr(signin, "factor_changed", unwritable)
    assert browser.send("/account/2fa/totp/deactivate/").status_code == 500
    assert Authenticator.objects.filter(user=cast.bob).count() == 2
    monkeypatch.undo()
    assert browser.send("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=cast.bob).exists()


def test_new_recovery_codes_are_a_renewal(cast: Cast, secret: str, entries: Any) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    next_code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
    browser.send("/account/2fa/authenticate/", {"code": next_code})
    browser.send("/account/reauthenticate/", {"password": PASSWORD})
    browser.send("/account/2fa/recovery-codes/generate/")
    assert entries("people.factor")[-1].detail == "recovery codes renewed"
    first, again = (browser.get("/account/2fa/recovery-codes/").content for _ in range(2))
    codes = Authenticator.objects.get(user=cast.bob, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0].encode()
    assert code in first
    assert code not in again


def test_the_page_of_a_person_offers_to_take_theirs_away(
    cast: Cast, secret: str, browser_of: Any
) -> None:
    alice = browser_of(cast.alice)
    words = alice.get(f"/people/{cast.bob.pk}/").content.decode()
    assert "second factor on" in words
    assert f'hx-get="/people/{cast.bob.pk}/factor/"' in words
    asked = alice.get(f"/people/{cast.bob.pk}/factor/").content.decode()
    assert f'action="/people/{cast.bob.pk}/factor/"' in asked
    alice.send(f"/people/{cast.bob.pk}/factor/", {})
    assert "second factor off" in alice.get(f"/people/{cast.bob.pk}/").content.decode()
