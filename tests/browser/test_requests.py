"""Somebody asks for access; who decides sees the number, and the answer reaches them where they are."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.signin_cast import Doors, doors, invited

__all__ = ["doors"]
pytestmark = pytest.mark.timeout(240)
SOON_MS = 60_000


def test_a_request_and_its_answer_arrive_by_themselves(
    doors: Doors, new_page: Callable[..., Any]
) -> None:
    ada = new_page(storage_state=doors.state)
    ada.goto(f"{doors.url}/jobs/")
    number = ada.locator("[data-count-of='requests-waiting']")
    before = int(number.text_content())
    sela, _email = invited(doors, new_page, "Sela")
    sela.goto(f"{doors.url}/access/requests/ask/")
    operator = sela.locator("[name=role] option", has_text="Operator").get_attribute("value")
    sela.select_option("[name=role]", operator)
    sela.select_option("[name=kind]", "everywhere")
    sela.locator("[name=place]").wait_for(state="hidden")
    sela.select_option("[name=kind]", "group")
    sela.fill("[name=place]", "nowhere-yet")
    sela.fill("[name=reason]", "the shop is down")
    sela.click("form.join button.btn-primary")
    sela.get_by_text("You see the answer here").wait_for()
    # on whatever page
    sela.goto(f"{doors.url}/jobs/")

    ada.wait_for_function(
        "count => Number(document.querySelector('[data-count-of=requests-waiting]').textContent) === count",
        arg=before + 1,
        timeout=SOON_MS,
    )
    ada.click("a.rail-link:has([data-count-of='requests-waiting'])")
    ada.locator("tr", has_text="Sela").get_by_text("Decide").first.click()
    ada.get_by_text("does not exist").wait_for()
    ada.fill("#answer", "there is no such group")
    ada.get_by_role("button", name="Refuse").click()

    told = sela.locator(".toast-line", has_text="refused your request")
    told.wait_for(timeout=SOON_MS)
    assert "“there is no such group”" in told.text_content()
    # told once, and not again on the next page
    sela.goto(f"{doors.url}/access/requests/")
    sela.get_by_text("refused", exact=True).first.wait_for()
    assert sela.locator(".toast-line", has_text="refused your request").count() == 0


def test_the_tab_that_is_open_is_in_sight_on_a_telephone(
    doors: Doors, new_page: Callable[..., Any]
) -> None:
    ada = new_page(storage_state=doors.state)
    ada.set_viewport_size({"width": 360, "height": 780})
    ada.goto(f"{doors.url}/access/requests/")
    ada.wait_for_function(
        """() => {
            const tab = document.querySelector(".tabs [aria-current]").getBoundingClientRect();
            return tab.left >= 0 && tab.right <= window.innerWidth;
        }"""
    )
