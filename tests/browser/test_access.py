"""An administrator lets a team see some containers; its member sees these live, until it is taken."""

from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.browser.served import Served, invited

pytestmark = pytest.mark.timeout(300)
BUSYBOX = "localhost/busybox"
TICKS = ("sh", "-c", "while :; do echo tick; sleep 1; done")
SOON_MS = 60_000


@pytest.fixture
def containers(lab: Any) -> Iterator[None]:
    """seal-shop and seal-bank, by their labels of two teams."""
    host, names = lab.hosts[0], ("seal-shop", "seal-bank")
    for name in names:
        host.podman("run", "-d", "--name", name, "--label", f"app={name}", BUSYBOX, *TICKS)
    yield
    host.podman("rm", "-f", "-t", "0", *names)


def listed(page: Any, name: str) -> Any:
    return page.locator("#list-containers tbody tr", has_text=name)


def give(ada: Any, url: str, *, team: str, role: str, name: str) -> None:
    """The role on web1 to the team, for seal-shop alone, for eight hours."""
    ada.goto(f"{url}/access/grants/give/?to=team:{team}&where=host:web1")
    ada.select_option("[name=role]", role)
    ada.click("summary:has-text('Only for some containers')")
    ada.fill("#give [name=label]", "app=seal-shop")
    ada.select_option("[name=ends]", "8h")
    preview = ada.locator("#preview")
    preview.get_by_text("1 container matches now: seal-shop on web1").wait_for(timeout=SOON_MS)
    preview.get_by_text(name).wait_for()
    preview.get_by_text("Open terminals").wait_for()
    ada.click("#give button:has-text('Give access')")
    ada.wait_for_url("**/access/grants/")


# pages that are withdrawn load again and are refused, which Chromium calls an error
@pytest.mark.no_console_check
def test_a_member_sees_what_is_granted_until_it_is_taken(
    served: Served, ada: Any, new_page: Callable[..., Any], containers: None
) -> None:
    url = served.url
    # a second try finds what the first one made
    name, team, role = (f"{word}{token_hex(3)}" for word in ("Sela", "seals", "keeper"))
    sela = invited(served, ada, new_page, "member", name)
    sela.goto(url)
    sela.get_by_role("heading", name="You have no access yet").wait_for()

    ada.goto(f"{url}/access/teams/new/")
    ada.fill("[name=name]", team)
    ada.click("text=Create team")
    ada.fill("#let-in", f"{name.lower()}@example.org")
    ada.click("text=Add member…")
    ada.get_by_role("dialog").get_by_role("button", name="Add").click()
    ada.locator("table").get_by_role("link", name=name).wait_for()

    ada.goto(f"{url}/access/roles/new/?from=viewer")
    ada.fill("#role [name=name]", role)
    ada.click("text=Expand all")
    # what a verb needs comes along, and goes with it
    ada.uncheck("[value='host.view']")
    assert not ada.is_checked("[value='container.logs']")
    for verb in ("container.exec", "container.logs"):
        ada.check(f"[value='{verb}']")
    assert ada.is_checked("[value='host.view']")
    ada.click("text=Create the role")
    ada.wait_for_url("**/access/roles/*/")

    ada.goto(f"{url}/containers/")
    listed(ada, "seal-shop").wait_for(timeout=SOON_MS)
    listed(ada, "seal-bank").wait_for(timeout=SOON_MS)
    give(ada, url, team=team, role=role, name=name)

    # the page that waits finds out by itself
    sela.locator("#list-overview-fleet").wait_for()
    # a right may be taken right after a page was drawn: for this one it is always so
    sela.add_init_script("performance.now = () => 0")
    sela.goto(f"{url}/containers/")
    listed(sela, "seal-shop").wait_for()
    assert listed(sela, "seal-bank").count() == 0
    where = listed(sela, "seal-shop").locator("[data-open]").get_attribute("href")
    # the same person, thrice: a list, a log, a terminal
    state = sela.context.storage_state()
    log, terminal = new_page(storage_state=state), new_page(storage_state=state)
    log.goto(f"{url}{where}logs/")
    log.locator("[data-log-box]").get_by_text("tick").first.wait_for(timeout=SOON_MS)
    terminal.goto(f"{url}{where}terminal/")
    terminal.locator("[data-dot][data-state=live]").first.wait_for(timeout=SOON_MS)

    ada.locator("#list-grants tbody tr", has_text=team).locator("[data-open]").click()
    ada.get_by_role("button", name="Revoke…").click()
    asked = ada.get_by_role("dialog")
    asked.get_by_text(name).wait_for()
    asked.get_by_role("button", name="Revoke").click()
    ada.wait_for_url("**/access/grants/")

    # each ends by itself: the list looks again and there is none; what was read stays, with the reason
    sela.locator("#list-containers").wait_for(state="detached", timeout=SOON_MS)
    for page, said in ((log, "[data-log-trouble]"), (terminal, "[data-said-text]")):
        page.locator(said, has_text="lost the right").wait_for(timeout=SOON_MS)
    assert sela.goto(f"{url}{where}").status == 404
    sela.goto(url)
    sela.get_by_role("heading", name="You have no access yet").wait_for()
