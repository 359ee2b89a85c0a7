"""Networks, secrets and pruning by clicks on a real host, judged by Podman itself."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import become_admin, sign_in
from tests.stack import Stack

pytestmark = pytest.mark.timeout(240)
EMAIL = "ada@example.org"


@pytest.fixture(scope="module")
def ours(lab: Any, prepared_data: Callable[[Path], Path]) -> Iterator[Stack]:
    """A Haulout of our own with h1 as web1."""
    data = Path(tempfile.mkdtemp(prefix="haulout-stack-"))
    host = lab.hosts[0]
    try:
        with Stack(prepared_data(data)) as running:
            running.read_first_link()
            running.manage(
                "host",
                "add",
                f"ssh://root@{host.address}:{host.port}{host.login('root').socket}",
                "--key-file",
                str(host.login("root").key_file),
                "--fingerprint",
                host.host_key_fingerprint,
                "--name",
                "web1",
            )
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def ada(ours: Stack, page: Any) -> Any:
    """The administrator's page, signed in."""
    page.goto(f"{ours.url}/account/login/")
    if not ours.lines or "used" not in ours.lines[-1]:
        become_admin(page, ours.first_admin_link, email=EMAIL)
        ours.lines.append("used")
    else:
        sign_in(page, ours.url, EMAIL)
    return page


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    yield one
    one.podman("rm", "-fa", "-t", "0")
    for network in ("back", "idle"):
        one.podman("network", "rm", "-f", network)
    one.podman("secret", "rm", "--all")


def job_ends(page: Any) -> None:
    page.wait_for_url("**/jobs/*/")
    page.locator("[data-state=ok], [data-state=failed]").first.wait_for(timeout=60_000)
    assert page.locator("[data-state=failed]").count() == 0, page.locator("main").inner_text()


