"""A right that is taken while logs, a terminal and a download are open: all end, and say why."""

import re
import time
from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.bench.withdrawn_stage import runs
from tests.browser.served import Served, invited
from tests.lab.wait import until

pytestmark = pytest.mark.timeout(240)
SOON_MS = 60_000
LARGE_MIB = 48
# of the issue: what a right may be outlived by
BOUND_MS = 2_000
# takes a little, and the rest when it is told to: what is held back lasts
PULL = """(address) => {
  window.pulled = { bytes: 0, end: "" };
  const told = new Promise((go) => { window.pullOn = go; });
  fetch(address).then(async (answer) => {
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) { window.pulled.end = `whole ${answer.status}`; return; }
      window.pulled.bytes += value.length;
      await told;
    }
  }).catch((error) => { window.pulled.end = `cut ${error.name}`; });
}"""
# when these words first stand in the page
NOTE = """(words) => {
  const seen = new MutationObserver(() => {
    if (!document.body.innerText.includes(words)) return;
    window.saidAt = Date.now();
    seen.disconnect();
  });
  seen.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""
NO_LOGS = "you lost the right to read this log"
NO_TERMINAL = "you lost the right to terminals here"


@pytest.fixture
def talker(lab: Any) -> Iterator[str]:
    """The name of a container that writes lines and has something large in it."""
    name = f"talk{token_hex(3)}"
    script = (
        f"head -c {LARGE_MIB}m /dev/urandom >/large.bin; while :; do echo talking; sleep 0.2; done"
    )
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", name, "localhost/busybox", "sh", "-c", script)
    yield name
    host.podman("rm", "-f", "-t", "0", name)


# a page that is withdrawn may load again and be refused, which Chromium calls an error
@pytest.mark.no_console_check
def test_a_taken_grant_ends_all_that_is_open(
    served: Served, ada: Any, new_page: Callable[..., Any], talker: str
) -> None:
    url, person = served.url, f"Wanda{token_hex(3)}"
    logs = invited(served, ada, new_page, "member", person)
    email = f"{person.lower()}@example.org"
    served.stack.manage("access", "give", email, "operator", "host:web1", "--for", "8h")

    # she reads logs, types in a terminal, and takes a large file
    logs.goto(f"{url}/containers/?q=name:{talker}")
    logs.get_by_role("link", name=talker, exact=True).first.click(timeout=SOON_MS)
    logs.wait_for_url(re.compile(r"/containers/\d+/[0-9a-f]{64}/"))
    here = logs.url.partition("?")[0]
    endpoint, container = re.findall(r"/containers/(\d+)/([0-9a-f]+)/", here)[0]
    logs.goto(f"{here}logs/")
    logs.locator("[data-log-box]", has_text="talking").wait_for(timeout=SOON_MS)
    term, down = logs.context.new_page(), logs.context.new_page()
    term.goto(f"{here}terminal/")
    term.locator("[data-dot][data-state=live]").first.wait_for(timeout=SOON_MS)
    long = f"7{int(token_hex(3), 16)}"
    term.locator(".xterm").click()
    term.keyboard.type(f"sleep {long}")
    term.keyboard.press("Enter")
    until("what she started", lambda: runs("sleep", long), timeout_s=60)
    # of a page that has no lists, so that it stays as it is
    down.goto(f"{url}/access/requests/ask/")
    down.evaluate(PULL, f"/transfer/files/container/{endpoint}/{container}/file/?path=/large.bin")
    until("the download", lambda: pulled(down)["bytes"] > 0, timeout_s=60)

    # the administrator takes it
    logs.evaluate(NOTE, NO_LOGS)
    term.evaluate(NOTE, NO_TERMINAL)
    ada.goto(f"{url}/access/grants/?q=person:{email}")
    ada.locator("main tbody tr", has_text=person).get_by_role("link").first.click()
    ada.get_by_role("button", name="Revoke").click()
    ada.locator("dialog").get_by_role("button", name="Revoke").click(no_wait_after=True)
    taken_ms = time.time() * 1000

    logs.locator("[data-log-trouble]", has_text=NO_LOGS).wait_for(timeout=SOON_MS)
    assert "talking" in logs.locator("[data-log-box]").inner_text()
    term.locator("[data-said-text]", has_text=NO_TERMINAL).wait_for(timeout=SOON_MS)
    until("the end of what she started", lambda: not runs("sleep", long), timeout_s=60)
    down.evaluate("window.pullOn()")
    until("the download's end", lambda: bool(pulled(down)["end"]), timeout_s=60)
    assert pulled(down)["end"].startswith("cut"), pulled(down)
    assert pulled(down)["bytes"] < LARGE_MIB * 2**20
    took = [page.evaluate("window.saidAt") - taken_ms for page in (logs, term)]
    assert max(took) <= BOUND_MS, took
    logs.reload()
    logs.locator("main", has_text="does not exist, or you may not see it").wait_for()

    told(
        ada, url, f"verb:container.exec person:{person}", "ended, because the right to it was lost"
    )
    told(ada, url, f"verb:container.files person:{person}", f"of {LARGE_MIB * 2**20} bytes")


def pulled(page: Any) -> Any:
    return page.evaluate("window.pulled")


def told(page: Any, url: str, line: str, words: str) -> None:
    """The newest such entry says these words on its own page, once it has its outcome."""

    def found() -> bool:
        page.goto(f"{url}/audit/?q={line}")
        page.locator("main tbody [data-open]").first.click()
        return words in page.locator("main .facts-room").inner_text()

    until(f"“{words}” in the log", found, timeout_s=60)
