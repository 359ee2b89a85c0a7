"""Text with a zero byte: no form makes it, PostgreSQL fails on it, and no route takes it."""

from typing import Any

import pytest
from django.conf import settings

from dashboard.middleware import PROBES
from tests.cast import Cast
from tests.dashboard.routes import every_route

pytestmark = pytest.mark.each_database("PostgreSQL fails on it")


@pytest.mark.any_database("refused before anything but a session is asked of it")
@pytest.mark.usefixtures("bare_errors")
def test_no_route_takes_it(cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    browser.get("/account/")
    head = {"HTTP_X_CSRFTOKEN": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    taken = [
        f"{method} {route.pattern}"
        for route in every_route()
        for method in ("get", "post")
        if route.path not in PROBES
        and getattr(browser, method)(route.path, {"q": "a\0b"}, **head).status_code != 400
    ]
    assert taken == []
    assert browser.get("/search/", {"\0": "q"}).status_code == 400


def test_the_page_says_so(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.alice).get("/search/", {"q": "\0"})
    assert answer.status_code == 400
    assert "malformed" in answer.content.decode()
