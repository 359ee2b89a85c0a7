"""A provider that lies, is somebody else, is late or away: a clear word, and nobody is signed in."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from dashboard.pages.signin import providers
from tests.cast import Browser, Cast
from tests.dashboard.oidc.provider import TlsProvider, make_certificates


def refused(browser: Browser, answer: Any, words: str, *, status: int = 403) -> None:
    assert answer.status_code == status
    page = " ".join(answer.content.decode().split())
    assert words in page, page
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"iss": "https://evil.example"}, "it was issued by somebody else"),
        ({"aud": "another"}, "it is meant for another application"),
        ({"aud": ["haulout", "another"], "azp": "another"}, "it is meant for another application"),
        ({"nonce": "of another sign-in"}, "it belongs to another sign-in"),
        ({"nonce": None}, "it belongs to another sign-in"),
        ({"exp": "soon"}, "it cannot be read"),
        ({"sub": ""}, "it does not say who you are"),
        ({"sub": "x" * 300}, "it does not say who you are"),
        ({"sub": "b\0"}, "it does not say who you are"),
    ],
)
def test_a_token_that_is_not_right(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any, lie: Any, words: str
) -> None:
    provider.lies["token"] = lie
    browser = Browser()
    refused(browser, come(browser), words)
    assert entries("signin.failed")[-1].who_name == "company"


@pytest.mark.parametrize("email", ["none", "b" * 230 + "@example.org.elsewhere.example"])
def test_what_is_no_address_names_nobody(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, email: str
) -> None:
    """A long one cut short would be somebody else's."""
    configured('join = "domain"', 'domains = ["example.org", "example.org.elsewhere.example"]')
    provider.claims |= {"sub": "e-1", "email": email}
    browser = Browser()
    refused(browser, come(browser), "has not verified the address")


