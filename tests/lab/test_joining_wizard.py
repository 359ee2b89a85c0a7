"""The wizard on a real host: address, fingerprint, key, doctor, registered."""

from typing import Any

import pytest

from hosts.models import Endpoint, Host
from tests.cast import Cast
from tests.lab.wizard import draft, ended, examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


def test_from_an_address_to_a_host(lab: Any, cast: Cast, browser_of: Any, entries: Any) -> None:
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
    assert draft(browser) == {}


def test_a_rootless_user_joins_the_host_with_a_password(
    lab: Any, cast: Cast, browser_of: Any, entries: Any
) -> None:
    host, browser = lab.rootless, browser_of(cast.alice)
    password = host.login("seal").password
    to_the_key(browser, host)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    examine(browser)
    browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"})
    row = Host.objects.get()

    browser.send("/hosts/add/", {"address": f"seal@{host.address}"})
    page = browser.get("/hosts/add/fingerprint/").content.decode()
    assert "Add seal to web1" in page
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint, "into": "1"})
    browser.get("/hosts/add/key/")
    wrong = browser.send("/hosts/add/key/install/", {"password": "no such words", "form": "plain"})
    assert "did not accept this password" in wrong.content.decode()
    assert "no such words" not in wrong.content.decode()
    answer = browser.send("/hosts/add/key/install/", {"password": password, "form": "forward"})
    assert answer["Location"] == "/hosts/add/check/"
    assert password not in str(draft(browser))
    lines = examine(browser)
    assert ended(lines)["login"] == "passed"
    browser.send("/hosts/add/register/", {"socket": host.login("seal").socket})
    assert {login.user for login in row.logins.all()} == {"root", "seal"}
    [endpoint] = row.endpoints.filter(rootless=True)
    assert (endpoint.user, endpoint.socket) == ("seal", host.login("seal").socket)
    results = [(one.kind, one.result) for one in entries("host.install_key")]
    assert results == [
        ("intent", ""),
        ("outcome", "failed"),
        ("intent", ""),
        ("outcome", "ok"),
    ]
    assert Host.objects.count() == 1


def test_the_same_store_twice(lab: Any, cast: Cast, browser_of: Any) -> None:
    host, browser = lab.rootless, browser_of(cast.alice)
    socket = host.login("seal").socket
    to_the_key(browser, host)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    lines = examine(browser)
    assert socket in lines[-1]["end"]
    both = ["/run/podman/podman.sock", socket]
    browser.send("/hosts/add/register/", {"name": "web1", "socket": both})
    assert Endpoint.objects.get(rootless=True).user == "seal"

    browser.send("/hosts/add/", {"address": f"seal@{host.address}"})
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint, "into": "1"})
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host, "seal")})
    examine(browser)
    answer = browser.send("/hosts/add/register/", {"socket": socket})
    assert "already registered, as web1/seal" in answer.content.decode()
    assert Endpoint.objects.count() == 2
