"""The audit log by the keyboard: completed, moved in, opened; and a copy of what the filter finds."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

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
    # the address changes before the list does, in which hosts were added
    expect(ada.locator("#list-audit tr[data-pk]", has_text="web1")).to_have_count(0)
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


def test_two_words_and_a_date(served: Served, ada: Any, lab: Any, clean_hosts: None) -> None:
    one, two = served.names[:2]
    # tried again, it finds entries of its own alone
    bird = f"tern{secrets.token_hex(3)}"
    for host in lab.hosts[:2]:
        host.podman("run", "-d", "--name", f"{bird}-x", "localhost/busybox", "sleep", "600")
    ada.goto(f"{served.url}/containers/?q={bird}")
    for name in (one, two):
        row = ada.locator("tr[data-pk]", has_text=name)
        row.wait_for()
        row.get_by_role("button", name="Restart").click()
    line = ada.locator("#filter-audit")
    ada.goto(f"{served.url}/audit/")
    line.fill(f"{bird} {one} verb:container.restart")
    rows = ada.locator("#list-audit tbody tr")
    ada.wait_for_url(f"**/audit/?q={bird}*")
    rows.filter(has_text=one).first.wait_for()
    assert rows.count() == 1, rows.all_inner_texts()
    assert two not in rows.inner_text()
    # absolute, to the second; how long ago on hover
    assert rows.locator("time").first.inner_text()[:3] == "202"
    assert len(rows.locator("time").first.inner_text()) == 19
    assert rows.locator("time").first.get_attribute("title").endswith(("ago", "now"))

    ada.get_by_text("Any time", exact=True).first.click()
    ada.get_by_role("link", name="Yesterday").click()
    ada.get_by_text("Nothing matches").wait_for()
    assert line.input_value().endswith("date:yesterday")
    line.fill(line.input_value().replace("yesterday", "2026-02-30"))
    ada.get_by_text("There is no date 2026-02-30.").wait_for()
    assert line.input_value().startswith(f"{bird} {one} ")
    ada.get_by_text("2026-02-30", exact=True).first.click()
    ada.get_by_role("link", name="Today").click()
    rows.first.wait_for()
