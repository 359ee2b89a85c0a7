"""Lists sorted and filtered by what containers use; who may not see it learns nothing by the order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from dashboard.live.spec import PAGE_ROWS
from dashboard.live.view import run, view_of
from dashboard.pages.containers.lists import SPEC
from dashboard.person import who_of
from hosts.access import Person
from hosts.access.rights import forget_rights
from hosts.models import ContainerFigures, Grant, StatsStanding

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

GIB = 2**30


@pytest.fixture
def person(cast: Any) -> Any:
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    return Person(cast.alice, who)


@pytest.fixture
def using(container: Callable[..., Any]) -> Callable[..., Any]:
    """`using("shop", 5000, GIB)`: a container that uses half a core and a gibibyte."""

    def make(name: str, cpu: int, memory: int, limit: int = 0, **fields: Any) -> Any:
        row = container(name, **fields)
        ContainerFigures.objects.create(
            container=row, cpu=cpu, memory_bytes=memory, limit_bytes=limit
        )
        return row

    return make


@pytest.fixture
def rows(using: Callable[..., Any], container: Callable[..., Any]) -> None:
    using("web", 12_000, GIB // 2)
    using("db", 300, 3 * GIB, 4 * GIB)
    using("cache", 5_100, 900 * 2**20, GIB)
    container("batch", state="exited", exit_code=0)
    container("asleep", state="exited", exit_code=0)


def result(person: Any, **asked: Any) -> Any:
    return run(view_of(SPEC, asked), person)


def names(person: Any, **asked: Any) -> list[str]:
    return [row.name for row in result(person, **asked).rows]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cpu:>50", ["cache", "web"]),
        ("cpu:>120", []),
        ("cpu:<3.5%", ["db"]),
        ("memory:>1g", ["db"]),
        ("memory:>0.9GiB", ["db"]),
        ("memory:<600m", ["web"]),
        ("memory:>80%", ["cache"]),
        ("memory:<80%", ["db"]),
        ("cpu:>50 state:running", ["cache", "web"]),
        ("-cpu:>50", ["asleep", "batch", "db"]),
    ],
)
def test_what_a_filter_finds(person: Any, rows: None, line: str, found: list[str]) -> None:
    assert names(person, q=line) == found


@pytest.mark.parametrize("line", ["cpu:50", "cpu:>1g", "memory:>1x", "memory:lots", "cpu:>²"])
def test_nonsense_is_said(person: Any, rows: None, line: str) -> None:
    assert result(person, q=line).troubles


def test_sorts_put_the_unmeasured_last_both_ways(person: Any, rows: None) -> None:
    assert names(person, sort="-memory") == ["db", "cache", "web", "asleep", "batch"]
    assert names(person, sort="memory") == ["web", "cache", "db", "asleep", "batch"]
    assert names(person, sort="-cpu") == ["web", "cache", "db", "asleep", "batch"]


def test_groups_keep_the_order_too(person: Any, rows: None) -> None:
    found = result(person, sort="-cpu", group="host").rows
    assert [row.name for row in found[1:]] == ["web", "cache", "db", "asleep", "batch"]


def test_pages_go_through_measured_and_others_without_a_gap(
    person: Any, using: Any, container: Any
) -> None:
    measured = PAGE_ROWS + 7
    for n in range(measured):
        using(f"m{n:03}", n, GIB)
    for n in range(PAGE_ROWS):
        container(f"z{n:03}")
    pages = [names(person, sort="-cpu", page=str(page)) for page in (1, 2, 3)]
    expected = [f"m{n:03}" for n in reversed(range(measured))]
    expected += [f"z{n:03}" for n in range(PAGE_ROWS)]
    assert [name for page in pages for name in page] == expected


def test_who_may_not_see_figures_learns_nothing_from_the_order(cast: Any, rows: None) -> None:
    invited = User.objects.create(
        email="e@example.org", name="Eve", role=Role.objects.get(name="member"), password="!"
    )
    sees = ["host.view", "container.view"]
    role = Role.objects.create(name="sees-no-figures", verbs=sees)
    Grant.objects.create(user=invited, role=role, made_by="Alice")
    forget_rights(invited)
    who = who_of(invited, session="", peer="192.0.2.7", forwarded="", door="page")
    eve = Person(invited, who)
    by_name = ["asleep", "batch", "cache", "db", "web"]
    assert names(eve) == by_name
    assert names(eve, sort="-memory") == by_name
    assert names(eve, q="memory:>1g") == []
    assert names(eve, q="-memory:>1g") == []


def test_a_host_that_gives_none_is_named_with_the_reason(
    person: Any, rows: None, endpoint: Any, browser_of: Any, cast: Any
) -> None:
    StatsStanding.objects.create(
        endpoint=endpoint, reason_kind="cgroups-v1", reason="cgroup", since=timezone.now()
    )
    browser = browser_of(cast.alice)
    page = browser.get("/containers/?sort=-memory").content.decode()
    assert "1 host reports no figures (web1): rootless Podman on cgroups v1" in page
    assert "reports no figures" not in browser.get("/containers/").content.decode()
    assert "reports no figures" in browser.get("/containers/?q=cpu:>5").content.decode()


def test_infra_is_left_out_until_it_is_asked_for(person: Any, rows: None, container: Any) -> None:
    container("0a1b-infra", is_infra=True, pod_name="shop")
    container("0c-infra", is_infra=True, pod_name="mail", state="exited")
    found = result(person)
    assert [row.name for row in found.rows] == ["asleep", "batch", "cache", "db", "web"]
    assert (found.total, found.aside) == (5, 2)
    assert result(person, q="state:exited").aside == 1
    assert names(person, q="infra:yes") == ["0a1b-infra", "0c-infra"]
    assert len(names(person, q="infra:any")) == 7
    assert result(person, q="infra:any").aside == 0
    assert names(person, q="infra:no", sort="-cpu")[0] == "web"
    assert result(person, sort="-cpu").total == 5


def test_a_view_keeps_its_columns(person: Any) -> None:
    view = view_of(SPEC, {"q": "web", "cols": "memory,nonsense,cpu"})
    assert view.columns == ("cpu", "memory")
    assert view.url() == "?q=web&cols=cpu%2Cmemory"
    assert view.url(sort="-cpu") == "?q=web&sort=-cpu&cols=cpu%2Cmemory"
