"""What one may not see does not exist: no page, suggestion, count, refusal or socket names it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import Role, User
from audit import write
from audit.models import Entry, Head
from audit.shapes import Who
from dashboard.live.spec import all_specs
from hosts.access import target_of
from hosts.models import Endpoint, Job
from tests.cast import Browser, Cast
from tests.dashboard.hidden_cast import HIDDEN, SEEN, Seer, furnish, furnish_more, seers
from tests.dashboard.routes import every_route

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# what is said of oneself, and what ends the session that looks
SKIPPED = ("/account/", "/welcome/", "/invite/", "/reset/", "/healthz", "/readyz")
NUMBERS = ("1", "2", "3", "8")
# each walks a thousand addresses: the narrowest always, the others with --all
WHO = (
    "some",
    *(pytest.param(name, marks=pytest.mark.more) for name in ("one", "group", "volumes")),
)


@pytest.fixture
def seen_by(cast: Cast, password_hash: str) -> dict[str, Seer]:
    furnish(cast.alice)
    furnish_more(cast.alice)
    role = Role.objects.get(name="member")

    def member(name: str) -> Any:
        return User.objects.create(
            email=f"{name}@example.org", name=name.title(), role=role, password=password_hash
        )

    return seers(member)


def addresses() -> Iterator[tuple[str, str]]:
    """(method, path) of every route, with each number and id that there is."""
    for route in every_route():
        if route.pattern.startswith(SKIPPED):
            continue
        names = [part["name"] for part in _PART.finditer(route.pattern)]
        if "endpoint_id" in names:
            # an id of every place at every place: each is somebody's
            places = [(str(place), ident) for place in (1, 2, 3) for ident in _ids(place)]
        else:
            places = [(number, f"key{number}") for number in NUMBERS] if names else [("", "")]
        kinds = ("container", "volume") if "kind" in names else ("",)
        for number, ident in places:
            for kind in kinds:

                def sample(
                    part: re.Match[str], number: str = number, ident: str = ident, kind: str = kind
                ) -> str:
                    if part["name"] == "kind":
                        return kind
                    return number if part["kind"] == "int" else ident

                path = _PART.sub(sample, route.pattern)
                yield "GET", path
                if number in ("", "3") or ident == HIDDEN[1]:
                    yield "POST", path


def _ids(place: int) -> tuple[str, ...]:
    return (HIDDEN[place], SEEN) if place == 1 else (HIDDEN[place],)


def asked(browser: Browser, method: str, path: str, **more: Any) -> str:
    """All that an answer says, heads too."""
    if method == "GET":
        answer = browser.get(path, **more)
    else:
        token = browser.cookies[settings.CSRF_COOKIE_NAME].value
        objects = [f"{place}:{ident}" for place, ident in HIDDEN.items()]
        form = {"object": objects, "endpoint": ["1", "2", "3"], "name": "new", "image": "x"}
        answer = browser.post(path, form, HTTP_X_CSRFTOKEN=token, **more)
    if answer.streaming or answer.status_code == 405:
        return ""
    return f"{answer.headers} {answer.content.decode(errors='replace')}".lower()


def leaks(seer: Seer, text: str) -> list[str]:
    """Where such words stand, with what stands around them."""
    places = [(text.find(word), word) for word in seer.never]
    return [text[max(0, at - 60) : at + len(word) + 20] for at, word in places if at >= 0]


@pytest.mark.timeout(900)  # a thousand pages and more, beside everything else
@pytest.mark.any_database("what its pages ask in SQL is asked by the tests of each page")
@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("name", WHO)
def test_no_page_names_it(seen_by: dict[str, Seer], browser_of: Any, name: str) -> None:
    seer = seen_by[name]
    browser = browser_of(seer.user)
    browser.get("/account/")
    browser.raise_request_exception = False
    found: dict[str, list[str]] = {}
    for method, path in addresses():
        answer = asked(browser, method, path)
        if method == "GET" and answer:
            # also the part of a page that a click fetches
            answer += asked(browser, method, path, HTTP_HX_REQUEST="true")
        if told := leaks(seer, answer):
            found[f"{method} {path}"] = told
    assert found == {}


def test_what_came_from_elsewhere_does_not_name_it(
    seen_by: dict[str, Seer], browser_of: Any
) -> None:
    """Of a copy between hosts, its job is at the host that received."""
    job = Job.objects.get(verb="image.copy")
    for name in ("one", "group"):
        browser = browser_of(seen_by[name].user)
        for path in ("/jobs/", f"/jobs/{job.pk}/"):
            text = asked(browser, "GET", path)
            assert "copy" in text, path
            assert leaks(seen_by[name], text) == [], path


def test_no_number_counts_what_is_elsewhere(seen_by: dict[str, Seer], browser_of: Any) -> None:
    """The page of the log knows no later entry than the newest that its reader sees."""
    newest = Entry.objects.filter(endpoint_id=1).latest("number").number
    with transaction.atomic():
        there = target_of(Endpoint.objects.select_related("host").get(pk=3))
        write.event(Who(name="Alice", user_id=1, door="page"), "host.edit", there)
    assert Head.objects.get(pk=1).number > newest
    browser = browser_of(seen_by["one"].user)
    assert f'data-audit-first="{newest}"' in asked(browser, "GET", "/audit/")


@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("name", WHO)
def test_no_suggestion_or_search_names_it(
    seen_by: dict[str, Seer], browser_of: Any, name: str
) -> None:
    """Asked for by the first letters: the answer may repeat those, and must not complete them."""
    seer = seen_by[name]
    browser = browser_of(seer.user)
    tokens = {token.name for spec in all_specs() for token in spec.offered} | {""}
    pages = [
        route.path
        for route in every_route()
        if "<" not in route.pattern and not route.pattern.startswith(SKIPPED)
    ]
    lists = [
        path for path in pages if "application/json" in asked(browser, "GET", f"{path}?suggest=")
    ]
    assert len(lists) > 3
    found = {}
    for word in seer.never:
        begun = word[:-1]
        typed = [f"/search/?q={begun}", f"/search/?q={word[:4]}"]
        typed += [f"{path}?q={begun}&host={begun}&endpoint=2&group={begun}" for path in pages]
        for path in lists:
            typed += [f"{path}?suggest={token}{':' if token else ''}{begun}" for token in tokens]
            typed += [f"{path}?q={token}:{begun}*" for token in ("host", "group", "label", "user")]
        for address in typed:
            if word in asked(browser, "GET", address):
                found[address] = word
    assert found == {}
