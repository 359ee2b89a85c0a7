"""The wizard on a real host: address, fingerprint, key, doctor, registered."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.lab.joining import ended, examine, own_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _vault(keys: None) -> None:
    from django.conf import settings

    from hosts import vault

    vault.make_keys(settings.HAULOUT_KEYS)


def to_the_key(browser: Any, host: Any, user: str = "root") -> None:
    answer = browser.send("/hosts/add/", {"address": host.address, "port": "22", "user": user})
    assert answer.status_code == 302, answer.content.decode()
    page = browser.get("/hosts/add/fingerprint/").content.decode()
    assert host.host_key_fingerprint in page
    answer = browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint})
    assert answer["Location"] == "/hosts/add/key/"


def test_from_an_address_to_a_host(lab: Any, cast: Cast, browser_of: Any, entries: Any) -> None:
    from hosts.models import Host

    [host, *_rest] = lab.hosts
    browser = browser_of(cast.alice)
    to_the_key(browser, host)
    page = browser.get("/hosts/add/key/").content.decode()
    assert "ssh-ed25519 " in page
    assert "PRIVATE" not in page.replace("BEGIN OPENSSH PRIVATE KEY", "")
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    lines = examine(browser)
    assert set(ended(lines).values()) == {"passed"}, lines
    assert "/run/podman/podman.sock" in lines[-1]["end"]
    answer = browser.send(
        "/hosts/add/register/",
        {"name": "web1", "socket": "/run/podman/podman.sock", "new_groups": "prod edge"},
    )
    assert answer.status_code == 302, answer.content.decode()
    row = Host.objects.get()
    assert (row.name, row.address, row.fingerprint) == (
        "web1",
        host.address,
        host.host_key_fingerprint,
    )
    assert [group.name for group in row.groups.all()] == ["edge", "prod"]
    [endpoint] = row.endpoints.all()
    assert endpoint.graph_root == "/var/lib/containers/storage"
    [entry] = entries("host.add")
    assert entry.who_name == "Alice"
    assert "joining" not in browser.session
