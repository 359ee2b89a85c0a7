"""A form that comes back: the first wrong field has the focus and its words, for every kind of form."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD
from tests.browser.served import Served

pytestmark = pytest.mark.timeout(300)
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
SERIOUS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)"""
# what has the focus, and the words that a screen reader says with it
FOCUSED = """() => {
    const one = document.activeElement;
    const told = one.closest("[aria-describedby]")?.getAttribute("aria-describedby") ?? "";
    const ids = told.split(" ").filter(Boolean);
    const words = ids.map((id) => document.getElementById(id)?.textContent.trim() ?? `no #${id}`);
    return {
        name: one.name ?? "", invalid: one.getAttribute("aria-invalid"), told: words.join(" | "),
        text: one.matches("input, select, textarea") ? "" : one.textContent.trim(),
    };
}"""


def focused(page: Any, name: str) -> dict[str, str]:
    """Wait for the focus to be on the field, then what is said of it."""
    page.wait_for_function(f"() => document.activeElement.name === {name!r}")
    found: dict[str, str] = page.evaluate(FOCUSED)
    assert found["invalid"] == "true"
    return found


def answered(page: Any, form: str, button: str) -> None:
    """Send the form as it is, past the browser's own checks, and wait for the page that answers."""
    page.locator(form).evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        page.locator(form).get_by_role("button", name=button).first.click()
    page.locator("html[data-ready]").wait_for()


def sound(page: Any) -> None:
    page.evaluate(AXE.read_text())
    assert page.evaluate(SERIOUS) == []


# Chromium's console names a page that says 422
@pytest.mark.no_console_check
@pytest.mark.parametrize(
    ("path", "form", "given", "button", "field", "says"),
    [
        (
            "/people/",
            "#invite",
            {"email": "nobody"},
            "Create invitation",
            "email",
            "valid email",
        ),
        ("/access/teams/new/", "main form", {}, "Create team", "name", "required"),
        (
            *("/access/grants/give/", "#give", {"to": "nobody-at-all", "where": "everywhere"}),
            *("Give access", "to", "nobody-at-all"),
        ),
        ("/access/roles/new/", "#role", {"name": ""}, "Create the role", "name", "required"),
        ("/groups/", "main form", {}, "Create group", "name", "required"),
        (
            *("/guardrails/new/images/", "#rail-form", {"name": ""}),
            *("Create", "name", "required"),
        ),
        (
            *("/guardrails/freezes/new/", "main form", {"name": "x", "zone": "Moon/Sea"}),
            *("Save", "zone", "time zone"),
        ),
        ("/hosts/add/", "form[action$='/hosts/add/']", {}, "Check the host", "address", "required"),
        (
            "/volumes/create/",
            "form.card",
            {"name": "a b"},
            "Create",
            "name",
            "with a letter",
        ),
        ("/registries/", "main form", {}, "Save", "registry", "required"),
    ],
)
def test_pages(
    served: Served,
    ada: Any,
    path: str,
    form: str,
    given: dict[str, str],
    button: str,
    field: str,
    says: str,
) -> None:
    ada.goto(f"{served.url}{path}")
    for name, text in given.items():
        ada.locator(form).locator(f"[name={name}]").fill(text)
    answered(ada, form, button)
    assert says in focused(ada, field)["told"]
    sound(ada)


def test_a_sign_in_that_failed_asks_for_the_password_again(served: Served, page: Any) -> None:
    page.goto(f"{served.url}/account/login/")
    page.fill("[name=login]", "nobody@example.org")
    page.fill("[name=password]", "not it")
    answered(page, "main form", "Sign in")
    assert "is wrong" in focused(page, "password")["told"]
    sound(page)


def test_what_is_wrong_as_a_whole_has_the_focus_itself(served: Served, ada: Any) -> None:
    """Which field to change nobody knows."""
    ada.goto(f"{served.url}/access/roles/new/?from=member")
    ada.fill("#role [name=name]", "shell-only")
    # what a verb needs is ticked along by the page, so it is taken past the page
    ada.locator("#role [value='container.exec']").evaluate("box => { box.checked = true; }")
    answered(ada, "#role", "Create the role")
    ada.wait_for_function("() => document.activeElement.matches('.field-error')")
    sound(ada)


def test_a_ticked_list_and_the_password_asked_for_before(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/account/tokens/new/")
    if "reauthenticate" in ada.url:
        ada.fill("main [name=password]", "not it")
        answered(ada, "main form", "Continue")
        assert focused(ada, "password")["told"]
        ada.fill("main [name=password]", PASSWORD)
        answered(ada, "main form", "Continue")
    ada.fill("main [name=name]", "x")
    ada.select_option("main [name=reach]", "verbs")
    answered(ada, "main form", "Create the token")
    assert focused(ada, "verbs")["told"]
    sound(ada)


def test_several_are_counted_aloud(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/access/grants/give/")
    answered(ada, "#give", "Give access")
    focused(ada, "to")
    ada.locator("#polite").get_by_text("2 fields need correction").wait_for()


def test_dialogs(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/hosts/?q=web1")
    ada.locator("[data-open]", has_text="web1").first.click()
    lock = ada.locator("[hx-get*='/locks/host/']").first
    if not lock.is_visible():
        ada.locator("details.menu", has=lock).locator("> summary").click()
    lock.click()
    ada.locator("dialog #lock-reason").fill("   ")
    ada.locator("dialog").get_by_role("button", name="Lock").click()
    ada.locator("dialog .field-error").wait_for()
    assert "Give a reason" in focused(ada, "reason")["told"]
    sound(ada)


def test_the_run_form(served: Served, ada: Any) -> None:
    """Its words come beside the preview; a folded part opens."""
    ada.goto(f"{served.url}/containers/run/")
    ada.locator("html[data-ready]").wait_for()
    ada.fill("#run-image", "localhost/busybox:latest")
    ada.locator("[name=memory]").fill("much")
    ada.locator("[name=pids]").fill("many")
    ada.click("#run-send")
    assert "much" in focused(ada, "memory")["told"]
    ada.locator("#polite").get_by_text("2 fields need correction").wait_for()


def test_the_pull_form(served: Served, ada: Any) -> None:
    ada.goto(f"{served.url}/images/pull/")
    ada.fill("#pull-images", "UPPER CASE")
    ada.locator("#pull-form .pull-send").first.click()
    assert "UPPER CASE" in focused(ada, "images")["told"]
