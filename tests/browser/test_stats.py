"""Charts in a browser: drawn from a real host, moving, zoomed, over other ranges, compared."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD

pytestmark = pytest.mark.timeout(240)
BUSY = "while :; do :; done"
# how many points of a canvas are not empty
INK = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
 .data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0)"""


@pytest.fixture
def viewer(
    stack: Any, new_page: Any, lab: Any, clean_hosts: None, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """A viewer's page, and a host with two busy containers that goes again."""
    host = lab.hosts[0]
    for name in ("busy-a", "busy-b"):
        host.podman(
            "run", "-d", "--name", name, "--cpus", "0.1", "localhost/busybox", "sh", "-c", BUSY
        )
    login = host.login("root")
    stack.manage(
        *("host", "add", f"ssh://root@{host.address}:{host.port}{login.socket}"),
        *("--key-file", str(login.key_file), "--fingerprint", host.host_key_fingerprint),
        *("--name", "pool"),
    )
    try:
        email = f"{request.node.name}@example.org"
        invited = stack.manage("user", "invite", email, "--role", "viewer")
        link = re.search(r"https?://\S+", invited)
        assert link
        page = new_page()
        page.goto(link[0])
        page.fill("[name=name]", "Stella")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.click("form button.btn-primary")
        page.goto(f"{stack.url}/containers/")
        yield page
        # a chart asks again and again, also for what is gone in a moment
        page.goto("about:blank")
    finally:
        stack.manage("host", "remove", "pool")


def drawn(page: Any, over: str) -> None:
    page.locator(f"stats-charts[data-drawn='{over}']").wait_for()


def test_charts_move_zoom_and_compare(viewer: Any) -> None:
    page = viewer
    page.locator("tr", has_text="busy-a").locator("[data-open]").click()
    page.locator("nav.tabs").get_by_text("Stats", exact=True).click()
    drawn(page, "1h")

    # live: what is drawn and what is said moves
    page.get_by_role("button", name="Live").click()
    page.locator("[data-state][data-is=live]").wait_for()
    cpu = page.locator("[data-chart=cpu]")
    said = cpu.locator("output").first
    page.wait_for_function("(out) => out.textContent.includes('%')", arg=said.element_handle())
    first = said.inner_text()
    page.wait_for_function(
        "([out, first]) => out.textContent !== first",
        arg=[said.element_handle(), first],
    )
    assert cpu.locator("canvas").evaluate(INK) > 1000
    figures = page.locator("[data-figures] tr", has_text="memory").locator("td").first
    assert re.match(r"\d.* [KM]iB", figures.inner_text())

    # another range, which stays in the address
    page.get_by_role("button", name="24 hours").click()
    drawn(page, "24h")
    assert "range=24h" in page.url
    page.reload()
    drawn(page, "24h")
    assert page.get_by_role("button", name="24 hours").get_attribute("aria-pressed") == "true"

    # zoom by keys and by drag, for all charts, and back
    whole = page.get_by_role("button", name="Whole range")
    assert whole.is_hidden()
    page.get_by_role("button", name="24 hours").focus()
    page.keyboard.press("+")
    whole.wait_for()
    page.keyboard.press("Escape")
    whole.wait_for(state="hidden")
    room = cpu.locator(".u-over").bounding_box()
    page.mouse.move(room["x"] + room["width"] * 0.3, room["y"] + 40)
    page.mouse.down()
    page.mouse.move(room["x"] + room["width"] * 0.8, room["y"] + 60, steps=5)
    page.mouse.up()
    whole.wait_for()
    whole.click()
    whole.wait_for(state="hidden")

    # two beside each other
    page.goto(page.url.split("/containers/")[0] + "/containers/")
    for name in ("busy-a", "busy-b"):
        page.locator("tr", has_text=name).locator("[data-pick]").check()
    page.locator("[data-bulk-verb=stats]").click()
    page.wait_for_url("**/stats/compare/**")
    drawn(page, "1h")
    assert page.locator("[data-chart=cpu] [data-legend] li").all_inner_texts() != []
    names = page.locator("[data-figures] tr", has_text="CPU").locator("td:nth-child(2)")
    assert names.all_inner_texts() == ["busy-a", "busy-b"]
    page.get_by_role("button", name="Compare without busy-b").click()
    page.wait_for_url(lambda address: address.count("of=") == 1)
    drawn(page, "1h")
    assert page.locator("[data-subject]").count() == 1


@pytest.mark.more
def test_the_last_hour_is_drawn_in_the_list(viewer: Any) -> None:
    """The link writes it every minute, so the first lines come after one or two."""
    page = viewer
    # the column is the last to get room
    page.set_viewport_size({"width": 1920, "height": 900})
    spark = page.locator("tr", has_text="busy-a").locator(".spark")
    spark.wait_for(timeout=200_000)
    assert "CPU" in spark.get_attribute("aria-label")
    assert spark.locator("polyline").count() >= 2
    page.get_by_role("button", name="Last hour").click()
    spark.wait_for(state="hidden")
    page.reload()
    page.locator("tr", has_text="busy-a").wait_for()
    assert spark.is_hidden()
