"""Nothing that changes anything is accepted without its token, on no route (T1)."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from tests.cast import Browser
from tests.dashboard.routes import every_route

pytestmark = pytest.mark.any_database("refused before anything is asked of it")
WRITING = ("POST", "PUT", "PATCH", "DELETE")


def by_csrf(response: Any) -> bool:
    names = [template.name for template in response.templates]
    return response.status_code == 403 and "403_csrf.html" in names


def only_said(request: HttpRequest, reason: str = "") -> HttpResponse:
    """In place of the page for it, which 1,500 refusals need not draw; the others here do."""
    return HttpResponse("no token", status=403, headers={"Refused-For": reason})


def test_every_route_wants_a_token(cast: Any, browser_of: Any, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.only_said"
    alice = browser_of(cast.alice)
    accepted = [
        f"{method} {route.pattern}"
        for route in every_route()
        for method in WRITING
        if "CSRF" not in alice.generic(method, route.path).headers.get("Refused-For", "")
    ]
    assert accepted == []


def test_strangers_need_one_too(db: None, keys: None) -> None:
    assert by_csrf(Browser().post("/account/login/", {"login": "a@example.org", "password": "x"}))


def test_a_token_from_another_origin_is_refused(cast: Any, browser_of: Any) -> None:
    response = browser_of(cast.alice).send("/account/logout/", HTTP_ORIGIN="https://evil.example")
    assert by_csrf(response)
    assert b"https://evil.example" in response.content


def test_with_token_and_origin_it_is_accepted(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    response = alice.send(
        "/account/logout/", HTTP_ORIGIN="http://testserver", HTTP_HOST="testserver"
    )
    assert response.status_code == 302
