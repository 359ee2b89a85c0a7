"""Four eyes live: one asks, another approves, the job goes on; a lock and a freeze keep changes off."""

import os
from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.browser.served import Served, invited, job_ends

pytestmark = pytest.mark.timeout(300)
BUSYBOX = "localhost/busybox"
SOON_MS = 60_000


def shot(page: Any, name: str) -> None:
    """For whoever wants to look: light and dark, wide and narrow."""
    if not (shots := os.environ.get("TEST_SHOTS")):
        return
    for scheme in ("light", "dark"):
        # nothing is half way in or out
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{shots}/{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture
def container(lab: Any) -> Iterator[str]:
    """seal-locked, which runs."""
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "seal-locked", BUSYBOX, "sleep", "999")
    yield "seal-locked"
    host.podman("rm", "-f", "-t", "0", "seal-locked")


def test_a_second_person_approves_live(
    served: Served, ada: Any, new_page: Callable[..., Any], lab: Any
) -> None:
    url = served.url
    name, made = f"Ove{token_hex(3)}", f"reader-{token_hex(3)}"
    ove = invited(served, ada, new_page, "operator", name)
    ada.goto(f"{url}/guardrails/new/privileged/")
    rule = f"no privileges {token_hex(3)}"
    ada.fill("[name=name]", rule)
    ada.check("[name=severity][value=ask]")
    ada.click('main form button.btn-primary:has-text("Create")')
    ada.wait_for_url("**/guardrails/")
    try:
        # the operator may not make privileged ones: the administrator asks, a second one decides
        boss = invited(served, ada, new_page, "admin", f"Boss{token_hex(3)}")
        ada.goto(f"{url}/containers/run/")
        ada.fill("#run-image", BUSYBOX)
        ada.fill("[name=name]", made)
        ada.fill("[name=command]", "sleep 999")
        ada.evaluate(
            "document.querySelectorAll('#run-form details').forEach((one) => { one.open = true; })"
        )
        ada.check("[name=privileged]")
        ada.fill("[name=environment]", "KEY=hidden-value")
        ada.locator("#run-preview").get_by_text("needs an approval").wait_for(timeout=SOON_MS)
        shot(ada, "run-asks")
        ada.click("#run-send")
        dialog = ada.get_by_role("dialog", name="An approval is needed")
        dialog.get_by_label("Why is it needed?").fill("the card reader")
        shot(ada, "why")
        dialog.get_by_role("button", name="Ask for approval").click()
        ada.wait_for_url("**/jobs/*/")
        ada.get_by_role("heading", name="Waiting for approval").wait_for()
        shot(ada, "job-held")
        assert made not in lab.hosts[0].podman("ps", "-a", "--format", "{{.Names}}")
        job = ada.url

        ove.goto(job)
        boss.goto(url)
        boss.get_by_text(f"{made} on web1").first.wait_for()
        shot(boss, "overview")
        boss.goto(f"{url}/access/requests/approvals/")
        boss.locator("#list-approvals tbody tr", has_text=made).wait_for()
        shot(boss, "approvals")
        boss.locator("#list-approvals tbody tr", has_text=made).locator("[data-open]").click()
        boss.get_by_text("the card reader").wait_for()
        assert "hidden-value" not in boss.content()
        boss.get_by_label("Your answer").fill("for this week")
        boss.get_by_role("button", name="Show the environment").click()
        boss.get_by_text("KEY=hidden-value").wait_for()
        # what was typed before stays
        assert boss.get_by_label("Your answer").input_value() == "for this week"
        shot(boss, "decide")
        boss.get_by_role("button", name="Approve").click()
        boss.get_by_text("Approved: the job continues.").wait_for()
        # who asked sees it go on without a click
        assert job_ends(ada) == "ok"
        told = lab.hosts[0].podman("inspect", "--format", "{{.HostConfig.Privileged}}", made)
        assert told.strip() == "true"
    finally:
        ada.goto(f"{url}/guardrails/")
        ada.click(f"a.rail-name:has-text('{rule}')")
        ada.get_by_role("button", name="Remove “").click()
        ada.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        ada.wait_for_url("**/guardrails/")
        lab.hosts[0].podman("rm", "-f", "-i", "-t", "0", made)


