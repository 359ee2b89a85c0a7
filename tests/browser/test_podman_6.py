"""The main job on Podman 6 under systemd, rootless, by clicks; and what hosts' pages say of versions."""

import json
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

pytestmark = pytest.mark.timeout(300)
LINE = "podman run -d --name tide --stop-signal KILL -p 18761:8080 localhost/logger:latest"


@pytest.fixture(scope="module")
def new(lab_of: LabOf) -> Host:
    return lab_of("6.1").hosts[0]


@pytest.fixture(scope="module")
def old(lab_of: LabOf) -> Host:
    return lab_of("4.3").hosts[0]


@pytest.fixture(scope="module")
def theirs(
    new: Host, old: Host, browser: Any, prepared_data: Callable[[Path], Path]
) -> Iterator[Served]:
    """web1 is new, with its user's Podman too, web2 is old."""
    with serving(SimpleNamespace(hosts=[new, old]), browser, prepared_data) as one:
        login = new.login("seal")
        one.stack.manage(
            *("host", "add", f"ssh://seal@{new.address}:{new.port}{login.socket}"),
            *("--name", "web1", "--key-file", str(login.key_file)),
            *("--fingerprint", new.host_key_fingerprint),
        )
        yield one
    emptied(new)


@pytest.fixture
def page(theirs: Served, new_page: Callable[..., Any]) -> Any:
    return new_page(storage_state=theirs.state)


def test_run_logs_stop_and_remove_rootless_on_podman_6(
    page: Any, theirs: Served, new: Host
) -> None:
    page.goto(f"{theirs.url}/containers/run/")
    rootless = page.locator("#run-endpoint option", has_text="seal")
    page.select_option("#run-endpoint", rootless.get_attribute("value"))
    page.locator(".paste summary").click()
    page.fill("#paste-line", LINE)
    page.get_by_role("button", name="Fill the form").click()
    page.locator("#run-preview .tag").get_by_text("ready").wait_for()
    page.click("#run-send")
    assert job_ends(page) == "ok", page.locator("main").inner_text()
    (made,) = json.loads(new.podman("inspect", "tide", user="seal"))
    assert made["State"]["Running"] is True
    assert made["HostConfig"]["LogConfig"]["Type"] == "journald"

    page.goto(f"{theirs.url}/containers/?q=name:tide")
    page.locator("a[data-open]").get_by_text("tide", exact=True).click()
    page.wait_for_url(re.compile(r"/containers/\d+/[0-9a-f]{64}/$"))
    container = page.url
    page.goto(f"{container}logs/")
    page.get_by_text("a seal came ashore").first.wait_for()
    page.goto(container)
    page.locator(".object-acts").get_by_role("button", name="Stop", exact=True).click()
    page.locator(".object-acts").get_by_role("button", name="Start", exact=True).wait_for()
    (made,) = json.loads(new.podman("inspect", "tide", user="seal"))
    assert made["State"]["Status"] == "exited"


def test_a_host_s_page_says_its_weaknesses_and_the_way_to_6(page: Any, theirs: Served) -> None:
    page.goto(f"{theirs.url}/hosts/?q=web2")
    page.locator("a[data-open]").get_by_text("web2", exact=True).click()
    page.wait_for_url(re.compile(r"/hosts/\d+/$"))
    page.goto(f"{page.url}system/")
    weak = page.locator("section.card", has_text="Security advisories for Podman 4.3.1")
    assert "Builds with RUN --mount" in weak.inner_text()
    assert "CVE-2025-9566" in weak.inner_text()
    way = page.locator("section.card", has_text="Podman 6: this host cannot be updated to it yet")
    assert "cgroups v1" in way.inner_text()
    assert "BoltDB" in way.inner_text()
    page.goto(f"{theirs.url}/hosts/?q=web1")
    page.locator("a[data-open]").get_by_text("web1", exact=True).click()
    page.wait_for_url(re.compile(r"/hosts/\d+/$"))
    page.goto(f"{page.url}system/")
    page.get_by_text("Security advisories for Podman 6.1").first.wait_for()
    assert "cannot be updated to it yet" not in page.content()
