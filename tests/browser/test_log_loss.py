"""Merged logs of containers that lost their end: said by name, and read again from there."""

import json
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(120)
SOURCES: dict[str, Any] = {
    "type": "sources",
    "left_out": 0,
    "refused": 0,
    "sources": [
        {"source": number, "name": name, "host": "web1", "url": f"/{name}/", "state": "live"}
        for number, name in enumerate(("tide", "ebb"))
    ],
}
LOSSES = [
    {"source": 0, "state": "ended", "lost": 7, "since": "2026-11-25T01:00:09Z"},
    {"source": 1, "state": "ended", "lost": 2, "since": "2026-11-25T01:00:05Z", "at_least": True},
]


def test_what_several_lost_is_read_again_from_the_earliest(served: Served, ada: Any) -> None:
    """The socket is played: no real Podman loses an end when it is asked to."""
    asked: list[dict[str, list[str]]] = []

    def play(socket: Any) -> None:
        asked.append(parse_qs(urlparse(socket.url).query))
        socket.send(json.dumps(SOURCES))
        if len(asked) == 1:
            for loss in LOSSES:
                socket.send(json.dumps(loss))

    ada.route_web_socket("**/ws/logs/**", play)
    ada.goto(f"{served.url}/logs/?q=project:tide")
    bar = ada.locator("[data-log-lost]")
    bar.get_by_text("tide: Podman dropped 7 lines when it exited.").wait_for()
    bar.get_by_text("ebb: Podman dropped at least 2 lines when it exited.").wait_for()
    bar.get_by_role("button", name="Read again from here").click()
    bar.wait_for(state="hidden")
    ada.wait_for_function("document.querySelector('[data-log-range]').value === 'lost'")
    while len(asked) < 2:
        ada.wait_for_timeout(50)
    assert asked[1]["since"] == ["2026-11-25T01:00:05Z"]
    assert asked[1]["follow"] == ["0"]
    assert asked[1]["q"] == ["project:tide"]
    # and back to what it was
    ada.locator("[data-log-range]").select_option("tail:1000")
    while len(asked) < 3:
        ada.wait_for_timeout(50)
    assert asked[2]["tail"] == ["1000"]


def test_hosts_that_are_all_away_are_not_called_silent(served: Served, ada: Any) -> None:
    def play(socket: Any) -> None:
        sources = [one | {"state": "away"} for one in SOURCES["sources"]]
        socket.send(json.dumps(SOURCES | {"sources": sources}))

    ada.route_web_socket("**/ws/logs/**", play)
    ada.goto(f"{served.url}/logs/?q=project:tide")
    ada.locator("[data-log-foot]", has_text="the host is away · 0 of 2 containers").wait_for()
    assert ada.locator("[data-log-empty]").is_hidden()
    assert ada.locator("[data-log-state]").get_attribute("data-state") == "away"