def test_a_token_signed_by_somebody_else(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    browser = Browser()
    refused(browser, come(browser), "its signature is not the provider")


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_signed_by_nobody_or_with_a_secret(
    cast: Cast, provider: TlsProvider, come: Any, algorithm: str
) -> None:
    provider.algorithm = algorithm
    provider.signs_with = (
        "a secret of the client that is long enough" if algorithm != "none" else None
    )
    browser = Browser()
    refused(browser, come(browser), "it cannot be read")


def test_a_token_that_was_tampered_with(cast: Cast, provider: TlsProvider, come: Any) -> None:
    body = base64.urlsafe_b64encode(json.dumps({"sub": "a"}).encode()).decode().rstrip("=")
    provider.lies["/token"] = (200, {"id_token": f"eyJhbGciOiJSUzI1NiJ9.{body}.AAAA"})
    browser = Browser()
    refused(browser, come(browser), "is not valid")


@pytest.mark.parametrize("off_s", [-900, 900])
def test_a_clock_that_is_off(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any, off_s: int
) -> None:
    provider.clock_off_s = off_s
    browser = Browser()
    refused(browser, come(browser), "The clocks of Company and Haulout differ")


def test_a_clock_a_minute_off_is_no_matter(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.clock_off_s = 60
    browser = Browser()
    come(browser)
    assert browser.get("/account/").status_code == 200


def test_a_provider_by_another_name(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.lies["about"] = {"issuer": "https://evil.example"}
    browser = Browser()
    refused(browser, come(browser), "calls itself https://evil.example")


def test_a_certificate_that_nobody_vouches_for(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, tmp_path: Path, entries: Any
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    configured(ca_file=str(make_certificates(other)[0]))
    browser = Browser()
    refused(browser, come(browser), "is not accepted")
    assert entries("signin.failed")[-1].detail.startswith("certificate of localhost:")
    assert provider.asked == []


def test_a_certificate_for_another_name(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    configured(issuer=provider.issuer.replace("localhost", "127.0.0.1"))
    browser = Browser()
    refused(browser, come(browser), "The certificate of 127.0.0.1:")


def test_a_provider_that_is_away(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.close()
    browser = Browser()
    refused(browser, come(browser), "Company does not answer", status=502)


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        ("/token", (500, b"trouble")),
        ("/token", (400, {"error": "invalid_request"})),
        ("/keys", (200, b"not json")),
        ("/keys", (200, [])),
        ("/keys", (200, b"[" * 200_000)),
        ("/keys", (200, b" " * 2_000_000)),
        ("/.well-known/openid-configuration", (302, b"")),
    ],
)
def test_answers_that_are_none(
    cast: Cast, provider: TlsProvider, come: Any, path: str, lie: Any
) -> None:
    provider.lies |= {path: lie, "headers": {"Location": "https://localhost/"}}
    browser = Browser()
    answer = come(browser)
    assert answer.status_code == 502
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ((401, {"error": "invalid_client"}), "rejects Haulout as a client"),
        ((400, {"error": "unauthorized_client"}), "rejects Haulout as a client"),
        ((401, b""), "rejects Haulout as a client"),
        ((400, {"error": "invalid_grant"}), "no longer knows this sign-in"),
    ],
)
def test_another_secret_is_told_apart_from_a_code_that_is_over(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any, lie: Any, words: str
) -> None:
    provider.lies["/token"] = lie
    browser = Browser()
    refused(browser, come(browser), words)
    assert entries("signin.failed")[-1].who_name == "company"


def test_whoever_begins_again_goes_where_they_wanted(
    cast: Cast, provider: TlsProvider, come: Any
) -> None:
    provider.lies["back"] = {"error": "access_denied"}
    page = come(Browser(), next_path="/jobs/?state=failed").content.decode()
    assert 'href="/account/provider/company/?next=%2Fjobs%2F%3Fstate%3Dfailed"' in page
    provider.lies["about"] = {"issuer": "https://evil.example"}
    assert "evil.example%2F" not in come(Browser(), next_path="//evil.example/").content.decode()


def test_whoever_is_not_known_may_be_somebody_else_there(
    cast: Cast, provider: TlsProvider, come: Any
) -> None:
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    browser = Browser()
    page = come(browser).content.decode()
    assert 'href="/account/provider/company/?other=1"' in page
    assert "prompt" not in browser.get("/account/provider/company/").headers["Location"]
    asked = browser.get("/account/provider/company/?other=1").headers["Location"]
    assert "prompt=login" in asked


def test_endpoints_without_tls_are_not_asked(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.lies["about"] = {"token_endpoint": "http://localhost/token"}
    browser = Browser()
    refused(browser, come(browser), "has an address without TLS")


def test_a_state_is_this_browsers_and_works_once(
    cast: Cast, provider: TlsProvider, come: Any
) -> None:
    victim, attacker = Browser(), Browser()
    went = attacker.get("/account/provider/company/")
    query = provider.allow(went.headers["Location"])
    path = f"/account/provider/company/back/?{query}"
    refused(victim, victim.get(path), "belongs to no sign-in that this browser began")
    assert attacker.get(path).status_code == 302
    attacker.send("/account/logout/")
    refused(attacker, attacker.get(path), "belongs to no sign-in")


def test_an_old_state_is_none(
    cast: Cast, provider: TlsProvider, come: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    went = browser.get("/account/provider/company/")
    query = provider.allow(went.headers["Location"])
    monkeypatch.setattr(providers, "WITHIN_S", -1)
    refused(browser, browser.get(f"/account/provider/company/back/?{query}"), "belongs to no")


def test_an_answer_of_another_provider(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.lies["back"] = {"iss": "https://evil.example"}
    browser = Browser()
    refused(browser, come(browser), "This answer is not from Company")


def test_a_no_at_the_provider(cast: Cast, provider: TlsProvider, come: Any, entries: Any) -> None:
    provider.lies["back"] = {"error": "access_denied"}
    browser = Browser()
    refused(browser, come(browser), "Company did not sign you in")
    assert entries("signin.failed")[-1].detail == "the provider said access_denied"


def test_what_no_database_keeps_is_not_taken(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any
) -> None:
    for lie in ({"error": "a\0b"}, {"iss": "https://evil\0.example"}):
        provider.lies["back"] = lie
        browser = Browser()
        refused(browser, come(browser), "malformed", status=400)
    assert entries("signin.failed") == []


def test_another_persons_userinfo(cast: Cast, provider: TlsProvider, come: Any) -> None:
    provider.userinfo = {**provider.claims, "sub": "somebody else"}
    provider.claims = {"sub": "b-17"}
    browser = Browser()
    refused(browser, come(browser), "two different people")


def test_tries_are_limited(cast: Cast, configured: Any) -> None:
    browser = Browser()
    answers = [browser.get("/account/provider/company/back/").status_code for _ in range(31)]
    assert set(answers[:30]) == {403}
    assert answers[30] == 429
