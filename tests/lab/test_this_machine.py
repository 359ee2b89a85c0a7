"""This machine's own Podman in one click, and trying a host again that is away."""

import json
from typing import Any

import pytest
from django.urls import reverse

from hosts import this_machine
from hosts.link.supervise import login as link_login
from hosts.models import Container, Endpoint
from tests.cast import Cast
from tests.lab.link_process import Link, link, register, state_of, until, up

__all__ = ["link"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_this_machine_in_one_click(
    lab: Any,
    link: Link,
    cast: Cast,
    browser_of: Any,
    entries: Any,
    clean_hosts: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = lab.hosts[0]
    path = str(host.local_socket)
    # a lab host's Podman, at a path of this machine
    monkeypatch.setattr(this_machine, "ROOTFUL", path)
    monkeypatch.setattr(this_machine, "_places", lambda: iter([(path, "root", False)]))
    host.podman("run", "-d", "--name", "shop", "localhost/busybox", "sleep", "1000")
    browser = browser_of(cast.alice)
    page = browser.get("/hosts/add/").content.decode()
    assert "Add this machine" in page
    assert path in page

    answer = browser.send(reverse("hosts:local"), {"socket": path})
    assert answer["Location"] == "/containers/"
    [endpoint] = Endpoint.objects.all()
    store = json.loads(host.podman("info", "-f", "json"))["store"]["graphRoot"]
    assert (endpoint.host.kind, endpoint.graph_root) == ("local", store)
    assert [entry.who_name for entry in entries("host.add")] == ["Alice"]
    until("its containers are there", lambda: up(endpoint))
    said = set(host.podman("ps", "-aq", "--no-trunc").split())
    assert set(Container.objects.filter(gone=None).values_list("podman_id", flat=True)) == said
    assert state_of(endpoint, "shop") == "running"
    # and it is not offered again
    assert "Add this machine" not in browser.get("/hosts/add/").content.decode()


@pytest.mark.usefixtures("faults")
def test_try_now(
    lab: Any,
    link: Link,
    cast: Cast,
    browser_of: Any,
    entries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # by itself it would try again in an hour
    monkeypatch.setattr(link_login, "_pause", lambda away_s: 3600.0)
    host = lab.hosts[0]
    endpoint = register(host)
    browser = browser_of(cast.alice)

    def state() -> str:
        endpoint.login.refresh_from_db()
        return str(endpoint.login.state)

    host.kill_sshd()
    until("it is away", lambda: state() == "away")
    page = browser.get(f"/hosts/{endpoint.host_id}/").content.decode()
    url = reverse("hosts:reconnect", args=[endpoint.host_id])
    assert "Try now" in page
    assert url in page
    host.start_sshd()
    assert state() == "away"
    assert browser.send(url).status_code in (200, 204, 302)
    until("it is up again", lambda: state() == "up")
    assert [entry.params for entry in entries("host.doctor")] == [{"action": "reconnect"}]
