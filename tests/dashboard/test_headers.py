"""Every route answers with the headers that keep other sites, frames and caches out (T22)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.dashboard.routes import every_route

pytestmark = pytest.mark.any_database("headers are put on without asking it")
CHECKOUT = Path(__file__).resolve().parent.parent.parent
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def wrong_with(response: Any) -> list[str]:
    """What is missing or wrong in an answer's headers, in words."""
    said = response.headers
    wrong = [
        f"{name}: {said.get(name)}" for name, value in EXACTLY.items() if said.get(name) != value
    ]
    policy = said.get("Content-Security-Policy", "")
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";") if rule.strip())
    if rules.get("default-src") != "'none'" or rules.get("frame-ancestors") != "'none'":
        wrong.append(f"Content-Security-Policy: {policy}")
    if "unsafe" in policy or "*" in policy or "http" in policy:
        wrong.append(f"Content-Security-Policy is loose: {policy}")
    if "camera=()" not in said.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    if "no-store" not in said.get("Cache-Control", ""):
        wrong.append(f"Cache-Control: {said.get('Cache-Control')}")
    return wrong


@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("person", ["alice", "charlie", ""])
def test_on_every_route(cast: Any, browser_of: Any, person: str) -> None:
    browser = browser_of(getattr(cast, person)) if person else Client()
    found = {
        f"{route.pattern} ({response.status_code})": wrong
        for route in every_route()
        if (response := browser.get(route.path)) is not None and (wrong := wrong_with(response))
    }
    assert found == {}


def test_on_refusals(cast: Any, browser_of: Any) -> None:
    assert wrong_with(browser_of(cast.alice).post("/people/")) == []
    assert wrong_with(browser_of(cast.alice).get("/no/such/page/")) == []
    assert wrong_with(Client().get("/", HTTP_HOST="evil.example")) == []


@pytest.mark.usefixtures("bare_errors")
def test_hsts_on_every_route(cast: Any, browser_of: Any, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    alice = browser_of(cast.alice)
    for route in every_route():
        said = alice.get(route.path, secure=True).headers
        assert said.get("Strict-Transport-Security") == "max-age=31536000", route


def settings_with(folder: Path, **environ: str) -> dict[str, Any]:
    """A few settings as a process with this environment reads them."""
    names = [
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
    ]
    code = (
        "import json; from dashboard import settings;"
        f"print(json.dumps({{n: getattr(settings, n) for n in {names!r}}}))"
    )
    keep = {name: value for name, value in os.environ.items() if not name.startswith("HAULOUT_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env={**keep, "HAULOUT_DATA": str(folder), "HAULOUT_RUN": str(folder), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_https_makes_cookies_and_hsts_strict(tmp_path: Path) -> None:
    assert settings_with(tmp_path, HAULOUT_URL="https://haulout.example") == {
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "__Host-haulout",
        "CSRF_COOKIE_NAME": "__Host-haulout-csrf",
    }


def test_an_own_certificate_gets_no_hsts(tmp_path: Path) -> None:
    """A browser that remembers HSTS refuses to go on with a certificate that it does not know."""
    found = settings_with(
        tmp_path, HAULOUT_URL="https://192.0.2.7:8000", HAULOUT_OWN_CERTIFICATE="1"
    )
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["SESSION_COOKIE_SECURE"] is True
