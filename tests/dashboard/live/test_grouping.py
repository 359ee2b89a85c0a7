"""Rows in groups: heads with counts and states, order inside, pages across groups, whole groups."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from dashboard.live.grouping import GroupHead
from dashboard.live.spec import PAGE_ROWS
from dashboard.live.view import rows_in, run, view_of
from dashboard.pages.containers.lists import SPEC as CONTAINERS
from dashboard.pages.volumes.urls import SPEC as VOLUMES
from dashboard.person import who_of
from hosts import bells
from hosts.access import Person
from tests import make

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


@pytest.fixture
def person(cast: Any) -> Any:
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    return Person(cast.alice, who)


@pytest.fixture
def other(endpoint: Any) -> Any:
    """Another host, whose name comes first."""
    return make.endpoint("alpha")


def shown(person: Any, **given: Any) -> list[str]:
    """Heads as "[title count]", rows by their names."""
    rows = run(view_of(CONTAINERS, given), person).rows
    return [f"[{r.title} {r.count}]" if isinstance(r, GroupHead) else r.name for r in rows]


def head(person: Any, title: str, **given: Any) -> GroupHead:
    rows = run(view_of(CONTAINERS, given), person).rows
    return next(r for r in rows if isinstance(r, GroupHead) and r.title == title)


def test_groups_stand_by_title_and_those_in_none_come_last(person: Any, container: Any) -> None:
    container("zoo", project="Shop")
    container("ant", project="blog")
    container("bee", project="Shop")
    container("aaa")
    assert shown(person, group="project") == [
        *("[blog 1]", "ant", "[Shop 2]", "bee", "zoo"),
        *("[In no compose project 1]", "aaa"),
    ]
    assert shown(person, group="project", sort="-name")[3:5] == ["zoo", "bee"]


def test_a_pod_of_the_same_name_on_another_host_is_another_group(
    person: Any, container: Any, other: Any
) -> None:
    container("a", pod_name="fish", kube=True)
    container("b", pod_name="fish", endpoint=other)
    assert shown(person, group="pod") == ["[fish · alpha 1]", "b", "[fish · web1 1]", "a"]
    assert shown(person, group="kube") == ["[fish 1]", "a", "[Not from a kube file 1]", "b"]


def test_sorting_by_host_goes_by_its_name(person: Any, container: Any, other: Any) -> None:
    container("b")
    container("c", endpoint=other)
    container("a")
    assert shown(person, sort="host") == ["c", "a", "b"]
    assert shown(person, sort="-host") == ["b", "a", "c"]
    assert shown(person, group="host") == ["[alpha 1]", "c", "[web1 2]", "a", "b"]


def test_a_head_tells_the_worst_state_first_and_what_makes_sense(
    person: Any, container: Any, other: Any
) -> None:
    container("a", project="shop")
    container("b", project="shop", endpoint=other, state="exited", exit_code=3)
    container("c", project="shop", health="unhealthy")
    container("d", project="shop", state="exited", exit_code=0)
    facts = head(person, "shop", group="project").facts
    assert facts.states == (("failed", 1), ("unhealthy", 1), ("exited", 1), ("running", 1))
    assert (facts.worst, facts.hosts) == ("failed", 2)
    assert facts.can == ("start", "restart", "stop", "logs")
    before = head(person, "shop", group="project").mark
    container("e", project="shop")
    assert head(person, "shop", group="project").mark != before


def test_pages_go_through_the_groups_and_a_head_stands_on_each(person: Any, container: Any) -> None:
    for number in range(PAGE_ROWS + 10):
        container(f"b{number:03}", project="big")
    for name in ("a1", "a2"):
        container(name, project="all")
    container("lone")
    first = run(view_of(CONTAINERS, {"group": "project"}), person)
    second = run(view_of(CONTAINERS, {"group": "project", "page": "2"}), person)
    assert (first.total, first.pages, first.shown) == (PAGE_ROWS + 13, 2, PAGE_ROWS)
    assert [r.title for r in first.rows if isinstance(r, GroupHead)] == ["all", "big"]
    heads = [r for r in second.rows if isinstance(r, GroupHead)]
    assert [(h.title, h.continued) for h in heads] == [
        ("big", True),
        ("In no compose project", False),
    ]
    rows = [r.name for r in (*first.rows, *second.rows) if not isinstance(r, GroupHead)]
    assert rows == ["a1", "a2", *(f"b{n:03}" for n in range(PAGE_ROWS + 10)), "lone"]


def test_the_filter_cuts_groups_and_a_whole_group_is_found_by_its_key(
    person: Any, container: Any
) -> None:
    container("a", project="shop")
    container("b", project="shop", state="exited")
    container("c")
    container("d", pod_name="fish")

    def found(**given: str) -> list[str]:
        return [
            row.name
            for row in rows_in(CONTAINERS, person, **{"line": "", **given}).order_by("name")
        ]

    assert shown(person, q="state:running project:shop", group="project") == ["[shop 1]", "a"]
    assert found(group="project", key="shop") == ["a", "b"]
    assert found(group="project", key="shop", line="state:running") == ["a"]
    assert found(group="project", key="") == ["c", "d"]
    key = head(person, "fish", group="pod").text
    assert found(group="pod", key=key) == ["d"]
    for nonsense in ("fish", "x:fish", "9" * 40 + ":fish"):
        assert found(group="pod", key=nonsense) == []
    assert found(group="nothing", key="shop") == []


def test_a_page_of_groups_asks_a_fixed_number_of_questions(
    person: Any, container: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        container(f"c{number}", project=f"p{number % 20}")
    container("lone")
    with django_assert_max_num_queries(16):
        run(view_of(CONTAINERS, {"group": "project"}), person)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_heads_are_live(cast: Any, valkey: Any, container: Any, page: Any) -> None:
    await sync_to_async(container)("a", project="shop")
    alice = await page(cast.alice)
    first = await alice.watch(group="project")
    (pk,) = [key for key in first["order"] if isinstance(key, str)]
    assert pk.startswith("g")
    assert "shop" in first["rows"][pk]
    assert first["total"] == 1
    await sync_to_async(container)("b", project="shop", state="paused")
    await sync_to_async(bells.ring)("containers")
    news = await alice.rows()
    assert "paused" in news["rows"][pk]
    assert len(news["order"]) == 3
    assert news["total"] == 2
    # a browser that comes back with what it has is told nothing twice
    again = await page(cast.alice)
    have = {str(key): "" for key in news["order"]}
    told = await again.watch(group="project", have=have)
    assert set(map(str, told["rows"])) == set(have)


def test_other_lists_sort_by_host_too(person: Any, endpoint: Any, other: Any) -> None:
    for name, place in (("a", endpoint), ("b", other), ("c", endpoint)):
        make.volume(place, name, podman_id=name)
    order = [row.name for row in run(view_of(VOLUMES, {"sort": "host"}), person).rows]
    assert order == ["b", "a", "c"]
