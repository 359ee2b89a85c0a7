"""The forms that make volumes, networks and secrets: judged before the click, a job after it."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hosts import vault
from hosts.models import Batch, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("keeps texts with strange characters and of any length")

__all__ = ["hosts"]


def problems(answer: Any) -> dict[str, Any]:
    return dict(answer.context["form"].errors)


def test_a_volume(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    given = {"endpoint": hosts.web1.pk, "name": "shop-db", "options": "o=password=hunter2"}
    answer = browser_of(cast.bob).send("/volumes/create/", given)
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.endpoint_id) == ("volume.create", hosts.web1.pk)
    assert job.params["option_names"] == ["o"]
    assert "hunter2" not in json.dumps(job.params)
    assert job.sealed_params


def test_a_name_that_is_taken_or_none(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.web1, "volume", "shop-db")
    browser = browser_of(cast.bob)
    given = {"endpoint": hosts.web1.pk, "name": "shop-db"}
    assert "already exists" in str(problems(browser.send("/volumes/create/", given))["name"])
    given = {"endpoint": hosts.web1.pk, "name": "-x"}
    assert "letter or digit" in str(problems(browser.send("/volumes/create/", given))["name"])
    assert not Job.objects.exists()
    # elsewhere it is free
    browser.send("/volumes/create/", {"endpoint": hosts.seal.pk, "name": "shop-db"})
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"subnet4": "10.1.2.3/24"}, "subnet4", "the subnet is 10.1.2.0/24"),
        ({"subnet4": "lan"}, "subnet4", "is not a subnet"),
        ({"subnet4": "fd00::/64"}, "subnet4", "other IP version"),
        ({"gateway4": "10.1.2.1"}, "subnet4", "Enter the subnet"),
        ({"subnet4": "10.1.2.0/24", "gateway4": "10.1.3.1"}, "gateway4", "not within"),
        ({"subnet4": "10.1.2.0/24", "gateway4": "10.1.2.0"}, "gateway4", "subnet itself"),
        ({"subnet4": "10.1.2.0/24", "range4": "10.1.2.9-10.1.2.5"}, "range4", "is after"),
        ({"subnet4": "10.1.2.0/24", "range4": "10.1.0.0/16"}, "range4", "not within"),
        ({"subnet4": "10.89.0.0/16"}, "subnet4", "of the network “back” on web1"),
        ({"subnet4": "10.1.0.0/16", "further": "10.1.2.0/24"}, "subnet4", "overlap"),
        ({"parent": "eth0"}, "parent", "Only macvlan"),
        ({"driver": "macvlan", "internal": "on"}, "internal", "Only a bridge"),
        ({"dns_servers": "ns1"}, "dns_servers", "not an IP address"),
        ({"name": "host"}, "name", "is reserved"),
    ],
)
def test_what_a_network_cannot_be_stands_at_its_field(
    cast: Cast, browser_of: Any, hosts: Hosts, given: dict[str, str], field: str, words: str
) -> None:
    taken = [{"subnet": "10.89.3.0/24", "gateway": "10.89.3.1"}]
    hosts.add(hosts.web1, "network", "back", subnets=taken)
    form = {"endpoint": hosts.web1.pk, "name": "front", "driver": "bridge"} | given
    answer = browser_of(cast.bob).send("/networks/create/", form)
    assert words in str(problems(answer).get(field)), problems(answer)
    assert not Job.objects.exists()


def test_a_network_of_both_families(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    form = {
        "endpoint": hosts.web1.pk,
        "name": "front",
        "driver": "bridge",
        "subnet4": "10.1.2.0/24",
        "range4": "10.1.2.0/25",
        "subnet6": "fd00:1::/64",
        "gateway6": "fd00:1::1",
        "isolate": "on",
        "mtu": "1400",
        "options": "mode=unmanaged",
        "dns_servers": "192.0.2.53, 192.0.2.54",
    }
    browser_of(cast.bob).send("/networks/create/", form)
    params = Job.objects.get().params
    v4, v6 = params["subnets"]
    assert v4["lease_range"] == {"start_ip": "10.1.2.1", "end_ip": "10.1.2.127"}
    assert v6 == {"subnet": "fd00:1::/64", "gateway": "fd00:1::1"}
    assert params["ipv6"] is True
    assert params["dns"] is False
    assert params["options"] == {"isolate": "true", "mtu": "1400", "mode": "unmanaged"}
    assert params["dns_servers"] == ["192.0.2.53", "192.0.2.54"]


def test_rootless_has_no_network_of_the_host(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    form = {"endpoint": hosts.seal.pk, "name": "lan", "driver": "macvlan", "parent": "eth0"}
    answer = browser_of(cast.bob).send("/networks/create/", form)
    assert "needs root" in str(problems(answer)["driver"])


def test_a_secret_typed_or_from_a_file(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    typed = {"endpoints": hosts.web1.pk, "name": "pw", "value": "two\r\nlines"}
    browser.send("/secrets/create/", typed)
    file = SimpleUploadedFile("key.pem", b"\x00\r\nbytes")
    browser.send("/secrets/create/", {"endpoints": hosts.web1.pk, "name": "key", "file": file})
    kept = [
        vault.open_sealed(bytes(job.sealed_params or b""), "job")
        for job in Job.objects.order_by("pk")
    ]
    assert kept == [b"two\nlines", b"\x00\r\nbytes"]
    assert Job.objects.last().params["size_bytes"] == 9


def test_a_refused_secret_is_not_sent_back(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    given = {"endpoints": hosts.web1.pk, "name": "bad name", "value": "hunter2"}
    page = browser.send("/secrets/create/", given)
    assert "hunter2" not in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    given = {"endpoints": hosts.web1.pk, "name": "pw", "value": ""}
    assert "Enter the value" in str(problems(browser.send("/secrets/create/", given))["value"])
    given |= {"value": "x" * 512_000}
    assert "512,000" in str(problems(browser.send("/secrets/create/", given))["value"])
    assert not Job.objects.exists()


def test_viewers_neither_see_the_forms_nor_use_them(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    browser = browser_of(cast.charlie)
    for plural in ("volumes", "networks", "secrets"):
        assert browser.get(f"/{plural}/create/").status_code == 403
        given = {"endpoint": hosts.web1.pk, "name": "x", "value": "x", "driver": "bridge"}
        assert browser.send(f"/{plural}/create/", given).status_code == 403
        assert f"/{plural}/create/" not in browser.get(f"/{plural}/").content.decode()
    assert not Job.objects.exists()


def test_replacing_a_secret_warns_even_when_the_host_is_silent(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    row = hosts.add(hosts.web1, "secret", "pw")
    browser = browser_of(cast.bob)
    url = f"/secrets/{hosts.web1.pk}/{row.podman_id}/replace/"
    assert "keep the old value" in browser.get(url).content.decode()
    browser.send(url, {"value": "hunter3"})
    job = Job.objects.get()
    assert (job.verb, job.object_id) == ("secret.replace", row.podman_id)
    assert "hunter3" not in json.dumps(job.params)


def test_one_secret_on_several_hosts(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    places = [hosts.web1.pk, hosts.seal.pk]
    given = {"name": "pw", "value": "hunter2", "endpoints": places}
    answer = browser.send("/secrets/create/", given)
    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/jobs/?q=batch:{batch.pk}"
    jobs = Job.objects.filter(batch=batch)
    assert sorted(job.endpoint_id or 0 for job in jobs) == sorted(places)
    sealed = {vault.open_sealed(bytes(job.sealed_params or b""), "job") for job in jobs}
    assert sealed == {b"hunter2"}
    # taken on one of them: nothing is asked
    hosts.add(hosts.seal, "secret", "key")
    given |= {"name": "key"}
    assert "on web1/seal" in str(problems(browser.send("/secrets/create/", given))["name"])
    given |= {"endpoints": []}
    assert "Choose a host" in str(problems(browser.send("/secrets/create/", given))["endpoints"])
    assert Job.objects.count() == 2
