"""Connecting containers to a network, and which containers are not offered."""

import json
from typing import Any

from hosts.models import Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]

HTMX = {"HX-Request": "true"}


def network_of(hosts: Hosts) -> Any:
    subnets = [{"subnet": "10.89.3.0/24", "gateway": "10.89.3.1"}]
    return hosts.add(hosts.web1, "network", "back", subnets=subnets)


def test_connecting_asks_for_a_job_and_says_where_to_watch(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    row = network_of(hosts)
    web = hosts.add(hosts.web1, "container", "web", state="running", networks=["podman"])
    given = {"container": web.podman_id, "aliases": "www, shop", "address": "10.89.3.7"}
    url = f"/networks/{hosts.web1.pk}/{row.podman_id}/connect/"
    answer = browser_of(cast.bob).send(url, given, headers=HTMX)
    job = Job.objects.get()
    assert job.params["aliases"] == ["www", "shop"]
    assert (job.params["address"], job.params["container"]) == ("10.89.3.7", "web")
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["toast"]["url"] == f"/jobs/{job.pk}/"
    assert "members-later" in told


def test_what_cannot_be_connected_is_said_without_a_job(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    row = network_of(hosts)
    web = hosts.add(hosts.web1, "container", "web", state="running", networks=["back"])
    other = hosts.add(hosts.web1, "container", "db", state="running", networks=["podman"])
    elsewhere = hosts.add(hosts.seal, "container", "pup", state="running", networks=["podman"])
    browser = browser_of(cast.bob)
    url = f"/networks/{hosts.web1.pk}/{row.podman_id}/connect/"

    def said(**given: str) -> str:
        answer = browser.send(url, given, headers=HTMX)
        return str(json.loads(answer.headers["HX-Trigger"])["toast"]["text"])

    assert "already connected to back" in said(container=web.podman_id)
    assert "in none of the network's subnets" in said(container=other.podman_id, address="10.1.1.1")
    assert "not an IP address" in said(container=other.podman_id, address="x")
    assert "not a DNS name" in said(container=other.podman_id, aliases="a_b!")
    # a container of another Podman does not exist here
    assert browser.send(url, {"container": elsewhere.podman_id}).status_code == 404
    assert browser_of(cast.charlie).send(url, {"container": other.podman_id}).status_code == 403
    assert not Job.objects.exists()


def test_disconnecting_asks_first(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = network_of(hosts)
    web = hosts.add(hosts.web1, "container", "web<b>", state="running", networks=["back"])
    url = f"/networks/{hosts.web1.pk}/{row.podman_id}/disconnect/"
    browser = browser_of(cast.bob)
    page = browser.get(url, {"object": web.podman_id}).content.decode()
    assert "Disconnect web&lt;b&gt; from back?" in page
    assert not Job.objects.exists()
    browser.send(url, {"object": web.podman_id}, headers=HTMX)
    assert Job.objects.get().verb == "network.disconnect"


def test_the_tab_of_a_host_that_is_away_says_so(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = hosts.add(hosts.web2, "network", "back")
    url = f"/networks/{hosts.web2.pk}/{row.podman_id}/members/"
    browser = browser_of(cast.charlie)
    assert "Asking the host" in browser.get(url).content.decode()
    assert "cannot be reached now" in browser.get(url, headers=HTMX).content.decode()


def test_podmans_own_network_is_not_offered_for_removal(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    network_of(hosts)
    hosts.add(hosts.web1, "network", "podman")
    page = browser_of(cast.bob).get("/networks/").content.decode()
    assert 'aria-label="Remove back"' in page
    assert 'aria-label="Remove podman"' not in page
