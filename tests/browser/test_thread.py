"""The main job in a browser, from the first link to the audit log, on two hosts and a rootless
endpoint. A second person's page shows each change without a reload.
"""

import json
import re
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD, add_host, become_admin, invite

pytestmark = pytest.mark.timeout(240)


def row(page: Any, name: str) -> Any:
    return page.locator("table tbody tr", has_text=name)


def state_of(page: Any, name: str, word: str) -> None:
    row(page, name).locator(".state-word", has_text=re.compile(f"^{word}$")).wait_for()


def job_ends(page: Any, word: str = "done") -> None:
    page.wait_for_url("**/jobs/*/")
    page.locator("[data-state=ok], [data-state=failed]").first.wait_for(timeout=60_000)
    assert page.locator("h1, .head").first.is_visible()
    page.locator(".state-word", has_text=word).first.wait_for()


def test_the_main_job_end_to_end(
    stack: Any, new_page: Any, lab: Any, registry: Any, clean_hosts: None
) -> None:
    h1, h2 = lab.hosts[:2]
    ada = new_page()
    become_admin(ada, stack.first_admin_link)
    add_host(ada, stack.url, h1, name="web1")
    add_host(ada, stack.url, h2, name="web2")
    add_host(ada, stack.url, lab.rootless, user="seal")

    # what is there already is seen: one made by hand on the rootless endpoint
    h1.podman("run", "-d", "--name", "by-hand", "localhost/logger", user="seal")
    ada.goto(f"{stack.url}/containers/")
    row(ada, "by-hand").wait_for()

    # a second person watches the same list in another browser
    link = invite(ada, stack.url, "vera@example.org", "viewer")
    vera = new_page()
    vera.goto(link)
    vera.fill("[name=name]", "Vera")
    vera.fill("[name=password]", PASSWORD)
    vera.fill("[name=again]", PASSWORD)
    vera.click("form button.btn-primary")
    vera.goto(f"{stack.url}/containers/")
    state_of(vera, "by-hand", "running")

    # a registry with a password
    ada.goto(f"{stack.url}/registries/")
    ada.fill("[name=registry]", registry.address)
    ada.fill("[name=username]", registry.user)
    ada.fill("[name=password]", registry.password)
    ada.get_by_role("button", name="Save", exact=True).click()

    reference = f"{registry.address}/lab/busybox:latest"
    ada.goto(f"{stack.url}/images/pull/")
    ada.fill("textarea", reference)
    ada.get_by_label(re.compile(r"^\s*web2")).check()
    ada.click("main form button.btn-primary")
    job_ends(ada)
    assert json.loads(h2.podman("image", "inspect", reference))

    # run, see it live in the other browser
    ada.goto(f"{stack.url}/containers/run/")
    web2 = ada.locator("[name=endpoint] option", has_text="web2").get_attribute("value")
    ada.select_option("[name=endpoint]", value=web2)
    ada.fill("[name=image]", reference)
    ada.fill("[name=name]", "shop")
    ada.fill("[name=command]", "sh -c 'while true; do echo tide $((i=i+1)); sleep 0.2; done'")
    ada.click("button:has-text('Run container')")
    job_ends(ada)
    state_of(vera, "shop", "running")
    (made,) = json.loads(h2.podman("inspect", "shop"))
    assert made["State"]["Running"]

    # its logs, followed
    ada.goto(f"{stack.url}/containers/")
    row(ada, "shop").get_by_role("link", name="shop", exact=True).click()
    ada.click("nav.tabs >> text=Logs")
    ada.get_by_text("tide 5", exact=True).wait_for()
    ada.locator("[data-log-foot]", has_text="live").wait_for()

    # stop and remove from its page
    ada.click("nav.tabs >> text=Summary")
    ada.get_by_role("button", name=re.compile("^Stop")).first.click()
    state_of(vera, "shop", "exited.*")
    assert not json.loads(h2.podman("inspect", "shop"))[0]["State"]["Running"]
    ada.goto(f"{stack.url}/containers/")
    row(ada, "shop").get_by_role("link", name="shop", exact=True).click()
    ada.get_by_label("More actions").click()
    ada.get_by_role("button", name="Remove…").click()
    confirm(ada)
    row(vera, "shop").wait_for(state="detached")
    assert "shop" not in h2.podman("ps", "-a", "--format", "{{.Names}}")

    # an entry for each, with name, place and outcome; the viewer's reading rights end there
    ada.goto(f"{stack.url}/audit/")
    text = ada.locator("main").inner_text()
    for words in (
        "added the host web1",
        f"pulled {reference}",
        "ran shop",
        "stopped shop",
        "removed shop",
        "read the logs of shop",
        "signed in",
    ):
        assert words in text, words
    assert json.loads(stack.manage("audit", "verify", "--json"))["ok"]


def confirm(page: Any) -> None:
    """The dialog, where the act has one."""
    button = page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger")
    button.first.click()