# a refusal is an answer with the status 403, which a console tells
@pytest.mark.no_console_check
def test_what_is_locked_stays_and_a_freeze_says_so(
    served: Served, ada: Any, new_page: Callable[..., Any], lab: Any, container: str
) -> None:
    url = served.url
    ove = invited(served, ada, new_page, "operator", f"Ove{token_hex(3)}")
    ove.goto(f"{url}/containers/?q={container}")
    ove.locator("#list-containers tbody tr", has_text=container).locator("[data-open]").click()
    page = ove.url
    ove.locator(".object-acts details.menu summary").click()
    ove.get_by_role("button", name="Lock…").click()
    ove.get_by_label("Why?").fill("an audit")
    ove.get_by_role("dialog").get_by_role("button", name="Lock").click()
    ove.get_by_text(f"{container} is locked by").first.wait_for(timeout=SOON_MS)
    shot(ove, "locked")
    ove.get_by_role("button", name="Restart").click()
    ove.locator("#toasts").get_by_text("is locked by").wait_for()
    ada.goto(f"{url}/containers/?q={container}")
    ada.locator(".lock-mark").first.wait_for()
    shot(ada, "locked-row")
    ove.get_by_role("button", name="Unlock").click()
    ove.locator(".lock-says").wait_for(state="detached", timeout=SOON_MS)

    window = f"holidays {token_hex(3)}"
    ada.goto(f"{url}/guardrails/freezes/new/")
    ada.fill("[name=name]", window)
    ada.fill("[name=words]", "books are closed")
    ada.fill("[name=zone]", "Europe/Berlin")
    ada.fill("[name=starts]", "2020-01-01T00:00")
    ada.fill("[name=ends]", "2099-01-01T00:00")
    shot(ada, "freeze-form")
    ada.get_by_role("button", name="Save").click()
    ada.wait_for_url("**/guardrails/freezes/")
    shot(ada, "freezes")
    try:
        ove.goto(page)
        ove.locator(".freeze-banner").get_by_text("books are closed").wait_for()
        shot(ove, "frozen")
        ove.get_by_role("button", name="Restart").click()
        ove.locator("#toasts").get_by_text("books are closed").wait_for()
        # an administrator may override it, and says why
        ada.goto(page)
        ada.get_by_role("button", name="Restart").click()
        dialog = ada.get_by_role("dialog", name="Changes are frozen")
        dialog.get_by_label("Why is it needed?").fill("it burns")
        shot(ada, "override")
        dialog.get_by_role("button", name="Override the freeze").click()
        ada.locator("#toasts").get_by_text("Watch").click()
        assert job_ends(ada) == "ok"
    finally:
        ada.goto(f"{url}/guardrails/freezes/")
        ada.click(f"a.rail-name:has-text('{window}')")
        ada.get_by_role("button", name="Remove “").click()
        ada.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        ada.wait_for_url("**/guardrails/freezes/")
    ada.goto(f"{url}/hosts/")
    ada.locator("#list-hosts tbody tr", has_text="web1").locator("[data-open]").click()
    ada.get_by_role("button", name="Maintenance…").click()
    ada.get_by_label("Why?").fill("new disks")
    ada.get_by_role("dialog").get_by_role("button", name="Mute the host").click()
    ada.locator(".mute-says").get_by_text("new disks").wait_for(timeout=SOON_MS)
    shot(ada, "muted")
    ada.get_by_role("button", name="End maintenance").click()
    ada.get_by_role("button", name="Maintenance…").wait_for(timeout=SOON_MS)
