"""A registered host on the lab: another key, a new host key, one more socket, another try."""

from typing import Any

import pytest

from hosts.models import Host
from tests.cast import Cast
from tests.lab.wizard import ended, examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    return browser_of(cast.alice)


@pytest.fixture
def row(lab: Any, browser: Any) -> Any:
    """h1, registered by the wizard with its rootful socket."""
    host = lab.rootless
    to_the_key(browser, host)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    examine(browser)
    browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"})
    return Host.objects.get()


def test_a_key_is_replaced_once_the_new_one_works(lab: Any, browser: Any, row: Any) -> None:
    login = row.logins.get()
    before = bytes(login.sealed_key)
    browser.send(f"/hosts/logins/{login.pk}/key/")
    browser.send("/hosts/add/key/own/", {"private_key": own_key(lab.rootless)})
    lines = examine(browser)
    assert "The new key works" in lines[-1]["end"]
    login.refresh_from_db()
    assert bytes(login.sealed_key) == before
    browser.send("/hosts/add/register/")
    login.refresh_from_db()
    assert bytes(login.sealed_key) != before


def test_a_new_host_key_is_shown_beside_the_old(
    lab: Any, browser: Any, row: Any, entries: Any, faults: None
) -> None:
    old = row.fingerprint
    lab.rootless.new_host_key()
    new = lab.rootless.host_key_fingerprint
    page = browser.get(f"/hosts/{row.pk}/host-key/").content.decode()
    assert old in page
    assert new in page
    lines = examine(browser, f"/hosts/logins/{row.logins.get().pk}/examine/")
    assert ended(lines)["host-key"] == "failed"
    browser.send(f"/hosts/{row.pk}/host-key/", {"shown": new})
    row.refresh_from_db()
    assert row.fingerprint == new
    assert entries("host.edit")[-1].params["host_key"] == [old, new]


def test_a_socket_found_by_the_doctor_is_added(lab: Any, browser: Any, row: Any) -> None:
    socket = lab.rootless.login("seal").socket
    login = row.logins.get()
    lines = examine(browser, f"/hosts/logins/{login.pk}/examine/")
    assert socket in lines[-1]["end"]
    browser.send(f"/hosts/logins/{login.pk}/sockets/", {"socket": socket})
    assert row.endpoints.get(rootless=True).socket == socket


def test_a_socket_that_is_typed(lab: Any, browser: Any, row: Any) -> None:
    socket = lab.rootless.login("seal").socket
    login = row.logins.get()
    page = browser.get(f"/hosts/{row.pk}/doctor/", {"socket": socket}).content.decode()
    path = f"/hosts/logins/{login.pk}/examine/?socket=%2Frun%2Fuser%2F1000%2Fpodman%2Fpodman.sock"
    assert f'data-doctor="{path}"' in page
    assert socket in examine(browser, path)[-1]["end"]
    refused = browser.get(f"/hosts/{row.pk}/doctor/", {"socket": "podman.sock"})
    assert list(refused.context["form"].errors) == ["socket"]
