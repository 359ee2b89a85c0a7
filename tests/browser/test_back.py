"""The back button takes back what was clicked in a list, step by step, and never what was typed."""

from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(120)


def test_each_click_is_a_step_back_and_typing_is_none(served: Served, ada: Any) -> None:
    def stands(line: str, *, query: str) -> None:
        ada.wait_for_url(f"{served.url}/containers/{query}")
        ada.wait_for_function(
            "(line) => document.querySelector('[data-filter-input]').value === line", arg=line
        )

    ada.goto(f"{served.url}/containers/")
    ada.get_by_role("link", name="Unhealthy", exact=True).click()
    stands("health:unhealthy", query="?q=health%3Aunhealthy")
    ada.get_by_role("link", name="Paused", exact=True).click()
    stands("state:paused", query="?q=state%3Apaused")
    ada.locator("[data-filter-input]").fill("tide")
    stands("tide", query="?q=tide")
    ada.go_back()
    stands("health:unhealthy", query="?q=health%3Aunhealthy")
    current = ada.locator(".quick-link[aria-current]")
    assert current.inner_text() == "Unhealthy"
    ada.go_back()
    stands("", query="")
    ada.go_forward()
    stands("health:unhealthy", query="?q=health%3Aunhealthy")
