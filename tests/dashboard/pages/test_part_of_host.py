"""A person with some containers of a host sees no sums over the others."""

from typing import Any

import pytest

from hosts.models import Container, Endpoint, Host
from tests.cast import Cast
from tests.dashboard.pages.test_access_pages import text
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("asks who may do what in SQL")

INFO = {
    "host": {
        "cpus": 4,
        "cpuUtilization": {"idlePercent": 25},
        "memTotal": 8 << 30,
        "memFree": 2 << 30,
    },
    "store": {"graphRootAllocated": 100 << 30, "graphRootUsed": 42 << 30},
}
LOADS = ("6.0 GiB", "42.0 GiB", "75 %", "rootless", "anna", "/disk/", "Events")


@pytest.fixture
def web1(fleet: Fleet) -> Host:
    Endpoint.objects.filter(host=fleet.web1).update(info=INFO, state="up")
    Endpoint.objects.filter(user="anna").update(rootless=True)
    Container.objects.filter(endpoint__user="anna", name="shop-1").delete()
    return fleet.web1


def seen(browser: Any, host: Host) -> str:
    pages = ("/hosts/", f"/hosts/{host.pk}/", "/")
    answers = [browser.get(path, follow=True) for path in pages]
    return " ".join(text(one) + one.content.decode() for one in answers)


def test_a_narrowed_grant_tells_no_load_and_no_other_podman(
    fleet: Fleet, web1: Host, browser_of: Any
) -> None:
    fleet.grant("operator", host=web1, names="shop-*")
    told = seen(browser_of(fleet.erin), web1)
    assert "web1" in told
    assert [word for word in LOADS if word in told] == []


def test_whoever_sees_the_host_is_told_all_of_it(web1: Host, cast: Cast, browser_of: Any) -> None:
    told = seen(browser_of(cast.alice), web1)
    assert [word for word in LOADS if word not in told] == []


def test_nothing_that_fits_yet_is_said(fleet: Fleet, web1: Host, browser_of: Any) -> None:
    fleet.grant("operator", host=web1, names="none-*")
    assert Container.objects.filter(endpoint__host=web1).exists()
    page = text(browser_of(fleet.erin).get(f"/hosts/{web1.pk}/"))
    assert "none with a container that you see" in page
