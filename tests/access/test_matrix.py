"""Every route by everybody (T2). What one may not see is not there, what one may not do is refused.
Neither leaves anything but the refusal.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.api.api import api
from dashboard.api.description import description, operations
from hosts import control
from hosts.access import limits
from tests.access.calls import (
    Effects,
    browser_for,
    call_route,
    ended,
    program_for,
    recorded_effects,
)
from tests.access.furniture import MIXED, Matrix
from tests.access.people import BY_THEMSELVES, NAMES, PLACE_OF, B, Someone
from tests.access.rows import (
    DENIED,
    DONE,
    NOTHING,
    ONESELF,
    OPEN,
    OWN,
    SIGNED_OUT,
    Row,
    table,
)
from tests.cast import Browser
from tests.dashboard.hidden_cast import HIDDEN, SEEN
from tests.dashboard.routes import api_routes, every_route

# how a call ended is looked at, not the page that says so
pytestmark = pytest.mark.usefixtures("bare_errors")

ROWS = table()
PAGES = [row for row in ROWS if not row.api]
OF_PROGRAMS = [row for row in ROWS if row.api]

ALIKE = pytest.mark.any_database("what a right means in SQL is asked by those who run on each kind")


def _on(names: tuple[str, ...], *, each: tuple[str, ...]) -> list[Any]:
    """All of them; only those in `each`, whose rights say most in SQL, on every kind of database."""
    return [name if name in each else pytest.param(name, marks=ALIKE) for name in names]


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As often as it takes: how often a token may be used is tried elsewhere."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    monkeypatch.setattr(limits, "PER_WINDOW", 10**9)
    monkeypatch.setattr(limits, "GUESSES", 10**9)
    # as in a web process, which dials no host itself
    monkeypatch.setattr(control, "_on_our_own", lambda: False)


@pytest.mark.parametrize("name", _on(BY_THEMSELVES, each=("owner", "narrowed")))
def test_every_page(matrix: Matrix, vault_keys: None, name: str) -> None:
    assert tried(matrix, name, browser_for(matrix.people[name]), PAGES) == {}


@pytest.mark.parametrize("name", _on(NAMES, each=("narrowed", "token for elsewhere")))
def test_the_whole_api(matrix: Matrix, vault_keys: None, name: str) -> None:
    """With a token of theirs."""
    assert tried(matrix, name, program_for(matrix.people[name]), OF_PROGRAMS) == {}


@ALIKE
def test_a_token_opens_no_page(matrix: Matrix) -> None:
    """Not even an administrator's: it is for the API."""
    program = program_for(matrix.people["admin"])
    # a stranger's page, for the token against forgery
    program.get("/account/login/")
    stranger = Someone(matrix.people["admin"].user, active=False)
    for row in PAGES:
        if row.method == "GET" and row.wants != (ONESELF,):
            assert ended(call_route(program, row, matrix)) == row.ends(stranger), row


def tried(matrix: Matrix, name: str, browser: Browser, rows: list[Row]) -> dict[str, list[str]]:
    """What is wrong, by the route."""
    who, owner = matrix.people[name], matrix.people["owner"]
    browser.raise_request_exception = False
    found = {}
    for row in rows:
        # the owner shows that it works; administrators do where nobody else may
        if row.wants == (ONESELF,) or (name == "admin" and row.ends(owner) == DONE):
            continue
        with recorded_effects() as seen:
            how = ended(call_route(browser, row, matrix))
        if wrong := [*faults(row, who, how, seen)]:
            found[f"{row.method} {row.how} {row.pattern}"] = wrong
    return found


