"""Ctrl-K from anywhere: found by typing, opened and acted on by keys alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    one.podman("run", "-d", "--name", "findme", "localhost/busybox", "sleep", "600")
    yield one
    one.podman("rm", "-fa", "-t", "0")


def test_found_opened_and_restarted_by_keys(served: Served, ada: Any, host: Any) -> None:
    ada.goto(f"{served.url}/containers/?q=findme")
    ada.get_by_role("link", name="findme", exact=True).wait_for()
    started = host.podman("inspect", "findme", "--format", "{{.State.StartedAt}}")
    ada.keyboard.press("Control+k")
    ada.keyboard.type("restart findme")
    ada.keyboard.press("Enter")
    question = ada.locator("dialog[open] h2", has_text="Restart findme on web1?")
    question.wait_for()
    ada.keyboard.press("Enter")
    question.wait_for(state="detached")
    for _ in range(100):
        if host.podman("inspect", "findme", "--format", "{{.State.StartedAt}}") != started:
            break
        ada.wait_for_timeout(200)
    else:
        pytest.fail("it was not restarted")
    ada.keyboard.press("Control+k")
    ada.keyboard.type("findme")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/containers/*/*/")
    assert ada.locator("h1").inner_text() == "findme"
