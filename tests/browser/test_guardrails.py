"""Guardrails by clicks on a real host: a set that warns, one rule made strict, and what Run says then."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.served import Served, job_ends

pytestmark = pytest.mark.timeout(240)
NAME = "ruled-shop"


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    return lab.hosts[0]


@pytest.fixture
def rules(served: Served, ada: Any) -> Iterator[Any]:
    """The list of rules, empty at first; at the end all are removed, since others share the server."""
    ada.goto(f"{served.url}/guardrails/")
    yield ada
    while True:
        ada.goto(f"{served.url}/guardrails/")
        if ada.locator(".rail-name").count() == 0:
            break
        ada.locator(".rail-name").first.click()
        ada.get_by_role("button", name="Remove “").click()
        ada.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        ada.wait_for_url("**/guardrails/")


def test_a_rule_is_made_strict_and_met(served: Served, rules: Any, host: Any) -> None:
    page = rules
    page.get_by_role("button", name="Create these rules").click()
    page.locator(".rail-line").nth(6).wait_for()
    page.get_by_role("link", name="No privileged containers").click()
    page.check("[name=severity][value=refuse]")
    page.get_by_role("button", name="Save").click()
    page.locator(".rail-line", has_text="No privileged containers").get_by_text(
        "refuses"
    ).wait_for()

    page.goto(f"{served.url}/containers/run/")
    chosen = page.locator("#run-endpoint option", has_text="web1").first.inner_text()
    page.select_option("#run-endpoint", label=chosen)
    page.fill("#run-image", "localhost/busybox:latest")
    page.fill("#run-name", NAME)
    page.locator("details", has=page.locator("[name=privileged]")).last.locator("> summary").click()
    page.check("[name=privileged]")
    page.locator(".verdict-refuse").wait_for()
    page.click("#run-send")
    page.get_by_text("The guardrail “No privileged containers” refuses it").wait_for()
    assert NAME not in host.podman("ps", "-a", "--format", "{{.Names}}")

    page.uncheck("[name=privileged]")
    page.locator(".verdict-warn", has_text="A memory limit").wait_for()
    page.click("#run-send")
    assert job_ends(page) == "ok"
    assert "A memory limit" in page.content()
    assert NAME in host.podman("ps", "-a", "--format", "{{.Names}}")


def test_a_spec_is_tried(served: Served, rules: Any) -> None:
    page = rules
    page.goto(f"{served.url}/guardrails/new/mounts/")
    page.fill("[name=set_allow]", "/srv/data")
    page.fill("[name=name]", "Data alone")
    page.get_by_role("button", name="Create").click()
    page.goto(f"{served.url}/guardrails/try/")
    page.fill("#try-text", "podman run -v /etc:/x quay.io/x/y:1")
    page.locator(".verdict-refuse", has_text="the host path /etc").wait_for()
    page.fill("#try-text", "podman run -v /srv/data/x:/x quay.io/x/y:1")
    page.locator(".verdict-pass").wait_for()


def test_a_rule_says_before_it_is_saved_what_of_that_which_is_there_would_break_it(
    served: Served, rules: Any, host: Any
) -> None:
    page = rules
    host.podman("create", "--name", NAME, "--label", "team=shop", "localhost/busybox", "true")
    # the form counts what the inventory knows when it is opened
    page.goto(f"{served.url}/containers/?q=name:{NAME}")
    page.locator("#list-containers tbody tr", has_text=NAME).first.wait_for()
    page.goto(f"{served.url}/guardrails/new/labels/")
    there = page.locator(".there")
    there.get_by_text("0 of 1 existing container").wait_for()
    page.fill("[name=set_require]", "owner")
    there.get_by_text("1 of 1 existing container").wait_for()
    page.fill("[name=set_require]", "team=*")
    there.get_by_text("0 of 1 existing container").wait_for()
    page.fill("[name=set_refuse]", "team")
    there.get_by_role("link", name=NAME).wait_for()
    page.get_by_role("button", name="Create").click()
    page.locator(".rail-line", has_text="not triggered in 30 days").wait_for()
