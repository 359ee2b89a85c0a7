"""Access for a while: asked for, approved, explained, and gone by itself when its time is over."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest

from tests.browser.served import Served, invited
from tests.lab.wait import until

pytestmark = pytest.mark.timeout(240)
SOON_MS = 60_000


def bring_forward(served: Served, reason: str) -> None:
    """What an hour would do, in seconds: the grant's own end, where only time can move it."""
    soon = (datetime.now(UTC) + timedelta(seconds=3)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(served.stack.data / "haulout.sqlite3", timeout=20)) as database:
        asked = "UPDATE hosts_grant SET until = ? WHERE reason = ?"
        assert database.execute(asked, (soon, reason)).rowcount == 1
        database.commit()


# a page that is withdrawn loads again and is refused, which Chromium calls an error
@pytest.mark.no_console_check
def test_it_is_given_explained_and_ends_by_itself(
    served: Served, ada: Any, new_page: Callable[..., Any]
) -> None:
    url, reason = served.url, f"the shop is down {token_hex(3)}"
    name = f"Nell{token_hex(3)}"
    nell = invited(served, ada, new_page, "member", name)
    nell.goto(f"{url}/access/requests/ask/")
    nell.select_option("[name=role]", label=_option(nell, "Viewer"))
    nell.select_option("[name=kind]", "host")
    nell.fill("[name=place]", "web1")
    nell.fill("[name=reason]", reason)
    nell.click("form.join button.btn-primary")
    nell.get_by_text("You see the answer here").wait_for()
    nell.goto(url)
    nell.get_by_role("heading", name="You have no access yet").wait_for()
    # that page loads itself again, perhaps with the toast on it
    nell.goto(f"{url}/access/mine/")

    ada.goto(f"{url}/access/requests/")
    ada.locator("tr", has_text=name).get_by_text("Decide").first.click()
    ada.get_by_text(reason).wait_for()
    ada.locator("button[formaction$='/approve/']").click()
    nell.locator(".toast-line", has_text="approved your request").wait_for(timeout=SOON_MS)

    nell.goto(f"{url}/hosts/")
    nell.locator("#list-hosts tbody tr", has_text="web1").wait_for(timeout=SOON_MS)
    assert nell.locator("#list-hosts tbody tr").count() == 1

    # the administrator asks why
    ada.goto(f"{url}/access/explain/?where=web1")
    ada.select_option("[name=person]", label=name)
    ada.get_by_role("button", name="Explain").click()
    ada.get_by_role("button", name="Expand all").click()
    seen = ada.locator(".verb-line", has_text="See hosts").first
    assert "Viewer by a grant" in seen.inner_text()
    assert "ends" in seen.inner_text()
    stop = ada.locator(".verb-line", has_text="Stop containers").first
    assert "verb-not" in (stop.get_attribute("class") or "")

    bring_forward(served, reason)
    nell.locator("#list-hosts tbody tr").first.wait_for(state="detached", timeout=SOON_MS)
    nell.goto(url)
    nell.get_by_role("heading", name="You have no access yet").wait_for()

    # and its row goes, with an entry
    def told() -> bool:
        ada.goto(f"{url}/audit/?q=verb:access.grant_ended")
        return name in ada.locator("main").inner_text()

    until("the end stands in the log", told, timeout_s=60)


def _option(page: Any, word: str) -> str:
    return str(page.locator("[name=role] option", has_text=word).first.text_content()).strip()
