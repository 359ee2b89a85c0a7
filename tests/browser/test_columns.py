"""What uses most, over several hosts, by a click; and a list with the columns that somebody chose."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.served import Served

# samples come every ten seconds, and a busy machine takes its time
MEASURED_MS = 120_000
IMAGE = "localhost/busybox"


@pytest.fixture
def eaters(lab: Any) -> Iterator[None]:
    """mem-big with 40 MiB of 64 on the one host, mem-small on the other."""
    one, other = lab.hosts
    script = "dd if=/dev/zero of=/dev/shm/x bs=1M count=40; exec sleep 100000"
    one.podman("run", "-d", "--name", "mem-small", IMAGE, "sleep", "100000")
    other.podman(
        *("run", "-d", "--name", "mem-big", "--memory", "64m", IMAGE, "sh", "-c", script),
    )
    yield
    one.podman("rm", "-f", "-t", "0", "mem-small")
    other.podman("rm", "-f", "-t", "0", "mem-big")


def names(page: Any) -> Any:
    return page.locator("tbody .c-name > a")


def test_the_biggest_is_found_by_a_click(served: Served, ada: Any, eaters: None) -> None:
    ada.goto(f"{served.url}/containers/?q=name:mem-")
    expect(names(ada)).to_have_text(["mem-big", "mem-small"], timeout=MEASURED_MS)
    memory = ada.locator("tr", has_text="mem-big").locator("[data-memory]")
    # it comes by itself, and says how much of its limit that is
    expect(memory).to_contain_text(re.compile(r"4\d(\.\d)? MiB · 6\d %"), timeout=MEASURED_MS)
    expect(ada.locator("tr", has_text="mem-small").locator("[data-memory]")).to_contain_text(
        "KiB", timeout=MEASURED_MS
    )
    ada.get_by_role("link", name="Memory").click()
    ada.wait_for_url("**sort=-memory**")
    # the address changes before the list does
    ada.locator("th.c-memory[aria-sort=descending]").wait_for()
    expect(names(ada)).to_have_text(["mem-big", "mem-small"])
    ada.get_by_role("link", name="Memory").click()
    expect(names(ada)).to_have_text(["mem-small", "mem-big"])
    ada.goto(f"{served.url}/containers/?q=name:mem- memory:>20m")
    expect(names(ada)).to_have_text(["mem-big"])


def test_chosen_columns_stay_in_the_address_and_in_a_saved_view(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/containers/?q=state:running")
    image, ports = ada.locator("th.c-image"), ada.locator("th.c-ports")
    expect(image).to_be_hidden()
    expect(ports).to_be_visible()
    # by keys alone
    ada.locator(".columns > summary").focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("menuitemcheckbox", name="Ports")).to_be_focused()
    ada.keyboard.press("Enter")
    expect(ports).to_be_hidden()
    for _ in range(4):
        ada.keyboard.press("ArrowDown")
    expect(ada.get_by_role("menuitemcheckbox", name="Image")).to_be_focused()
    ada.keyboard.press("Space")
    expect(image).to_be_visible()
    ada.keyboard.press("Escape")
    expect(ada.locator(".columns > summary")).to_be_focused()
    assert "cols=host,cpu,memory,image" in ada.url
    # another sort and another filter keep them
    ada.get_by_role("link", name="CPU").click()
    ada.wait_for_url("**sort=-cpu**")
    expect(image).to_be_visible()
    expect(ports).to_be_hidden()
    ada.locator(".views > summary").click()
    ada.get_by_placeholder("name of the view").fill("by CPU")
    ada.get_by_role("button", name="Save view").click()
    ada.get_by_role("link", name="by CPU").wait_for()
    ada.goto(f"{served.url}/containers/?q=")
    expect(image).to_be_hidden()
    ada.locator(".views > summary").click()
    ada.get_by_role("link", name="by CPU").click()
    expect(image).to_be_visible()
    expect(ports).to_be_hidden()
    assert "sort=-cpu" in ada.url
    ada.locator(".views > summary").click()
    ada.get_by_role("button", name="Remove the view by CPU").click()
    ada.get_by_role("link", name="by CPU").wait_for(state="hidden")
    ada.locator(".columns > summary").click()
    ada.get_by_role("menuitem", name="Fit to width").click()
    expect(ports).to_be_visible()
