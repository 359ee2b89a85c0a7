"""Which answers of a passkey count: origin, name, person, owner, number of times."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from dashboard.pages.signin.passkey_challenge import COOKIE
from tests.cast import PASSWORD, Browser, Cast
from tests.dashboard.pages.authenticator import NAME, Device

ALONE, AFTER = "/account/passkey/", "/account/2fa/authenticate/"
OURS = f"https://{NAME}"


@pytest.fixture(autouse=True)
def named(settings: Any) -> None:
    """Haulout under a name that passkeys can have."""
    settings.ALLOWED_HOSTS = [NAME]
    settings.CSRF_TRUSTED_ORIGINS = [OURS]


def asked(browser: Browser) -> str:
    """The challenge for a passkey that signs in alone."""
    options = browser.get(ALONE, headers={"accept": "application/json"}).json()
    return str(options["request_options"]["publicKey"]["challenge"])


def challenge_of(browser: Browser) -> str:
    return str(browser.session["mfa.webauthn.state"]["challenge"])


def sent(browser: Browser, where: str, answer: dict[str, Any]) -> bool:
    """True when it let somebody in."""
    browser.send(where, {"credential": json.dumps(answer)})
    return bool(browser.get("/account/").status_code == 200)


def test_one_that_knows_its_owner_signs_in_alone(cast: Cast) -> None:
    device, browser = Device(cast.alice), Browser()
    device.known()
    assert sent(browser, ALONE, device.answers(asked(browser), origin=OURS))


def test_a_strangers_question_writes_nothing(cast: Cast) -> None:
    """The attack: each GET wrote a row of sessions, 1,500 in 13 s."""
    before = Session.objects.count()
    for browser in (Browser(), Browser(), Browser()):
        asked(browser)
        browser.send(ALONE, {"credential": "{}"})
    assert Session.objects.count() == before


def test_a_question_is_for_one_answer_and_of_ours(cast: Cast) -> None:
    device, browser = Device(cast.alice), Browser()
    device.known()
    answer = device.answers(asked(browser), origin=OURS)
    signed = browser.cookies[COOKIE].value
    other = Browser()
    other.cookies[COOKIE] = signed[:-1] + ("a" if signed[-1] != "a" else "b")
    assert not sent(other, ALONE, answer)
    assert sent(browser, ALONE, answer)
    again = Browser()
    again.cookies[COOKIE] = signed
    assert not sent(again, ALONE, answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verified": False},
        {"origin": "https://evil.example.org"},
        {"origin": f"https://shop.{NAME}"},
        {"origin": f"{OURS}:8443"},
        {"crossed": True},
        {"name": "evil.example.org"},
    ],
    ids=str,
)
def test_what_is_not_for_us_signs_nobody_in(
    cast: Cast, entries: Any, wrong: dict[str, Any]
) -> None:
    device, browser = Device(cast.alice), Browser()
    device.known()
    given = {"origin": OURS, **wrong}
    assert not sent(browser, ALONE, device.answers(asked(browser), **given))
    assert [entry.detail for entry in entries("signin.failed")] == ["a passkey that does not fit"]


def test_nor_does_somebody_elses(cast: Cast) -> None:
    device, browser = Device(cast.bob), Browser()
    device.known()
    Device(cast.alice).known()
    answer = device.answers(asked(browser), origin=OURS, handle=cast.alice)
    assert not sent(browser, ALONE, answer)


def test_one_found_without_its_pin_signs_in_by_no_other_persons_question(cast: Cast) -> None:
    # a question after a password wants no PIN: bob asks it for himself, and answers with alice's key
    mine, found, browser = Device(cast.bob), Device(cast.alice), Browser()
    mine.known()
    found.known()
    browser.sign_in("bob@example.org")
    browser.get(AFTER)
    assert not sent(browser, AFTER, found.answers(challenge_of(browser), origin=OURS))
    browser.get(AFTER)
    # which is enough after a password
    right = mine.answers(challenge_of(browser), verified=False, origin=OURS)
    assert sent(browser, AFTER, right)

    later = Browser()
    later.sign_in("bob@example.org")
    later.get(AFTER)
    answer = found.answers(challenge_of(later), verified=False, origin=OURS)
    # a quarter of an hour on his sign-in is over, and its question still there
    session = later.session
    session["account_login"]["initiated_at"] -= 3600
    session.save()
    assert not sent(later, ALONE, answer)


def test_a_question_is_answered_once(cast: Cast) -> None:
    device, browser = Device(cast.alice), Browser()
    device.known()
    challenge = asked(browser)
    assert not sent(browser, ALONE, device.answers(challenge, origin=OURS, handle=cast.bob))
    assert not sent(browser, ALONE, device.answers(challenge, origin=OURS))
    answer = device.answers(asked(browser), origin=OURS)
    assert sent(browser, ALONE, answer)
    other = Browser()
    asked(other)
    assert not sent(other, ALONE, answer)


def test_a_copy_is_known_by_its_counter(cast: Cast, entries: Any) -> None:
    device = Device(cast.alice)
    device.known(count=7)

    def comes(count: int) -> bool:
        browser = Browser()
        return sent(browser, ALONE, device.answers(asked(browser), origin=OURS, count=count))

    assert not comes(7)
    assert comes(8)
    assert comes(20)
    assert not comes(20)
    assert not comes(9)
    assert not comes(0)
    assert comes(21)
    details = {entry.detail for entry in entries("signin.failed")}
    assert details == {"a passkey whose counter went back: there may be a copy of it"}


def test_one_that_counts_nothing_is_no_copy(cast: Cast) -> None:
    device = Device(cast.alice)
    device.known()
    for _time in range(2):
        browser = Browser()
        assert sent(browser, ALONE, device.answers(asked(browser), origin=OURS))


def test_one_made_elsewhere_is_not_added(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in("alice@example.org")
    browser.send("/account/reauthenticate/", {"password": PASSWORD})
    add = "/account/2fa/passkeys/add/"
    browser.get(add)
    device = Device(cast.alice)
    for origin, added in ((f"https://shop.{NAME}", 0), (OURS, 1)):
        browser.get(add)
        made = json.dumps(device.made(challenge_of(browser), origin=origin))
        browser.send(add, {"name": "Key", "credential": made})
        assert Authenticator.objects.filter(type="webauthn").count() == added
