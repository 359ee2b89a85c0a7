"""The overview: totals, tiles by group, top containers, the feed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import Target, Who
from dashboard.furniture.host_status import HostStatus
from dashboard.pages.overview import tiles
from dashboard.pages.overview.feed import feed
from dashboard.pages.overview.fleet import Fleet
from dashboard.person import who_of
from hosts.access import Person
from hosts.models import Container, ContainerFigures, Endpoint, Host, StatsStanding
from tests import make
from tests.cast import Cast

GIB = 2**30
INFO = {"host": {"cpus": 8, "memTotal": 16 * GIB, "memFree": GIB}, "store": {}}

pytestmark = [pytest.mark.django_db, pytest.mark.each_database("searches, sorts and counts in SQL")]


def add(
    name: str, state: str = "up", group: str = "", *, cpu: int = 0, memory: int = 0
) -> Endpoint:
    now, host = timezone.now(), make.host(name, groups=[group] if group else [])
    endpoint = make.endpoint(host, state=state, info=INFO, info_at=now)
    StatsStanding.objects.create(
        endpoint=endpoint,
        since=now,
        sampled_at=now,
        cpu=cpu,
        memory_bytes=memory,
        cpus=8,
        machine_bytes=16 * GIB,
    )
    return endpoint


def container(endpoint: Endpoint, name: str, cpu: int, memory: int, limit: int = 0) -> Container:
    row = make.container(endpoint, name)
    ContainerFigures.objects.create(container=row, cpu=cpu, memory_bytes=memory, limit_bytes=limit)
    return row


def page_of(cast: Cast, browser_of: Any, path: str = "/") -> str:
    return str(browser_of(cast.alice).get(path).content.decode())


def panel(page: str, name: str) -> str:
    """The part of the page that is this panel."""
    return page.partition(f'data-list="overview-{name}"')[2].partition("</live-list>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_one_line_sums_the_fleet_up(cast: Cast, browser_of: Any) -> None:
    container(add("web1", cpu=20_000, memory=GIB), "shop", 0, 1)
    container(add("web2", cpu=10_000, memory=GIB), "mail", 0, 1)
    add("web3", "away")
    said = words(panel(page_of(cast, browser_of), "totals"))
    assert "3 hosts 2 up 1 away" in said
    assert "2 of 2 containers running" in said
    assert "3.0 of 16 cores · 2.0 GiB of 32.0 GiB memory used by containers" in said


def test_tiles_stand_by_group_and_the_worst_comes_first(cast: Cast, browser_of: Any) -> None:
    for name, state, group in (
        ("a1", "up", "edge"),
        ("b1", "up", "prod"),
        ("b2", "away", "prod"),
        ("c1", "degraded", ""),
    ):
        add(name, state, group)
    fleet = panel(page_of(cast, browser_of), "fleet")
    names = re.findall(r"<strong>([^<]*)</strong>", fleet)
    assert names == ["prod", "b2", "b1", "edge", "a1", "In no group", "c1"]
    assert "2 hosts · 1 in trouble" in words(fleet)


@pytest.mark.parametrize(
    ("count", "level"), [(3, "roomy"), (7, "compact"), (61, "cell"), (201, "dot")]
)
def test_tiles_shrink_as_the_fleet_grows(count: int, level: str) -> None:
    hosts = [Host(pk=n, name=f"h{n:03}") for n in range(count)]
    found = tiles.tiles(Fleet(hosts, {host.pk: HostStatus("up") for host in hosts}))
    assert [tile.level for tile in found] == [level] * count


def test_the_five_that_use_most(cast: Cast, browser_of: Any) -> None:
    web1, web2 = add("web1"), add("web2")
    for n in range(6):
        container(web1, f"c{n}", 1000 * n, GIB * (6 - n), 8 * GIB)
    container(web2, "hog", 14_000, 5)
    page = page_of(cast, browser_of)
    cpu = panel(page, "cpu")
    assert re.findall(r'title="(\w+)"', cpu) == ["hog", "c5", "c4", "c3", "c2"]
    assert "140 %" in words(cpu)
    memory = panel(page, "memory")
    assert re.findall(r'title="(\w+)"', memory) == ["c0", "c1", "c2", "c3", "c4"]
    assert "6.0 GiB · 75 %" in words(memory)


def test_hosts_are_sorted_by_what_their_containers_use(cast: Cast, browser_of: Any) -> None:
    for name, cpu, memory in (
        ("web1", 8_000, 3 * GIB),
        ("web2", 40_000, GIB),
        ("web3", 100, 9 * GIB),
    ):
        container(add(name, cpu=cpu, memory=memory), "c", 0, 1)
    unmeasured = add("asleep")
    StatsStanding.objects.filter(pk=unmeasured.pk).update(
        sampled_at=timezone.now() - timedelta(hours=1)
    )

    def order(sort: str) -> list[str]:
        page = page_of(cast, browser_of, f"/hosts/?sort={sort}")
        return re.findall(r'<tr id="h\d+"[^>]*data-host="(\w+)"', page)

    assert order("-cpu") == ["web2", "web1", "web3", "asleep"]
    assert order("cpu") == ["web3", "web1", "web2", "asleep"]
    assert order("-memory") == ["web3", "web1", "web2", "asleep"]
    page = page_of(cast, browser_of, "/hosts/?sort=-memory")
    assert "9.0 GiB · 56 %" in page


def test_the_feed_counts_what_was_done_outside(cast: Cast, browser_of: Any) -> None:
    endpoint = add("web1")
    target = Target(
        kind="container", id="a" * 64, name="shop", host_id=endpoint.host_id, host_name="web1"
    )
    with transaction.atomic():
        write.event(Who(name="Ada", door="page"), "container.logs", target)
        for n in range(12):
            other = Target(kind="container", id=f"{n:064}", name=f"c{n}", host_name="web1")
            write.observed("container.stop", other, how="event")
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    found = feed(Person(cast.alice, who))
    assert [hasattr(one, "line") for one in found] == [True, False]
    said = words(panel(page_of(cast, browser_of), "entries"))
    assert "12 changes outside Haulout in 24 hours" in said
    assert "c11" not in said
