"""The audit log by the keyboard: completed, moved in, opened; and a copy of what the filter finds."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(240)


def test_a_review_without_the_mouse(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/audit/")
    ada.keyboard.press("/")
    ada.keyboard.type("about:Ad")
    ada.locator("#suggest-audit [data-insert='about:Ada']").wait_for()
    ada.keyboard.press("ArrowDown")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/audit/?q=about%3AAda")
    row = ada.locator("#list-audit tr[data-pk]").first
    row.get_by_text("became the first administrator").wait_for()
    ada.keyboard.press("Escape")
    ada.keyboard.press("j")
    ada.keyboard.press("Enter")
    ada.get_by_role("heading", name="Ada became the first administrator").wait_for()


def test_a_copy_holds_what_the_line_says_now(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/audit/")
    ada.locator("#filter-audit").fill("verb:people.first_admin")
    ada.wait_for_url("**/audit/?q=verb%3Apeople.first_admin")
    with ada.expect_download() as begun:
        ada.get_by_role("button", name="Export").click()
    lines = Path(begun.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "people.first_admin" in lines[1]
