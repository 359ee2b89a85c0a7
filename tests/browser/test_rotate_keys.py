"""Keys rotated by clicks: chosen in the list of hosts, or in one host's settings, judged by sshd."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served, invited, job_ends, serving
from tests.lab.hosts import Host
from tests.lab.hosts.ssh_client import ssh_command

pytestmark = pytest.mark.timeout(240)
FILE = "/root/.ssh/authorized_keys"


@pytest.fixture
def hosts(lab: Any) -> Iterator[list[Host]]:
    """The lab's hosts; the lab's own key is let in again afterwards, beside the rotated one."""
    found = list(lab.hosts[:2])
    before = [host.run("cat", FILE).strip() for host in found]
    yield found
    for host, text in zip(found, before, strict=True):
        now = host.run("cat", FILE).strip()
        both = "\n".join(dict.fromkeys([*text.splitlines(), *now.splitlines()]))
        host.run("sh", "-c", f'printf "%s\\n" "$1" > {FILE}', "sh", both)


@pytest.fixture
def fresh(
    lab: Any, browser: Any, hosts: list[Host], prepared_data: Callable[[Path], Path]
) -> Iterator[Served]:
    """A Haulout of its own, which signs in with the lab's key: one to see refused."""
    with serving(lab, browser, prepared_data) as one:
        yield one


def lets_in(host: Host) -> bool:
    """OpenSSH's client with the key that the host was registered with, as root."""
    key_file = host.login("root").key_file
    known = key_file.with_name("known_hosts_of_the_test")
    known.write_text(f"{host.address} {host.host_key_line}\n")
    assert host.port == 22  # or the file names the port too
    command = ssh_command(key_file=key_file, known_hosts=known, port=host.port)
    done = subprocess.run(
        [*command, f"root@{host.address}", "true"], capture_output=True, timeout=30, check=False
    )
    assert done.returncode in (0, 255), done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_the_chosen_hosts_refuse_the_old_key_and_take_the_new_one(
    fresh: Served, new_page: Callable[..., Any], hosts: list[Host], width: int
) -> None:
    ada = new_page(storage_state=fresh.state)
    ada.set_viewport_size({"width": width, "height": 800})
    assert all(lets_in(host) for host in hosts)
    ada.goto(f"{fresh.url}/hosts/")
    for name in fresh.names[:2]:
        ada.get_by_label(f"Select {name}", exact=True).check()
    bar = ada.locator("[data-bulk]")
    bar.get_by_text("2 hosts", exact=True).wait_for()
    bar.get_by_role("button", name="Rotate keys").click()
    dialog = ada.locator("dialog[open]")
    dialog.get_by_text("Rotate the keys of 2 logins?").wait_for()
    assert dialog.locator(".losses li").all_inner_texts() == [
        f"root@{name}" for name in fresh.names[:2]
    ]
    dialog.get_by_role("button", name="Rotate keys").click()
    ada.get_by_role("link", name="Watch").click()
    ada.wait_for_url("**/jobs/?q=batch*")
    rows = ada.locator(".table-jobs tbody tr")
    rows.locator("[data-state=ok]").nth(1).wait_for(timeout=90_000)
    assert rows.count() == 2
    assert not any(lets_in(host) for host in hosts)
    # the new keys carry what comes after: both are dialled with them and answer
    for name in fresh.names[:2]:
        ada.goto(f"{fresh.url}/hosts/?q=host:{name}+state:up")
        ada.locator("#list-hosts [data-rows]").get_by_role("link", name=name, exact=True).wait_for()


def test_one_host_is_rotated_from_its_settings(served: Served, ada: Any, hosts: list[Host]) -> None:
    before = hosts[0].run("cat", FILE)
    ada.goto(f"{served.url}/hosts/")
    ada.get_by_role("link", name=served.names[0], exact=True).first.click()
    ada.locator("main").get_by_role("link", name="Edit").click()
    ada.get_by_role("button", name="Rotate keys").click()
    dialog = ada.locator("dialog[open]")
    dialog.get_by_text(f"Rotate the key of root@{served.names[0]}?").wait_for()
    dialog.get_by_role("button", name="Rotate key").click()
    # a single job, so it leads to that job's page
    ada.get_by_role("link", name="Watch").click()
    assert job_ends(ada) == "ok"
    after = hosts[0].run("cat", FILE)
    assert len(set(after.splitlines()) - set(before.splitlines())) == 1


def test_whoever_may_not_rotate_has_nothing_to_choose(
    served: Served, ada: Any, new_page: Callable[..., Any], hosts: list[Host]
) -> None:
    ada.goto(f"{served.url}/hosts/")
    host_id = ada.locator("#list-hosts [data-pk]").first.get_attribute("data-pk")
    theirs = invited(served, ada, new_page, "viewer", "Viola")
    theirs.goto(f"{served.url}/hosts/")
    theirs.get_by_role("link", name=served.names[0], exact=True).first.wait_for()
    assert theirs.locator("[data-pick]:visible, [data-bulk]").count() == 0
    answer = theirs.request.get(f"{served.url}/hosts/rotate/?object={host_id}")
    assert answer.status == 403
