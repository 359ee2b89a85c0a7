"""A code sent many times at once lets in once. Somebody may have read it over the owner's shoulder."""

import threading
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.db import connection

from tests.cast import Browser, Cast

MANY = 4


@pytest.fixture(autouse=True)
def unhurried(transactional_db: None) -> None:
    """Nobody counts how often they came: these tests come from one address."""
    cache.clear()


def of_the_app(user: Any) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def for_recovery(user: Any) -> str:
    of_the_app(user)
    RecoveryCodes.activate(user)
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return str(kept.wrap().get_unused_codes()[0])


@pytest.mark.parametrize("code_for", [of_the_app, for_recovery])
def test_it_lets_in_once(cast: Cast, code_for: Any, entries: Any) -> None:
    browsers = [Browser() for _unused in range(MANY)]
    code = code_for(cast.bob)
    for browser in browsers:
        browser.sign_in("bob@example.org")
    start = threading.Barrier(MANY)

    def come(browser: Browser) -> None:
        start.wait(timeout=20)
        try:
            browser.send("/account/2fa/authenticate/", {"code": code})
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    inside = [browser for browser in browsers if browser.get("/account/").status_code == 200]
    assert len(inside) == 1
    assert len(entries("signin.ok")) == 1
