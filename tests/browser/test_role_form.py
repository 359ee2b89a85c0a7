"""A role of one's own is made in the browser: verbs found, groups ticked, compared, with the keyboard."""

from secrets import token_hex
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(300)


def group(page: Any, name: str) -> Any:
    return page.locator("[data-group]", has=page.get_by_text(name, exact=True))


def test_verbs_are_found_ticked_by_groups_and_compared(served: Served, ada: Any) -> None:
    name = f"keeper-{token_hex(3)}"
    ada.goto(f"{served.url}/access/roles/new/?from=member")
    total = ada.locator("[data-role-sum]")
    assert total.inner_text().startswith("0 of ")
    find = ada.get_by_label("Find a verb")
    find.fill("container logs")
    ada.locator("[data-found]", has_text="verbs found").wait_for()
    assert not group(ada, "Volumes").is_visible()
    box = ada.locator("input[value='container.logs']")
    box.focus()
    ada.keyboard.press("Space")
    # what it needs is ticked along, and said
    ada.locator("[data-found]", has_text="Ticked with it: See").wait_for()
    assert ada.locator("input[value='host.view']").is_checked()
    find.press("Escape")
    assert find.input_value() == ""
    secrets = group(ada, "Secrets")
    secrets.locator("summary").press("Enter")
    secrets.get_by_role("button", name="Tick all: Secrets").click()
    every = secrets.locator("input[name=verbs]").count()
    assert secrets.locator("[data-sum]").inner_text() == f"{every} of {every}"
    secrets.locator("[data-sensitive]").wait_for()

    ada.get_by_label("Compare with role").select_option(label="Viewer")
    more = ada.locator("[data-diff]")
    more.get_by_text("This role does not permit").wait_for()
    more.get_by_role("button", name="See networks").click()
    assert ada.evaluate("document.activeElement.value") == "network.view"
    ada.get_by_label("only ticked").check()
    assert not ada.locator("input[value='network.view']").is_visible()
    assert ada.locator("input[value='container.logs']").is_visible()

    ada.fill("#role [name=name]", name)
    ada.get_by_role("button", name="Create the role").click()
    ada.get_by_text(f"The role {name} is created").wait_for()
    assert group(ada, "Secrets").locator("[data-sum]").inner_text() == f"{every} of {every}"
