"""How containers end, as pages show it: a stop on the host is no alarm, a crash loop is no green."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(240)
SOON_MS = 60_000


@pytest.fixture
def crashy(lab: Any, clean_hosts: None) -> Iterator[Any]:
    """The host, on which `crashy` crashes every second and `ended` waits to be stopped or killed."""
    host = lab.hosts[0]
    script = ("localhost/busybox", "sh", "-c")
    host.podman("run", "-d", "--name", "crashy", "--restart", "always", *script, "sleep 1; exit 3")
    for name in ("ended", "killed"):
        host.podman("run", "-d", "--name", name, *script, "while :; do sleep 1; done")
    yield host
    host.podman("rm", "-f", "-t", "0", "crashy", "ended", "killed")


def test_a_stop_is_no_alarm_a_kill_and_a_crash_loop_are(
    ada: Any, served: Served, crashy: Any
) -> None:
    url, attention = served.url, ada.locator("#list-overview-attention")
    # the list is open: all of it comes by itself
    ada.goto(f"{url}/containers/")
    rows = {
        name: ada.locator("tr[data-pk]", has=ada.get_by_role("link", name=name, exact=True))
        for name in ("crashy", "ended", "killed")
    }
    looping = rows["crashy"].locator("[data-state=restarting]")
    looping.get_by_text("last exit 3").wait_for(timeout=SOON_MS)
    assert "tone-warn" in str(looping.get_attribute("class"))
    crashy.podman("stop", "-t", "1", "ended")
    rows["ended"].locator("[data-state=exited]").wait_for(timeout=SOON_MS)
    pid = crashy.podman("inspect", "killed", "--format", "{{.State.Pid}}").strip()
    crashy.run("kill", "-9", pid)
    rows["killed"].locator("[data-state=failed]").wait_for(timeout=SOON_MS)

    ada.goto(f"{url}/")
    attention.get_by_text("crashy on web1 keeps restarting: ×").wait_for()
    attention.get_by_text("killed on web1 exited with an error").wait_for()
    assert attention.get_by_text("crashy on web1").count() == 1
    assert attention.get_by_text("ended on web1").count() == 0
    ada.goto(f"{url}/containers/")
    ada.get_by_role("link", name="Restarting", exact=True).click()
    ada.wait_for_url("**restarting**")
    rows["crashy"].wait_for()
    assert rows["killed"].count() == 0
    rows["crashy"].locator("a[data-open]").click()
    ada.locator("dt", has_text="Last exit").wait_for()
    ada.get_by_role("link", name="History").click()
    ada.get_by_text("It ended with code 3.").first.wait_for()
