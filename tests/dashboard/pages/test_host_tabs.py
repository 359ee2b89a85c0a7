"""Lists and access in a host's frame: head and tabs stay, the list holds this host only."""

from typing import Any

import pytest

from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.each_database("searches, sorts and counts in SQL")]


@pytest.mark.parametrize("kind", ["image", "volume", "network", "secret", "pod"])
def test_a_list_in_the_hosts_frame(cast: Any, hosts: Hosts, browser_of: Any, kind: str) -> None:
    here = hosts.add(hosts.web1, kind, f"a-{kind}")
    there = hosts.add(hosts.web2, kind, f"another-{kind}")
    host = hosts.web1.host
    address = f"/hosts/{host.pk}/{kind}s/"
    page = browser_of(cast.bob).get(address).content.decode()
    assert f'href="{address}" aria-current="page"' in page
    assert f'data-list="{kind}s"' in page
    assert f'data-locked="host:&quot;{host.name}&quot;"' in page
    assert f'href="/hosts/{host.pk}/history/"' in page
    assert here.name in page
    assert there.name not in page
    # typing in the line replaces the list alone
    part = browser_of(cast.bob).get(
        address, {"q": "no-such"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET=f"list-{kind}s"
    )
    assert "<html" not in part.content.decode()
    assert here.name not in part.content.decode().split("data-rows")[1]


def test_access_in_the_frame_of_its_host_and_container(
    cast: Any, hosts: Hosts, browser_of: Any
) -> None:
    alice, bob = browser_of(cast.alice), browser_of(cast.bob)
    host = hosts.web1.host
    row = hosts.add(hosts.web1, "container", "shop")
    for browser, name in ((alice, "who"), (bob, "person")):
        word = "who/" if name == "who" else ""
        page = browser.get(f"/access/explain/{word}?host={host.pk}").content.decode()
        assert f'href="/hosts/{host.pk}/history/"' in page
        assert 'aria-current="page">Access' in page
        where = f"endpoint={hosts.web1.pk}&kind=container&id={row.podman_id}"
        page = browser.get(f"/access/explain/{word}?{where}").content.decode()
        assert f'href="/containers/{hosts.web1.pk}/{row.podman_id}/history/"' in page
        assert 'aria-current="page">Access' in page
    assert "/access/teams/" in alice.get("/access/explain/?where=web1").content.decode()
