"""A row that changes between press and release of the mouse: the click counts."""

import re
from secrets import token_hex
from typing import Any

from tests.browser.served import Served
from tests.lab.wait import until


def test_a_row_that_changes_under_the_mouse_takes_the_click(
    served: Served, ada: Any, lab: Any, clean_hosts: None
) -> None:
    host, name = lab.hosts[0], f"press{token_hex(3)}"
    host.podman("run", "-d", "--name", name, "localhost/busybox", "sleep", "600")
    heard: list[str] = []
    ada.on("websocket", lambda socket: socket.on("framereceived", lambda text: heard.append(text)))
    ada.goto(f"{served.url}/containers/?q=name:{name}")
    row = ada.locator("tr[data-pk]", has_text=name)
    row.locator("[data-state=running]").first.wait_for()
    row.locator("[data-open]").hover()
    ada.mouse.down()
    host.podman("pause", name)

    def news() -> bool:
        ada.evaluate("0")  # frames are heard while Playwright is asked for something
        return any('"rows"' in text and "paused" in text for text in heard)

    until("the change", news)
    ada.mouse.up()
    ada.wait_for_url(re.compile(r"/containers/\d+/[0-9a-f]{64}/"))
    ada.locator(".object-title [data-state=paused]").wait_for()
    ada.go_back()
    row.locator("[data-state=paused]").first.wait_for()
