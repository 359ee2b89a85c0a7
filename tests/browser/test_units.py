"""Units of quadlets by clicks, on a host with systemd: seen as they come, restarted, reset in bulk."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.browser.served import Served, job_ends, serving
from tests.lab.fixtures import LabOf
from tests.lab.hosts import Host
from tests.lab.podman_hosts import emptied
from tests.lab.test_bus import FOLDERS, WEB, quadlet
from tests.lab.test_units import BAD

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def host(lab_of: LabOf) -> Iterator[Host]:
    found = lab_of(systemd=True).hosts[0]
    quadlet(found, "root", "web.container", WEB)
    quadlet(found, "root", "bad.container", BAD)
    found.ssh("systemctl start web bad || true")
    yield found
    found.ssh("systemctl stop web || true; systemctl reset-failed")
    found.ssh(f"rm -rf {FOLDERS['root']}; systemctl daemon-reload")
    emptied(found)


@pytest.fixture(scope="module")
def theirs(host: Host, browser: Any, prepared_data: Callable[[Path], Path]) -> Iterator[Served]:
    with serving(SimpleNamespace(hosts=[host]), browser, prepared_data) as one:
        yield one


@pytest.fixture
def page(theirs: Served, new_page: Callable[..., Any]) -> Any:
    return new_page(storage_state=theirs.state)


def test_a_unit_is_restarted_and_a_failed_one_is_reset(
    page: Any, theirs: Served, host: Host
) -> None:
    page.goto(f"{theirs.url}/units/")
    # they come by themselves, while the page is open
    row = page.locator("tr", has_text="web.service")
    row.locator("[data-state=active]").wait_for(timeout=60_000)
    failed = page.locator("tr", has_text="bad.service")
    failed.get_by_text("exit code 3", exact=True).wait_for()
    before = pid(host)

    row.get_by_role("link", name="web.service").click()
    page.wait_for_url(re.compile(r"/units/\d+/web\.service/$"))
    page.get_by_role("link", name="systemd-web").wait_for()
    page.locator(".object-acts").get_by_role("button", name="Restart", exact=True).click()
    page.locator("#toasts").get_by_role("link", name="Watch").click()
    assert job_ends(page) == "ok", page.locator("main").inner_text()
    assert pid(host) != before
    page.locator("main a[href$='/web.service/']").first.wait_for()

    # stopping its container offers to stop the unit, which would start it again
    page.goto(f"{theirs.url}/containers/?q=name:systemd-web")
    page.locator("a[data-open]").get_by_text("systemd-web", exact=True).click()
    page.get_by_text("Managed by the systemd unit").wait_for()
    page.locator(".object-acts").get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop the unit web.service").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator("#toasts").get_by_role("link", name="Watch").click()
    assert job_ends(page) == "ok", page.locator("main").inner_text()
    assert "systemd-web" not in host.podman("ps", "-a", "--format", "{{.Names}}")

    page.goto(f"{theirs.url}/units/?q=state:failed")
    page.locator("tr", has_text="bad.service").locator("[data-pick]").check()
    page.get_by_role("button", name="Reset failed state").click()
    page.locator("#toasts").get_by_role("link", name="Watch").wait_for()
    page.goto(f"{theirs.url}/units/")
    page.locator("tr", has_text="bad.service").locator("[data-state=inactive]").wait_for()


def pid(host: Host) -> str:
    """The container's first process, asked of Podman itself."""
    return host.podman("inspect", "systemd-web", "--format", "{{.State.Pid}}")
