"""A start that fails while one is on another page: told there, once, and beside the container."""

import re
from typing import Any

import pytest

from tests.browser.served import Served, job_ends
from tests.lab.wait import until

pytestmark = pytest.mark.timeout(240)
PORT = 18090
WHY = f"port {PORT} is taken by holder on web1."


# as the page's own script does: messages of what other tests left are closed
_SEEN = """async () => {
  const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
  const body = new URLSearchParams({ until: "99999999" });
  return (await fetch("/jobs/seen/", { method: "POST", body, headers })).status;
}"""


@pytest.fixture
def clash(lab: Any, clean_hosts: None, ada: Any, served: Served) -> str:
    """The name of a container whose port another one has; Ada has seen all failures so far."""
    host = lab.hosts[0]
    ada.goto(f"{served.url}/secrets/")
    assert ada.evaluate(_SEEN) == 204
    common = ("--stop-signal", "KILL", "-p", f"{PORT}:80", "localhost/busybox", "sleep", "1000")
    host.podman("run", "-d", "--name", "holder", *common)
    host.podman("create", "--name", "clash", *common)
    return "clash"


def start(ada: Any, served: Served, name: str) -> str:
    """Click on Start in the list; the address of the container's page."""
    ada.goto(f"{served.url}/containers/?q=name:{name}")
    row = ada.locator("tr[data-pk]", has=ada.get_by_role("link", name=name, exact=True))
    row.get_by_role("button", name=f"Start {name}", exact=True).click()
    ada.locator("#toasts").get_by_text(f"Starting {name} on web1").wait_for()
    return str(row.locator("a[data-open]").get_attribute("href"))


def heard(page: Any, address: str) -> Any:
    """The page at `address`, once its live socket has told of one's failures; its messages."""
    with page.expect_websocket() as opened:
        page.goto(address)
    opened.value.wait_for_event("framereceived", lambda frame: '"id":"failures"' in str(frame))
    return page.locator("#toasts .tone-bad")


def test_a_start_that_fails_is_told_on_another_page_and_in_each_tab_once(
    ada: Any, served: Served, clash: str
) -> None:
    url = served.url
    container = start(ada, served, clash)
    # beside it, without a reload
    ada.locator("tr[data-pk]").get_by_text(f"start failed: {WHY}").wait_for()
    # another page, and a second tab
    ada.goto(f"{url}/images/")
    words = f"Start {clash} on web1 failed: {WHY}"
    ada.locator("#toasts").get_by_text(words).wait_for()
    other = ada.context.new_page()
    other.goto(f"{url}/volumes/")
    other.locator("#toasts").get_by_text(words).wait_for()
    # it stays: the one before has gone after six seconds
    assert ada.locator("#toasts .toast-line").count() == 1
    ada.goto(f"{url}/")
    attention = ada.locator("#list-overview-attention")
    attention.get_by_text(f"Start {clash} on web1 failed").first.wait_for()
    attention.get_by_text(WHY).first.wait_for()
    attention.get_by_role("link", name="Open the job").first.wait_for()
    assert ada.locator("[data-count-of=jobs-failed]").is_visible()
    for page in (f"{url}/containers/?q=name:{clash}", f"{url}{container}"):
        ada.goto(page)
        ada.locator("main").get_by_text(f"start failed: {WHY}").first.wait_for()
    # closed by the keyboard in one tab, it goes in the other, and is told on no further page
    ada.locator("#toasts .toast-line button").press("Enter")
    other.locator("#toasts .toast-line").wait_for(state="detached")
    assert heard(ada, f"{url}/networks/").count() == 0
    other.close()


def test_what_failed_while_no_page_was_open_is_told_on_the_next_once(
    ada: Any, served: Served, clash: str
) -> None:
    url = served.url
    start(ada, served, clash)
    ada.goto("about:blank")
    newest = f"{url}/jobs/?q=object:{clash}"

    def failed() -> bool:
        rows = ada.request.get(newest).text().partition("<tbody")[2]
        return 'data-state="failed"' in rows.partition("</tr>")[0]

    until("the job's end", failed, timeout_s=60)
    ada.goto(f"{url}/secrets/")
    ada.locator("#toasts .tone-bad").get_by_role("link", name="Open the job").click()
    ada.wait_for_url(re.compile(r"/jobs/\d+/$"))
    ada.locator(".trouble-title").get_by_text(f"Port {PORT} is taken by holder on web1.").wait_for()
    assert ada.locator("#toasts .tone-bad").count() == 0
    assert heard(ada, f"{url}/secrets/").count() == 0


def test_the_number_at_jobs_falls_on_an_open_page_once_it_worked(
    ada: Any, served: Served, clash: str, lab: Any
) -> None:
    start(ada, served, clash)
    rail = ada.locator("[data-count-of=jobs-failed]")
    ada.locator("tr[data-pk]").get_by_text(f"start failed: {WHY}").wait_for()
    rail.wait_for()
    number = int(rail.text_content() or 0)
    lab.hosts[0].podman("stop", "holder")
    # nothing of this changes the host whose page is open
    other = ada.context.new_page()
    start(other, served, clash)
    until(
        "the number falls",
        lambda: int(rail.text_content() or 0) < number,
        timeout_s=60,
    )
    ada.locator("tr[data-pk]").get_by_text(f"start failed: {WHY}").wait_for(state="detached")
    other.close()


def test_a_run_with_a_clash_of_ports_and_a_second_try(
    ada: Any, served: Served, clash: str, lab: Any
) -> None:
    ada.goto(f"{served.url}/containers/run/")
    ada.fill("#run-image", "localhost/busybox:latest")
    ada.fill("#run-name", "second")
    ada.fill("#run-command", "sleep 1000")
    ada.fill("#run-environment", "KEY=value")
    ada.fill("[name=ports_host]", str(PORT))
    ada.fill("[name=ports_inner]", "80")
    ada.get_by_text(f"holder on web1 already uses port {PORT}.").wait_for()
    ada.get_by_role("button", name="Run anyway").click()
    assert job_ends(ada) == "failed"
    title = ada.locator(".job .trouble-title")
    assert title.inner_text().startswith(f"Port {PORT} is taken by holder on web1.")
    left = lab.hosts[0].podman("ps", "-aq", "--no-trunc", "--filter", "name=second").strip()
    assert ada.get_by_role("link", name="Open it").get_attribute("href").endswith(f"/{left}/")
    ada.get_by_role("link", name="Remove it and try again").click()
    ada.get_by_label("Replace second: it is removed first").wait_for()
    tag = ada.locator("#run-preview .tag").first
    assert tag.inner_text() == "1 value missing"
    ada.fill("#run-environment", "KEY=value")
    ada.fill("[name=ports_host]", str(PORT + 1))
    tag.get_by_text("ready").wait_for()
    ada.get_by_role("button", name="Run container").click()
    assert job_ends(ada) == "ok"
    host = lab.hosts[0]
    ids = host.podman("ps", "-q", "--no-trunc", "--filter", "name=second").split()
    assert len(ids) == 1
    assert ids[0] != left
    host.podman("rm", "-f", "-t", "0", "second")
