"""Two machines with one SSH host key, as clones of one image: told apart, warned of, added on a yes."""

import shutil
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts.link.supervise import roster
from hosts.models import Host
from tests.cast import Cast
from tests.lab.wizard import examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
KEY = "etc/ssh/host_ed25519"


@pytest.fixture
def clones(lab: Any, faults: None) -> Iterator[Any]:
    """Both hosts of the lab with the first one's host key."""
    first, second = lab.hosts
    own = [(second.folder / f"{KEY}{end}").read_bytes() for end in ("", ".pub")]
    second.kill_sshd()
    for end in ("", ".pub"):
        shutil.copy2(first.folder / f"{KEY}{end}", second.folder / f"{KEY}{end}")
    second.start_sshd()
    yield lab
    second.run("hostname", second.name)
    second.kill_sshd()
    for end, data in zip(("", ".pub"), own, strict=True):
        (second.folder / f"{KEY}{end}").write_bytes(data)
    second.start_sshd()


def add(host: Any, *more: str) -> str:
    err = StringIO()
    words = ["add", f"ssh://root@{host.address}:{host.port}/run/podman/podman.sock"]
    words += ["--key-file", str(host.login("root").key_file)]
    words += ["--fingerprint", host.host_key_fingerprint, *more]
    call_command("host", *words, stdout=StringIO(), stderr=err)
    return err.getvalue()


def test_a_clone_by_the_console(clones: Any, entries: Any) -> None:
    first, second = clones.hosts
    assert first.host_key_fingerprint == second.host_key_fingerprint
    add(first, "--name", "web1")
    with pytest.raises(CommandError, match="--another-machine"):
        add(second, "--name", "web2")
    assert Host.objects.count() == 1
    warned = add(second, "--name", "web2", "--another-machine")
    assert "same SSH host key as web1" in warned
    assert "It is not web1: it has another host name" in warned
    assert "ssh-keygen -A" in warned
    assert entries("host.add")[-1].params["host_key_of"] == ["web1"]
    one, two = roster.stores()
    assert one[1] != two[1]
    stores = roster.Stores()
    stores.set([one, two])
    assert stores.first(two[0], two[1], two[2]) == two[0]


def test_the_same_machine_is_no_clone(clones: Any) -> None:
    first, _ = clones.hosts
    add(first, "--name", "web1")
    with pytest.raises(CommandError, match="already registered, as web1"):
        add(first, "--name", "web2", "--another-machine")
    assert Host.objects.count() == 1


def test_nothing_differs(clones: Any) -> None:
    # hosts of the lab share kernel and machine id; now the name too, and their stores are empty
    first, second = clones.hosts
    second.run("hostname", first.name)
    add(first, "--name", "web1")
    with pytest.raises(CommandError, match="already registered, as web1"):
        add(second, "--name", "web2", "--another-machine")


def test_while_the_first_is_away(clones: Any) -> None:
    first, second = clones.hosts
    add(first, "--name", "web1")
    first.kill_sshd()
    warned = add(second, "--name", "web2", "--another-machine")
    assert "web1 does not answer now" in warned


def test_a_clone_by_the_page(clones: Any, cast: Cast, browser_of: Any) -> None:
    first, second = clones.hosts
    add(first, "--name", "web1")
    browser = browser_of(cast.alice)
    browser.send("/hosts/add/", {"address": second.address, "port": str(second.port)})
    page = browser.get("/hosts/add/fingerprint/").content.decode()
    assert "web1 shows the same key" in page
    to_the_key(browser, second)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(second)})
    end = examine(browser)[-1]["end"]
    assert "It is not web1: it has another host name" in end
    given = {"name": "web2", "socket": "/run/podman/podman.sock"}
    refused = browser.send("/hosts/add/register/", given).content.decode()
    assert "It has the same host key as web1." in refused
    assert Host.objects.count() == 1
    browser.send("/hosts/add/register/", given | {"another_machine": "1"})
    assert Host.objects.get(name="web2").another_machine
