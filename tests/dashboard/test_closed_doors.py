"""Without a session every route is closed, except the ones named here: default deny."""

from typing import Any

import pytest
from django.test import Client

from tests.dashboard.routes import Route, api_routes, every_route

pytestmark = pytest.mark.any_database(
    "refused before anything but a session or token is asked of it"
)
API_OPEN = {"/api/v1/openapi.json"}

OPEN = {
    "/account/login/",
    "/account/passkey/",
    "/account/logout/",
    "/account/inactive/",
    "/account/provider/<str:provider_id>/",
    "/account/provider/<str:provider_id>/back/",
    "/account/2fa/authenticate/",
    "/welcome/<str:token>/",
    "/invite/<str:token>/",
    "/reset/<str:token>/",
    "/cli/haulout",
    "/cli/haulout.sha256",
    "/healthz",
    "/readyz",
}


def to_sign_in(response: Any, route: Route) -> bool:
    where = response.headers.get("Location", "")
    return response.status_code == 302 and where == f"/account/login/?next={route.path}"


def test_reading_leads_to_sign_in(db: None, keys: None) -> None:
    stranger = Client()
    reached = {
        route.pattern for route in every_route() if not to_sign_in(stranger.get(route.path), route)
    }
    assert reached == OPEN


def test_writing_is_refused(db: None, keys: None) -> None:
    stranger = Client()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        reached = {
            route.pattern
            for route in every_route()
            if stranger.generic(method, route.path).status_code != 401
        }
        assert reached == OPEN, method


def test_htmx_is_led_to_the_whole_window(db: None, keys: None) -> None:
    stranger = Client(headers={"hx-request": "true"})
    for route in every_route():
        if route.pattern not in OPEN:
            answer = stranger.get(route.path)
            assert answer.status_code == 401, route
            assert answer.headers["HX-Redirect"] == "/account/login/"


def test_an_address_that_does_not_exist_says_no_more(db: None, keys: None) -> None:
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_a_disabled_person_is_a_stranger(cast: Any, browser_of: Any) -> None:
    dave = browser_of(cast.dave)
    reached = {r.pattern for r in every_route() if not to_sign_in(dave.get(r.path), r)}
    assert reached == OPEN


def test_the_api_asks_everybody_for_a_token(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    routes = api_routes()
    assert len(routes) > 20
    for client in (Client(), alice):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            answers = {
                route.pattern: client.generic(method, route.path).status_code for route in routes
            }
            open_here = {where for where, status in answers.items() if status not in (401, 405)}
            assert open_here == (API_OPEN if method == "GET" else set()), method
