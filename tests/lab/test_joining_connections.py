"""A file of connections that real hosts are behind: planned, and added by the wizard or the console."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts.models import Host, Login
from tests.cast import Cast
from tests.lab.wizard import draft, examine, own_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


def connections(host: Any) -> str:
    """Root's and the rootless user's of one machine, and one that leads nowhere."""
    user = host.login("seal")
    named = {
        "web1": f"ssh://root:hunter2@{host.address}:{host.port}{host.socket}",
        "web1-seal": f"ssh://seal@{host.address}:{host.port}{user.socket}",
        "here": "unix:///run/podman/podman.sock",
    }
    return json.dumps(
        {
            "Connection": {
                "Connections": {
                    name: {"URI": uri, "Identity": f"/home/a/{name}"} for name, uri in named.items()
                }
            },
            "Farm": {"List": {"prod": ["web1", "web1-seal"]}},
        }
    )


def test_from_a_plan_to_two_accounts_of_a_host(lab: Any, cast: Cast, browser_of: Any) -> None:
    host, browser = lab.rootless, browser_of(cast.alice)
    browser.send("/hosts/add/connections/", {"connections": connections(host)})
    address = browser.get("/hosts/add/?planned=0").context["form"].initial["address"]
    browser.send("/hosts/add/", {"address": address, "planned": "0"})
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint})
    assert "/home/a/web1" in browser.get("/hosts/add/key/").content.decode()
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    form = examine(browser)[-1]["end"]
    assert 'value="web1"' in form
    assert 'value="prod"' in form
    assert not Host.objects.exists()
    given = {"name": "web1", "socket": host.socket, "new_groups": "prod"}
    answer = browser.send("/hosts/add/register/", given)
    assert answer["Location"] == "/hosts/add/connections/"
    page = browser.get("/hosts/add/connections/").content.decode()
    assert "registered as web1" in page
    assert "hunter2" not in page

    address = browser.get("/hosts/add/?planned=1").context["form"].initial["address"]
    browser.send("/hosts/add/", {"address": address, "planned": "1"})
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint, "into": "1"})
    assert draft(browser)["planned"] == 1
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host, "seal")})
    examine(browser)
    browser.send("/hosts/add/register/", {"socket": host.login("seal").socket})
    [row] = Host.objects.all()
    assert [group.name for group in row.groups.all()] == ["prod"]
    assert set(row.endpoints.values_list("user", "socket")) == {
        ("root", host.socket),
        ("seal", host.login("seal").socket),
    }
    assert browser.get("/hosts/add/connections/")["Location"] == "/hosts/add/"


def test_the_console_imports_what_its_key_opens(lab: Any, tmp_path: Path) -> None:
    host = lab.rootless
    file = tmp_path / "podman-connections.json"
    file.write_text(connections(host))
    known = tmp_path / "known_hosts"
    known.write_text(f"[{host.address}]:{host.port} {host.host_key_line}\n")
    if host.port == 22:
        known.write_text(f"{host.address} {host.host_key_line}\n")
    words = ("import", str(file), "--known-hosts", str(known))
    with pytest.raises(CommandError, match="give --key-file"):
        call_command("host", *words)
    out, error = StringIO(), StringIO()
    key = ("--key-file", str(host.login("root").key_file))
    with pytest.raises(CommandError, match="1 of 2 hosts were not registered"):
        call_command("host", *words, *key, stdout=out, stderr=error)
    assert out.getvalue() == "web1: registered\n"
    said = error.getvalue()
    assert "here: unix:// is a socket of this machine" in said
    assert "web1: the password in its address is not used." in said
    assert "hunter2" not in said
    [login] = Login.objects.all()
    assert (login.user, login.host.name) == ("root", "web1")
    assert [group.name for group in login.host.groups.all()] == ["prod"]
