"""Sign-in and sign-out: who gets in, what strangers learn (nothing), and log entries."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session

from tests.cast import PASSWORD, Browser, Cast


def inside(browser: Browser) -> bool:
    return browser.get("/account/").status_code == 200


def test_in_with_address_and_password_in_any_case(cast: Cast) -> None:
    browser = Browser()
    answer = browser.sign_in("ALICE@example.org")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert inside(browser)


def test_on_to_the_page_one_came_for_but_never_elsewhere(cast: Cast) -> None:
    here = Browser().sign_in("alice@example.org", QUERY_STRING="next=/people/")
    assert here.headers["Location"] == "/people/"
    elsewhere = Browser().sign_in("alice@example.org", QUERY_STRING="next=//evil.example/")
    assert elsewhere.headers["Location"] == "/"


def test_signing_in_begins_a_fresh_session(cast: Cast) -> None:
    browser = Browser()
    planted = browser.session
    planted["seed"] = "from before"
    planted.save()
    before = planted.session_key
    browser.sign_in("alice@example.org")
    after = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_entries_of_in_and_out(cast: Cast, entries: Any) -> None:
    browser = Browser(REMOTE_ADDR="192.0.2.9")
    browser.sign_in("alice@example.org")
    browser.send("/account/logout/")
    [came], [went] = entries("signin.ok"), entries("signin.out")
    assert (came.who_name, came.address, came.door) == ("Alice", "192.0.2.9", "page")
    assert came.session
    assert came.session == went.session
    assert not inside(browser)


def test_the_session_is_gone_after_signing_out(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in("alice@example.org")
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.send("/account/logout/")
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not inside(browser)


def test_a_visit_by_get_signs_nobody_out(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in("alice@example.org")
    assert browser.get("/account/logout/").status_code == 200
    assert inside(browser)


def told(answer: Any, address: str) -> str:
    """The page without what differs at each visit."""
    page: str = answer.content.decode()
    for different in (address, answer.wsgi_request.META["CSRF_COOKIE"]):
        page = page.replace(different, "…")
    return "\n".join(line for line in page.splitlines() if "csrf" not in line.lower())


def test_a_wrong_password_and_an_unknown_account_look_the_same(cast: Cast) -> None:
    wrong = Browser().sign_in("bob@example.org", "not the one at all")
    unknown = Browser().sign_in("eve@example.org", "not the one at all")
    assert wrong.status_code == unknown.status_code
    nonce = "nonce="
    lines = zip(
        told(wrong, "bob@example.org").splitlines(),
        told(unknown, "eve@example.org").splitlines(),
        strict=True,
    )
    assert [pair for pair in lines if pair[0] != pair[1] and nonce not in pair[0]] == []


def test_and_take_the_same_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # as dear as in use: tests.cast makes it cheap for the others
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 102_400)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 8)
    cast.bob.set_password(PASSWORD)
    cast.bob.save()

    def least(address: str) -> float:
        taken = []
        for _ in range(3):
            browser = Browser()
            browser.get("/account/login/")
            start = time.perf_counter()
            browser.sign_in(address, "not the one at all")
            taken.append(time.perf_counter() - start)
        return min(taken)

    known, unknown = least("bob@example.org"), least("eve@example.org")
    # without a hash the unknown one would be back in a fraction of the time
    assert 0.4 < unknown / known < 2.5


def test_failures_are_written_with_the_name_tried_and_the_address(cast: Cast, entries: Any) -> None:
    browser = Browser(REMOTE_ADDR="192.0.2.66")
    browser.sign_in("bob@example.org", "not the one at all")
    browser.sign_in("eve@example.org", "not the one at all")
    bob, eve = entries("signin.failed")
    assert (bob.who_name, bob.target_id, bob.address) == (
        "bob@example.org",
        str(cast.bob.pk),
        "192.0.2.66",
    )
    assert (eve.who_name, eve.target_id) == ("eve@example.org", "")
    assert "not the one at all" not in f"{bob.canonical!r}{eve.canonical!r}"


@pytest.mark.parametrize("address", ["bob@example.org", "eve@example.org"])
def test_guessing_is_stopped_after_five_also_for_nobodys_account(
    cast: Cast, entries: Any, address: str
) -> None:
    browser = Browser()
    for _ in range(5):
        browser.sign_in(address, "not the one at all")
    limited = browser.sign_in(address, PASSWORD)
    assert "Wait five minutes" in limited.content.decode()
    assert [entry.kind for entry in entries("signin.failed")] == ["event"] * 5 + ["refusal"]
    other = Browser(REMOTE_ADDR="192.0.2.8")
    assert other.sign_in("charlie@example.org").status_code == 302


def test_guessing_from_one_address_is_stopped_over_all_accounts(cast: Cast) -> None:
    browser = Browser()
    for number in range(10):
        browser.sign_in(f"person{number}@example.org", "not the one at all")
    assert "Wait five minutes" in browser.sign_in("charlie@example.org").content.decode()


def test_a_forged_forwarded_address_is_no_way_round(cast: Cast, entries: Any) -> None:
    browser = Browser()
    for number in range(10):
        browser.sign_in(
            f"person{number}@example.org", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}"
        )
    answer = browser.sign_in("charlie@example.org", HTTP_X_FORWARDED_FOR="203.0.113.99")
    assert "Wait five minutes" in answer.content.decode()
    last = entries("signin.failed")[-1]
    assert (last.address, last.forwarded_for) == ("127.0.0.1", "203.0.113.99")


def test_behind_a_trusted_proxy_the_real_address_counts(
    cast: Cast, entries: Any, settings: Any
) -> None:
    settings.HAULOUT_TRUSTED_PROXIES = ("127.0.0.0/8",)
    Browser().sign_in("bob@example.org", "wrong", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.5")
    assert entries("signin.failed")[0].address == "203.0.113.5"


def test_a_disabled_person_learns_so_only_with_the_right_password(cast: Cast, entries: Any) -> None:
    right = Browser().sign_in("dave@example.org")
    assert right.headers["Location"] == "/account/inactive/"
    wrong = Browser().sign_in("dave@example.org", "not the one at all")
    assert "is wrong" in wrong.content.decode()
    assert [entry.detail for entry in entries("signin.failed")] == [
        "the account is disabled",
        "wrong name or password",
    ]


def test_who_is_disabled_is_out_at_once(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    cast.bob.is_active = False
    cast.bob.save()
    assert not inside(browser)


def test_without_a_csrf_token_nothing_happens(cast: Cast) -> None:
    browser = Browser()
    form = {"login": "alice@example.org", "password": PASSWORD}
    assert browser.post("/account/login/", form).status_code == 403
    assert not inside(browser)


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "password/set/"])
def test_sign_up_and_mail_are_closed(cast: Cast, browser_of: Any, path: str) -> None:
    assert browser_of(cast.alice).get(f"/account/{path}").status_code == 404
