"""Every route by everybody (T2): what one may not see is not there, what one may not do is refused,
and neither leaves anything but the refusal.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.furniture import MIXED, Matrix
from tests.access.knocking import Seen, browser_for, ended, knock, watched
from tests.access.people import NAMES, PLACE_OF, B, Someone
from tests.access.rows import DENIED, DONE, ONESELF, OWN, Row, table
from tests.dashboard.hidden_cast import HIDDEN, SEEN
from tests.dashboard.routes import Route, every_route

ROWS = table()


@pytest.mark.parametrize("name", NAMES)
def test_every_route(matrix: Matrix, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    who, owner = matrix.people[name], matrix.people["owner"]
    browser = browser_for(who, monkeypatch)
    browser.raise_request_exception = False
    found = {}
    for row in ROWS:
        # the owner shows that it works; administrators do where nobody else may
        if row.wants == (ONESELF,) or (name == "admin" and row.ends(owner) == DONE):
            continue
        with watched() as seen:
            how = ended(knock(browser, row, matrix))
        if wrong := [*faults(row, who, how, seen)]:
            found[f"{row.method} {row.how} {row.pattern}"] = wrong
    assert found == {}


def faults(row: Row, who: Someone, how: str, seen: Seen) -> Iterator[str]:
    """What is wrong with how a call ended and what it left."""
    expected = row.ends(who)
    if how != expected:
        yield f"{how}, not {expected}"
    if expected != DONE:
        # a refusal is written for what they see, and names what they lack
        refused = seen.refusals()
        if (expected == DENIED) != bool(refused) or not set(refused) <= set(row.wants):
            yield f"written as refused: {refused}"
        if seen.deeds() or seen.tables:
            yield f"left {seen.deeds()} and wrote to {sorted(seen.tables)}"
    for verb, endpoint_id, podman_id in seen.jobs:
        # an image can be copied from another place
        places = {PLACE_OF[endpoint_id], B if podman_id == HIDDEN[3] else PLACE_OF[endpoint_id]}
        if not all(who.holds(verb, place, fits=podman_id == SEEN) for place in places):
            yield f"a job that they may not have asked for: {verb} of {podman_id} at {endpoint_id}"
    if row.has_effect(who) and not seen.deeds():
        yield "left no entry"
    if row.each and row.leaves and expected == DONE:
        yield from _each(row, who, seen)


def _each(row: Row, who: Someone, seen: Seen) -> Iterator[str]:
    """Of a mixed list what is permitted is done, and what they do not see is not told apart from
    what never was.
    """
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
        why = "not permitted" if seen_by_them else "no longer there"
        skipped.append({"name": podman_id[:12], "host": "", "why": why})
    if seen.jobs != sorted(jobs):
        yield f"asked for {seen.jobs}"
    if seen.skipped != [skipped]:
        yield f"left out {seen.skipped}"
    if not jobs and not seen.tables <= {"hosts_batch"}:
        yield f"wrote to {sorted(seen.tables)}"


def test_one_s_own_is_one_s_own(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody else finds is there for whose it is."""
    browser = browser_for(Someone(matrix.bystander), monkeypatch)
    for row in ROWS:
        if row.wants == (OWN,):
            with watched() as seen:
                assert ended(knock(browser, row, matrix)) == DONE, row
            assert bool(seen.deeds()) == row.leaves, row


def routes() -> list[Route]:
    """All but the API."""
    return [route for route in every_route() if not route.pattern.startswith("/api/")]


def test_the_table_has_every_route() -> None:
    """Those for programs with tokens have tests of their own: tests.dashboard.test_api_acting."""
    assert {row.pattern for row in ROWS} == {route.pattern for route in routes()}
    assert len({(row.method, row.how, row.pattern) for row in ROWS}) == len(ROWS)


def test_the_table_has_every_method(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets anything by a method that is not in it."""
    browser = browser_for(matrix.people["admin"], monkeypatch)
    told = {(row.method, row.pattern) for row in ROWS}
    whole = {row.pattern for row in ROWS if row.wants == (ONESELF,)}
    found = []
    for route in routes():
        for method in ("GET", "POST"):
            if (method, route.pattern) in told or route.pattern in whole:
                continue
            answer: Any = knock(browser, Row(method, route.pattern, ("",)), matrix)
            if answer.status_code != 405:
                found.append((method, route.pattern, answer.status_code))
    assert found == []
