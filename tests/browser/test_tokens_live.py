"""One's tokens in the browser: their first use and their end show while the page stays open."""

import json
import urllib.request
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD
from tests.browser.served import Served

pytestmark = pytest.mark.timeout(300)
SOON_MS = 60_000


def test_a_use_and_a_revocation_are_seen(
    served: Served, ada: Any, new_page: Callable[..., Any]
) -> None:
    name = f"script-{token_hex(3)}"
    ada.goto(f"{served.url}/account/tokens/new/")
    if ada.locator("main [name=password]").count():
        ada.fill("main [name=password]", PASSWORD)
        ada.click("main button.btn-primary")
    ada.fill("#token-name", name)
    ada.click("main button.btn-primary")
    secret = ada.inner_text("#token")

    ada.goto(f"{served.url}/account/tokens/")
    row = ada.locator("#list-my-tokens tbody tr", has_text=name)
    row.get_by_text("never", exact=True).wait_for(timeout=SOON_MS)
    everybodys = new_page(storage_state=served.state)
    everybodys.goto(f"{served.url}/access/tokens/?q=token:{name}")
    everybodys.locator("#list-tokens tbody tr", has_text="never").wait_for(timeout=SOON_MS)

    asked = urllib.request.Request(
        f"{served.url}/api/v1/me", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert json.load(answer)
    for page, which in ((ada, "my-tokens"), (everybodys, "tokens")):
        seen = page.locator(f"#list-{which} tbody tr", has_text="127.0.0.1")
        seen.filter(has_text=name).wait_for(timeout=SOON_MS)

    everybodys.get_by_role("button", name=f"Revoke {name}").click()
    everybodys.get_by_role("dialog").get_by_role("button", name="Revoke the token").click()
    row.get_by_text("revoked", exact=True).wait_for(timeout=SOON_MS)
    assert row.get_by_role("button").count() == 0
