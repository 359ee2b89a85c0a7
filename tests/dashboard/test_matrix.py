"""Every route by people without the right (T2): objects are there, so only rights keep them out."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Role
from audit.models import Entry
from hosts.models import INVENTORY, Group, Job
from tests import make
from tests.cast import Browser, Cast
from tests.dashboard.routes import every_route

# what rights mean in SQL is asked on each kind of database by tests/access and tests/hosts/access
ALIKE = pytest.mark.any_database("what it asks in SQL is what tests.access.test_matrix asks")
# whether it is refused is looked at, not the page that says so
pytestmark = pytest.mark.usefixtures("bare_errors")
# about oneself
OF_ONESELF = (
    "/account/",
    "/views/",
    "/welcome/",
    "/invite/",
    "/reset/",
    "/healthz",
    "/readyz",
)
# answered, but to no effect: the tests below look for one
HARMLESS = re.compile(
    r"POST /\w+/bulk/"  # what one may not is left out of it, here all
    r"|POST /hosts/endpoints/\S+/measure/"  # reading
    r"|POST /guardrails/try/"  # asks the rules, sends nothing
    r"|POST /guardrails/pod/"  # reading
    r"|POST /jobs/seen/"  # closes messages about one's own jobs, here none
    r"|POST /access/requests/ask/"  # asking is everyone's; here the form is not filled in
    r"|POST /images/pull/search/"  # says that there is no host to search from
    r"|(PUT|PATCH|DELETE) (/groups/|/registries/|\S+/inspect/)"  # as GET
)
SAMPLES = {"int": "1", "str": "sample", "path": "sample"}
_PART = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
WRITING = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = {403, 404, 405}


@pytest.fixture
def objects(db: None) -> None:
    """One of each kind, by every name that a route's sample has."""
    endpoint = make.endpoint(make.host("den7", pk=1), login={"pk": 1}, pk=1)
    Group.objects.create(pk=1, name="prod")
    now = timezone.now()
    for model in INVENTORY.values():
        kept = {"digest": "", "seen_at": now, "changed_at": now}
        model.objects.create(endpoint=endpoint, podman_id="sample", name="shopfront", **kept)
    Job.objects.create(pk=1, verb="container.start", endpoint=endpoint, intent=0, state="ok")


def paths() -> list[tuple[str, str]]:
    """(pattern, path); a part that says a kind says one that there is."""
    found = []
    for route in every_route():
        kinds = ["container", "volume"] if "<str:kind>" in route.pattern else [""]
        for kind in kinds:

            def sample(part: re.Match[str], kind: str = kind) -> str:
                if part["name"] == "kind":
                    return kind
                return SAMPLES[part["converter"] or "str"]

            found.append((route.pattern, _PART.sub(sample, route.pattern)))
    return found


def reached(browser: Browser, methods: tuple[str, ...]) -> dict[str, Any]:
    """Routes that do not refuse this person, with what they answer."""
    browser.get("/account/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"data": "object=1:sample&name=new", "content_type": "application/x-www-form-urlencoded"}
    found = {}
    for pattern, path in paths():
        for method in methods:
            if path.startswith(OF_ONESELF):
                continue
            where = f"{path}?object=1:sample" if method == "GET" else path
            sent: Any = {} if method == "GET" else form
            answer = browser.generic(method, where, HTTP_X_CSRFTOKEN=token, **sent)
            if answer.status_code not in REFUSED:
                found[f"{method} {pattern}"] = answer
    return found


@ALIKE
def test_a_viewer_changes_nothing(cast: Cast, objects: None, browser_of: Any) -> None:
    answered = reached(browser_of(cast.charlie), WRITING)
    assert not [route for route in answered if not HARMLESS.match(route)]
    assert (Job.objects.count(), Group.objects.count()) == (1, 1)
    assert not Entry.objects.filter(kind="intent").exists()


@ALIKE
def test_who_has_no_right_sees_nothing(cast: Cast, objects: None, browser_of: Any) -> None:
    cast.charlie.role = Role.objects.create(name="none", verbs=[])
    cast.charlie.save()
    answered = reached(browser_of(cast.charlie), ("GET",))
    shown = [
        route
        for route, answer in answered.items()
        # bytes: the client's file is no text
        if b"shopfront" in answer.content or b"den7" in answer.content
    ]
    assert shown == []


@ALIKE
def test_an_operator_reaches_them(cast: Cast, objects: None, browser_of: Any) -> None:
    """Else the two above would hold for pages that are not there."""
    answered = reached(browser_of(cast.bob), ("GET",))
    assert len(answered) > 60
    shown = [route for route, answer in answered.items() if b"shopfront" in answer.content]
    assert len(shown) > 40


@pytest.mark.parametrize("odd", ["9" * 30, "%00"])
def test_an_address_that_no_key_has_is_not_there(
    cast: Cast, objects: None, browser_of: Any, odd: str
) -> None:
    """Numbers that no database takes, and zero bytes, which PostgreSQL refuses."""
    alice = browser_of(cast.alice)
    for route in every_route():
        if "<" not in route.pattern or route.pattern.startswith(OF_ONESELF):
            continue

        def sample(part: re.Match[str]) -> str:
            number = part["converter"] == "int"
            return odd if odd.isdigit() or not number else "1"

        path = _PART.sub(sample, route.pattern)
        if path != route.path and odd in path:
            assert alice.get(path).status_code in (404, 405), path