def faults(row: Row, who: Someone, how: str, seen: Effects) -> Iterator[str]:
    """What is wrong with how a call ended and what it left."""
    expected = row.ends(who)
    if how != expected:
        yield f"{how}, not {expected}"
    if expected != DONE:
        # a refusal is written for what they see, and names what they lack
        refused = seen.refusals()
        if row.api and expected == SIGNED_OUT:
            # a dead token is written down, once in a minute
            refused = [verb for verb in refused if verb != "token.use"]
        if (expected == DENIED) != bool(refused) or not set(refused) <= set(row.wants):
            yield f"written as refused: {refused}"
        if seen.deeds() or seen.tables:
            yield f"left {seen.deeds()} and wrote to {sorted(seen.tables)}"
    for verb, endpoint_id, podman_id in seen.jobs:
        # an image can be copied from another place
        places = {PLACE_OF[endpoint_id], B if podman_id == HIDDEN[3] else PLACE_OF[endpoint_id]}
        fits = podman_id == SEEN or verb in ("container.run", "container.create")
        if not all(who.holds(verb, place, fits=fits) for place in places):
            yield f"a job that they may not have asked for: {verb} of {podman_id} at {endpoint_id}"
    if row.has_effect(who) and not seen.deeds():
        yield "left no entry"
    if row.how == "each" and row.leaves and expected == DONE:
        yield from _each(row, who, seen)


def _each(row: Row, who: Someone, seen: Effects) -> Iterator[str]:
    """Of a mixed list what is permitted is done. What they do not see looks as if it never was."""
    (verb,) = row.wants
    kind = verb.partition(".")[0]
    jobs, skipped = [], []
    for endpoint_id, podman_id in MIXED:
        place, fits = PLACE_OF[endpoint_id], podman_id == SEEN
        there = kind == "container" or not fits
        if there and who.holds(verb, place, fits=fits):
            jobs.append((verb, endpoint_id, podman_id))
            continue
        seen_by_them = there and who.holds(f"{kind}.view", place, fits=fits)
        why = "not permitted" if seen_by_them else "no longer exists"
        skipped.append({"name": podman_id[:12], "host": "", "why": why})
    if seen.jobs != sorted(jobs):
        yield f"asked for {seen.jobs}"
    if seen.skipped != [skipped]:
        yield f"left out {seen.skipped}"
    if not jobs and not seen.tables <= {"hosts_batch"}:
        yield f"wrote to {sorted(seen.tables)}"


def test_one_s_own_is_one_s_own(matrix: Matrix) -> None:
    """What nobody else finds is there for whose it is."""
    who = Someone(matrix.bystander)
    browser, program = browser_for(who), program_for(who)
    for row in ROWS:
        if row.wants == (OWN,):
            with recorded_effects() as seen:
                asking = program if row.api else browser
                assert ended(call_route(asking, row, matrix)) == DONE, row
            assert bool(seen.deeds()) == row.leaves, row


def test_the_table_has_every_route() -> None:
    """A new one that nobody lists fails here, in pages and in the API."""
    told = {row.pattern for row in ROWS}
    assert told == {route.pattern for route in (*every_route(), *api_routes())}
    assert len({(row.method, row.how, row.pattern) for row in ROWS}) == len(ROWS)


def test_the_table_has_every_operation() -> None:
    """As the API describes itself: what it offers by each method."""
    offered = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, method, _one in operations(description(api))
    }
    told = {(row.method, row.pattern) for row in OF_PROGRAMS if row.wants[0] not in (OPEN, NOTHING)}
    assert told == offered


@ALIKE
def test_the_table_has_every_method(matrix: Matrix) -> None:
    """Nobody gets anything by a method that is not in it."""
    admin = matrix.people["admin"]
    told = {(row.method, row.pattern) for row in ROWS}
    whole = {row.pattern for row in ROWS if row.wants == (ONESELF,)}
    found = []
    for browser, routes, methods in (
        (browser_for(admin), every_route(), ("GET", "POST")),
        (program_for(admin), api_routes(), ("GET", "POST", "PUT", "PATCH", "DELETE")),
    ):
        for route in routes:
            for method in methods:
                if (method, route.pattern) in told or route.pattern in whole:
                    continue
                answer: Any = call_route(browser, Row(method, route.pattern, ("",)), matrix)
                if answer.status_code != 405:
                    found.append((method, route.pattern, answer.status_code))
    assert found == []
