"""Logs of many as one, groups and saved views by clicks, on three hosts and a rootless Podman."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import become_admin, sign_in
from tests.stack import Stack

pytestmark = pytest.mark.timeout(240)
EMAIL = "ada@example.org"
# lines with their number, some in each second; then it stays
WRITES = (
    'i=0; while [ $i -lt 15 ]; do i=$((i+1)); echo "$NAME $i"; usleep 250000; done; exec sleep 600'
)
# few enough for all of them to be drawn at once
LINES = 15
# all lines that the socket of merged logs has told once there are so many
GATHER = """([query, enough]) => new Promise((resolve) => {
  const lines = [];
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/logs/?${query}`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return;
    lines.push(...new TextDecoder().decode(data).trimEnd().split("\\n"));
    if (lines.length >= enough) { socket.close(); resolve(lines); }
  };
})"""


@dataclass(frozen=True)
class Place:
    """A lab host's account, and what Haulout calls its endpoint."""

    host: Any
    user: str
    name: str

    def podman(self, *words: str) -> str:
        return str(self.host.podman(*words, user=self.user))

    def run(self, name: str, *words: str, project: str) -> None:
        label = f"com.docker.compose.project={project}"
        self.podman(
            *("run", "-d", "--name", name, "--label", label, "--env", f"NAME={name}"),
            "--stop-timeout=0",
            *("localhost/busybox", *(words or ("sh", "-c", WRITES))),
        )


@pytest.fixture(scope="module")
def places(lab: Any) -> list[Place]:
    h1, h2 = lab.hosts[:2]
    return [
        Place(h1, "root", "web1"),
        Place(lab.rootless, "seal", "web1/seal"),
        Place(h2, "root", "web2"),
    ]


@pytest.fixture(scope="module")
def machines(places: list[Place], lab_of: Any) -> list[Place]:
    """Those and a third machine, with an older Podman."""
    return [*places, Place(lab_of("4.3").hosts[0], "root", "web3")]


@pytest.fixture(scope="module")
def ours(machines: list[Place], prepared_data: Callable[[Path], Path]) -> Iterator[Stack]:
    """A Haulout of our own with all of them."""
    data = Path(tempfile.mkdtemp(prefix="haulout-stack-"))
    try:
        with Stack(prepared_data(data)) as running:
            running.read_first_link()
            for place in machines:
                login = place.host.login(place.user)
                where = f"{place.user}@{place.host.address}:{place.host.port}{login.socket}"
                running.manage(
                    *("host", "add", f"ssh://{where}", "--key-file", str(login.key_file)),
                    *("--name", place.name.partition("/")[0]),
                    *("--fingerprint", place.host.host_key_fingerprint),
                )
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def ada(ours: Stack, new_page: Any) -> Any:
    """The administrator's page, signed in."""
    page = new_page()
    if "used" not in ours.lines:
        become_admin(page, ours.first_admin_link, email=EMAIL)
        ours.lines.append("used")
    else:
        sign_in(page, ours.url, EMAIL)
    return page


def started(place: Place, name: str) -> str:
    """When a container began to run, by Podman's own word."""
    (found,) = json.loads(place.podman("inspect", name))
    return str(found["State"]["StartedAt"])


def test_logs_of_three_hosts_as_one_in_order_with_names_and_one_muted(
    ours: Stack, ada: Any, machines: list[Place], clean_hosts: None
) -> None:
    names = [f"tide-{number}" for number in range(len(machines))]
    for place, name in zip(machines, names, strict=True):
        place.run(name, project="tide")
    ada.goto(f"{ours.url}/containers/?q=project:tide&group=project")
    ada.locator("tr[data-group] .group-count", has_text=re.compile(r"^\s*4")).wait_for()

    # what the socket tells: each log whole and in its order, all of them by time
    lines = ada.evaluate(GATHER, ["q=project:tide", 4 * LINES])
    for place, name in zip(machines, names, strict=True):
        own = [line.split(" ", 1)[1] for line in lines if f" {name} " in line]
        assert own == place.podman("logs", name).splitlines(), name
    seconds = [line[1:].partition("@")[0] for line in lines]
    assert seconds == sorted(seconds)

    # the page: from the head of the group, a name and a colour each
    ada.get_by_role("link", name="Logs of tide", exact=True).click()
    ada.locator("[data-log-foot]", has_text=f"4 of 4 containers · {4 * LINES} lines").wait_for()
    for name in names:
        ada.locator(".log-line", has_text=f"{name} {LINES}").wait_for()
    shown = {
        name: ada.locator(f".log-name[data-name^='{name}']").first.evaluate(
            "(name) => getComputedStyle(name).color"
        )
        for name in names
    }
    assert len(set(shown.values())) == 4
    muted = ada.locator(".log-source", has_text="tide-1")
    muted.click()
    ada.locator(".log-name[data-name^='tide-1']").first.wait_for(state="detached")
    assert ada.locator(".log-name[data-name^='tide-2']").count() == LINES
    assert muted.get_attribute("aria-pressed") == "false"
    ada.click("text=Show all")
    ada.locator(".log-name[data-name^='tide-1']").first.wait_for()

    # one more joins by itself; its name is text, whatever it holds
    machines[0].run(
        "late", "sh", "-c", "echo '<img src=x onerror=alert(1)>'; exec sleep 600", project="tide"
    )
    ada.locator(".log-line", has_text="<img src=x onerror=alert(1)>").wait_for()
    machines[-1].podman("rm", "-fa", "-t", "0")


def test_a_group_is_restarted_whole_and_nobody_else(
    ours: Stack, ada: Any, places: list[Place], clean_hosts: None
) -> None:
    for place in places:
        place.run("in-shop", "sleep", "600", project="shop")
    places[0].run("done", "true", project="shop")
    places[0].run("other", "sleep", "600", project="blog")
    ada.goto(f"{ours.url}/containers/?group=project")
    head = ada.locator("tr[data-group]", has_text="shop")
    head.locator(".group-count", has_text=re.compile(r"^\s*4")).wait_for()
    head.get_by_text("running").first.wait_for()
    before = [started(place, "in-shop") for place in places]
    untouched = started(places[0], "other"), started(places[0], "done")

    # folded by the keyboard, and still so after the next change
    head.locator("[data-fold]").focus()
    ada.keyboard.press("Enter")
    rows = ada.locator("tr[data-pk]:not([data-group])", has_text="in-shop")
    rows.first.wait_for(state="hidden")
    ada.keyboard.press("r")
    dialog = ada.locator("dialog[data-dialog]")
    dialog.get_by_text("Restart 3 containers on 2 hosts?").wait_for()
    assert "done" not in dialog.inner_text()
    dialog.get_by_role("button", name="Restart").click()
    ada.get_by_role("link", name="Watch").click()
    jobs = ada.locator("tbody tr", has_text="in-shop")
    ada.locator("tbody tr:has([data-state=ok])").nth(2).wait_for(timeout=60_000)
    assert jobs.count() == 3
    assert all(started(place, "in-shop") != was for place, was in zip(places, before, strict=True))
    assert (started(places[0], "other"), started(places[0], "done")) == untouched
    ada.goto(f"{ours.url}/containers/?group=project")
    rows.first.wait_for(state="hidden")


def test_a_view_is_kept_under_a_name_and_opens_the_list(
    ours: Stack, ada: Any, places: list[Place], clean_hosts: None
) -> None:
    places[0].run("quiet", "sleep", "600", project="shop")
    ada.goto(f"{ours.url}/containers/?q=state:running")
    ada.locator("tr", has_text="quiet").first.wait_for()
    ada.get_by_label("Group by").select_option("project")
    ada.locator("tr[data-group]").first.wait_for()
    ada.get_by_label("Saved views").click()
    ada.get_by_label("Name of the view").fill("Up, by project")
    ada.get_by_role("button", name="Save view").click()
    ada.get_by_role("button", name="Open the list with Up, by project").click()
    ada.locator("[data-view-default]").wait_for()
    ada.goto(f"{ours.url}/containers/")
    ada.locator("tr[data-group]", has_text="shop").wait_for()
    assert ada.locator("[data-filter-input]").input_value() == "state:running"

    # the side panel shows the last lines, live
    places[0].podman("exec", "quiet", "sh", "-c", "echo heard > /proc/1/fd/1")
    ada.locator("tr[data-pk]:not([data-group])", has_text="quiet").first.click(
        position={"x": 300, "y": 8}
    )
    ada.keyboard.press(" ")
    ada.locator("[data-peek-lines]", has_text="heard").wait_for()
