"""A view run as SQL: tokens, negation, words for nonsense, pages, sorts; what one may not see."""

from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import timezone

from dashboard.live.spec import PAGE_ROWS, all_specs
from dashboard.live.view import run, view_of
from dashboard.pages.containers.lists import SPEC
from dashboard.person import who_of
from hosts.access import Person, rights_of
from hosts.access.rights import forget_rights

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


@pytest.fixture
def person(cast: Any) -> Any:
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    return Person(cast.alice, who)


def names(person: Any, line: str, **more: Any) -> list[str]:
    result = run(view_of(SPEC, {"q": line, **more}), person)
    assert result.troubles == []
    return [row.name for row in result.rows]


@pytest.fixture
def rows(container: Any) -> None:
    container("web", labels={"app": "shop", "a.b/c__x": "1"})
    container("db", image="postgres:17", state="exited", exit_code=1)
    container("cache", image="redis", state="paused", labels={"app": "blog"})


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", ["cache", "db", "web"]),
        ("state:running", ["web"]),
        ("state:running state:paused", ["cache", "web"]),
        ("-state:running", ["cache", "db"]),
        ("state:failed", ["db"]),
        ("image:post", ["db"]),
        ("label:app=shop", ["web"]),
        ("label:app", ["cache", "web"]),
        ("-label:app=shop", ["cache", "db"]),
        ("label:a.b/c__x=1", ["web"]),
        ("host:WEB1", ["cache", "db", "web"]),
        ("host:we*", ["cache", "db", "web"]),
        ("host:other", []),
        ("WE", ["web"]),
        ('"no such thing"', []),
    ],
)
def test_what_a_line_finds(person: Any, rows: None, line: str, found: list[str]) -> None:
    assert names(person, line) == found


def test_nonsense_is_said_and_finds_nothing(person: Any, rows: None) -> None:
    result = run(view_of(SPEC, {"q": "state:flying colour:red web"}), person)
    assert (result.rows, result.total) == ([], 0)
    assert "state:flying" in result.troubles[0]
    assert "running" in result.troubles[0]
    assert "colour:" in result.troubles[1]
    assert "host:" in result.troubles[1]


def test_pages_are_full_and_do_not_overlap(person: Any, container: Any) -> None:
    for n in range(PAGE_ROWS + 7):
        container(f"c{n:03}")
    first, second = names(person, "", page="1"), names(person, "", page="2")
    assert len(first) == PAGE_ROWS
    assert second == [f"c{n:03}" for n in range(PAGE_ROWS, PAGE_ROWS + 7)]
    # past the end is the last page
    assert names(person, "", page="99") == second


def test_a_minus_turns_the_order_round(person: Any, rows: None) -> None:
    assert names(person, "", sort="-name") == ["web", "db", "cache"]
    # an unknown sort is the default one
    assert names(person, "", sort="colour") == ["cache", "db", "web"]


def test_gone_rows_and_disabled_hosts_are_not_there(
    person: Any, rows: None, endpoint: Any, container: Any
) -> None:
    container("old", gone=timezone.now())
    assert names(person, "") == ["cache", "db", "web"]
    endpoint.host.enabled = False
    endpoint.host.save()
    # as the next request does
    forget_rights(person.user)
    assert names(person, "") == []


def test_whoever_may_not_see_containers_sees_none(rows: None, cast: Any) -> None:
    cast.charlie.role.built_in = False
    cast.charlie.role.verbs = ["host.view"]
    who = who_of(cast.charlie, session="", peer="192.0.2.7", forwarded="", door="page")
    assert run(view_of(SPEC, {}), Person(cast.charlie, who)).rows == []


def test_a_page_costs_the_same_queries_however_many_rows(
    person: Any, container: Any, django_assert_num_queries: Any
) -> None:
    # read once per request, whatever it shows
    rights_of(person.user)
    for n in range(3):
        container(f"a{n}")
    with django_assert_num_queries(7):
        run(view_of(SPEC, {}), person)
    for n in range(40):
        container(f"b{n}")
    forget_rights(person.user)
    rights_of(person.user)
    with django_assert_num_queries(7):
        run(view_of(SPEC, {}), person)


@pytest.mark.parametrize("value", ["²", "٣", "9" * 40, "-1", "x"])
def test_a_number_that_is_none_ends_no_list(person: Any, value: str) -> None:
    """A superscript two is a digit to Python and no number: who typed it got no page at all."""
    assert get_resolver().url_patterns
    numbered = [spec for spec in all_specs() if spec.token("key")]
    assert numbered
    for spec in numbered:
        assert run(view_of(spec, {"q": f"key:{value}"}), person).rows == []
