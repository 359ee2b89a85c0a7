"""A log page whose socket broke: it asks again from a line that it has, and says what may be missing."""

from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(120)
FIRST = "2026-11-25T01:00:05Z"


def lines(first: int, last: int, *, from_s: int = 5) -> bytes:
    return b"".join(
        f"12026-11-25T01:00:{from_s + n:02}Z@0 line {n}\n".encode() for n in range(first, last)
    )


@pytest.mark.parametrize("lost", [False, True], ids=["whole", "lost"])
def test_taken_up_where_it_was(served: Served, ada: Any, *, lost: bool) -> None:
    asked: list[dict[str, list[str]]] = []

    def play(socket: Any) -> None:
        asked.append(parse_qs(urlparse(socket.url).query))
        if len(asked) == 1:
            socket.send(lines(0, 3))
            socket.close(code=1012)
        else:
            socket.send(lines(4, 9) if lost else lines(0, 9))

    ada.route_web_socket("**/ws/logs/**", play)
    ada.goto(f"{served.url}/logs/?q=project:tide")
    ada.get_by_text("line 8").wait_for()
    assert "since" not in asked[0]
    assert asked[1]["since"] == [FIRST]
    said = ada.get_by_text(f"Lines may be missing between {FIRST} and 2026-11-25T01:00:09Z")
    assert said.count() == int(lost)
    assert ada.locator("[data-logs]").get_attribute("data-lines") == str(6 if lost else 9)