def open_row(page: Any, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def test_a_network_is_made_and_a_running_container_put_onto_it(
    ours: Stack, ada: Any, host: Any
) -> None:
    host.podman("run", "-d", "--name", "web", "localhost/busybox", "sleep", "600")
    ada.goto(f"{ours.url}/networks/")
    ada.click("text=Create network")
    ada.fill("[name=name]", "back")
    ada.fill("[name=subnet4]", "10.88.0.0/24")
    ada.click("main form button.btn-primary")
    ada.get_by_text("overlaps 10.88.0.0/16 of the network “podman”").wait_for()
    ada.fill("[name=subnet4]", "10.199.8.0/24")
    ada.click("main form button.btn-primary")
    job_ends(ada)
    (made,) = json.loads(host.podman("network", "inspect", "back"))
    assert made["subnets"][0]["subnet"] == "10.199.8.0/24"

    ada.goto(f"{ours.url}/networks/?q=back")
    open_row(ada, "back")
    ada.click("nav.tabs >> text=Containers")
    ada.select_option("[name=container]", label="web · running")
    ada.fill("[name=address]", "10.199.8.60")
    ada.fill("[name=aliases]", "www")
    ada.click(".members-add button")
    member = ada.locator("#members tbody tr", has_text="web")
    member.get_by_text("10.199.8.60/24").wait_for()
    (web,) = json.loads(host.podman("inspect", "web"))
    on = web["NetworkSettings"]["Networks"]["back"]
    assert (on["IPAddress"], "www" in on["Aliases"]) == ("10.199.8.60", True)
    assert member.get_by_text(on["MacAddress"]).count() == 1

    member.get_by_role("button", name="Disconnect").click()
    ada.locator("dialog[open] button.btn-danger").click()
    member.wait_for(state="detached")
    (web,) = json.loads(host.podman("inspect", "web"))
    assert list(web["NetworkSettings"]["Networks"]) == ["podman"]
    assert web["State"]["Running"]


def test_a_secret_is_made_used_and_replaced(ours: Stack, ada: Any, host: Any) -> None:
    ada.goto(f"{ours.url}/secrets/")
    ada.click("text=Create secret")
    ada.fill("[name=name]", "db-password")
    ada.fill("[name=value]", "hunter2")
    ada.click("main form button.btn-primary")
    job_ends(ada)
    assert "hunter2" not in ada.content()
    host.podman("run", "-d", "--name", "db", "--secret", "db-password", "localhost/logger")
    assert host.podman("exec", "db", "cat", "/run/secrets/db-password") == "hunter2"

    ada.goto(f"{ours.url}/secrets/")
    open_row(ada, "db-password")
    ada.click("nav.tabs >> text=Used by")
    ada.locator(".plain-table tbody tr", has_text="db").wait_for()
    ada.click(".object-acts >> text=Replace")
    ada.get_by_text("db keep the old value until they are recreated.").wait_for()
    ada.fill("[name=value]", "hunter3")
    ada.click("main form button.btn-primary")
    job_ends(ada)
    (now,) = json.loads(host.podman("secret", "inspect", "--showsecret", "db-password"))
    assert now["SecretData"] == "hunter3"
    ada.goto(f"{ours.url}/audit/")
    text = ada.locator("main").inner_text()
    assert "created the secret db-password" in text
    assert "replaced the secret db-password" in text
    kept = [path for path in ours.data.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"hunter" in path.read_bytes()]


def test_a_prune_removes_what_its_preview_showed(ours: Stack, ada: Any, host: Any) -> None:
    for name in ("old", "wanted", "late"):
        host.podman("volume", "create", name)
    host.podman("run", "-d", "--name", "user", "-v", "used:/d", "localhost/busybox", "sleep", "600")
    rows = ada.locator(".plan-table tbody tr")
    ada.goto(f"{ours.url}/volumes/?q=late")
    ada.locator("td.c-name", has_text="late").wait_for()
    ada.click("text=Prune")
    rows.first.wait_for()
    assert sorted(rows.locator(".plan-name a").all_inner_texts()) == ["late", "old", "wanted"]
    every = ada.get_by_label("Tick all")
    assert not every.is_checked()
    every.check()
    rows.filter(has_text="wanted").locator("[name=object]").uncheck()
    assert every.evaluate("box => box.indeterminate && !box.checked")
    for name in ("old", "late"):
        assert rows.filter(has_text=name).locator("[name=object]").is_checked()
    # between the preview and the click it comes into use
    host.podman(
        "run", "-d", "--name", "newer", "-v", "late:/d", "localhost/busybox", "sleep", "600"
    )
    ada.click("text=Remove the ticked volumes")
    job_ends(ada)
    output = ada.locator("pre.output")
    output.get_by_text("removed: old").wait_for()
    assert "kept: late (is now used by newer)" in output.inner_text()
    there = set(host.podman("volume", "ls", "--format", "{{.Name}}").split())
    assert there == {"wanted", "late", "used"}


def test_events_follow_and_the_store_is_checked(ours: Stack, ada: Any, host: Any) -> None:
    ada.goto(f"{ours.url}/hosts/")
    open_row(ada, "web1")
    ada.click("nav.tabs >> text=Events")
    ada.locator(".table-events").wait_for()
    host.podman("volume", "create", "floe")
    event = ada.locator(".table-events tbody tr", has_text="floe")
    event.get_by_text("create", exact=True).wait_for()
    ada.fill("[data-filter-input]", "action:remove")
    ada.press("[data-filter-input]", "Enter")
    event.wait_for(state="detached")
    host.podman("volume", "rm", "floe")
    event.get_by_text("remove", exact=True).wait_for()

    ada.click("nav.tabs >> text=Disk")
    ada.locator(".disk-table").first.wait_for(timeout=60_000)
    ada.click("nav.tabs >> text=System")
    ada.get_by_text("Needs Podman 5.6; web1 has 5.4").first.wait_for()
    ada.get_by_role("button", name="Check storage").click()
    ada.locator("#toasts a", has_text="Watch").click()
    job_ends(ada)
    ada.locator("pre.output", has_text="No damage found.").wait_for()
