"""What the pages of access show something of: a team, a role, grants, a rule, a request, a token."""

from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.browser.served import Served, invited


@pytest.fixture
def furnished(served: Served, ada: Any, new_page: Callable[..., Any]) -> Iterator[str]:
    """The team's name, new each time. Removed at the end: the rule alone, which concerns others."""

    def access(*words: str) -> None:
        served.stack.manage("access", *words)

    url = served.url
    name, team, role = (f"{word}{token_hex(3)}" for word in ("Walker", "walkers", "walks"))
    asker = invited(served, ada, new_page, "member", name)
    access("team", "make", team)
    access("team", "in", team, f"{name.lower()}@example.org")
    access("role", "make", role, "--like", "viewer")
    access("give", f"team:{team}", role, "host:web1", "--label", "app=walk", "--for", "8h")
    asker.goto(f"{url}/access/requests/ask/")
    asker.select_option("[name=kind]", "host")
    asker.fill("[name=place]", "web1")
    asker.fill("[name=reason]", "the shop is down")
    asker.click("form.join button.btn-primary")
    asker.get_by_text("You see the answer here").wait_for()
    rule = f"Walk {token_hex(3)}"
    ada.goto(f"{url}/guardrails/new/privileged/")
    ada.check("[name=severity][value=warn]")
    ada.fill("main [name=name]", rule)
    ada.click('main form button.btn-primary:has-text("Create")')
    ada.get_by_role("link", name=rule).wait_for()
    yield team
    ada.goto(f"{url}/guardrails/")
    ada.get_by_role("link", name=rule).click()
    ada.get_by_role("button", name="Remove “").click()
    ada.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    ada.wait_for_url("**/guardrails/")
