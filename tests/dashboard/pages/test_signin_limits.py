"""Limits against guessing on each way to sign in, and their log entries."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.cast import Browser, Cast


@pytest.fixture
def protected(cast: Cast) -> Cast:
    """bob has an authenticator app and recovery codes."""
    TOTP.activate(cast.bob, generate_totp_secret())
    RecoveryCodes.activate(cast.bob)
    return cast


def test_recovery_codes_and_the_apps_codes_count_together(protected: Cast, entries: Any) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    for number in range(5):
        # as long as one of the app, and as one to recover with
        code = "00000000" if number % 2 else "000000"
        browser.send("/account/2fa/authenticate/", {"code": code})
    right = Authenticator.objects.get(user=protected.bob, type="recovery_codes").wrap()
    answer = browser.send("/account/2fa/authenticate/", {"code": right.get_unused_codes()[0]})
    assert "Wait five minutes" in answer.content.decode()
    assert browser.get("/account/").status_code == 302
    kinds = [entry.kind for entry in entries("signin.failed")]
    assert kinds == ["event"] * 5 + ["refusal"]


def test_a_wrong_code_is_told_with_the_time_here(protected: Cast) -> None:
    browser = Browser()
    browser.sign_in("bob@example.org")
    page = browser.send("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert " UTC: if your phone" in page


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "3",
        '"x"',
        "null",
        '{"id": 1}',
        '{"response": {"userHandle": "AAAA"}}',
        "[" * 500,
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_whatever_a_passkey_says_is_refused_the_same(cast: Cast, entries: Any, answer: str) -> None:
    browser = Browser()
    assert browser.get("/account/passkey/", headers={"accept": "application/json"}).json()
    sent = browser.send("/account/passkey/", {"credential": answer})
    assert (sent.status_code, sent.headers["Location"]) == (302, "/account/login/")
    assert browser.get("/account/").status_code == 302


def test_passkeys_are_limited_by_address(cast: Cast) -> None:
    browser = Browser()
    codes = [browser.send("/account/passkey/", {"credential": "{}"}).status_code for _ in range(11)]
    assert codes == [302] * 10 + [429]


def test_one_time_links_are_limited_by_address(cast: Cast) -> None:
    browser = Browser()
    codes = [browser.get(f"/reset/{number}/").status_code for number in range(21)]
    assert codes == [410] * 20 + [429]
