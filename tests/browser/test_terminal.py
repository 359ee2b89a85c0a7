"""Terminals in a real browser, into a real container, with a second person who watches."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.bench.real_host import row_of
from tests.bench.running import EMAIL, PASSWORD, Running
from tests.browser.newcomer import sign_in
from tests.lab.wait import until

pytestmark = pytest.mark.timeout(240)
# whether row `at` (from the end, among those with text or all) is whole within its pane
IN_SIGHT = """({written}) => {
  const rows = [...document.querySelectorAll('.term-pane:not([hidden]) .xterm-rows > div')];
  const row = rows.filter((one) => !written || one.textContent.trim()).at(-1).getBoundingClientRect();
  const pane = document.querySelector('.term-pane:not([hidden]) [data-screen]').getBoundingClientRect();
  return row.top >= pane.top - 1 && row.bottom <= pane.bottom + 1;
}"""
# rows and columns, as stty says them on a line of its own
SIZE = r"\n(\d+) (\d+)(?=\s)"
ROWS = "[...document.querySelectorAll('.term-pane:not([hidden]) .xterm-rows > div')]"


@pytest.fixture(scope="module")
def haulout(lab: Any) -> Iterator[Running]:
    """A Haulout that knows the first host, where `shop` runs."""
    host = lab.hosts[0]
    with Running() as running:
        running.environ["HAULOUT_TERMINAL_GRACE_S"] = "20"
        host.podman("run", "-d", "--name", "shop", "localhost/busybox", "sleep", "100000")
        try:
            running.register([row_of(host)])
            running.start()
            until("the container", lambda: bool(places(running, "shop")), timeout_s=60)
            yield running
        finally:
            running.stop()
            host.podman("rm", "-fa", "-t", "0")


def places(haulout: Running, name: str) -> list[Any]:
    return haulout.asked(
        "SELECT endpoint_id, podman_id FROM hosts_container WHERE name = ? AND state = 'running'",
        name,
    )


def at(haulout: Running, name: str = "shop") -> str:
    """The address of a container's terminals."""
    endpoint, podman_id = places(haulout, name)[0]
    return f"{haulout.url}/containers/{endpoint}/{podman_id}/terminal/"


@pytest.fixture
def ada(new_page: Callable[..., Any], haulout: Running) -> Any:
    page = new_page()
    sign_in(page, haulout.url, EMAIL, PASSWORD)
    return page


def screen(page: Any) -> str:
    """What the terminals that are shown show."""
    return str(page.evaluate(f"{ROWS}.map((row) => row.textContent).join('\\n')"))


def sees(page: Any, text: str) -> None:
    until(f"{text!r} on the screen", lambda: text in screen(page))


def live(page: Any) -> None:
    page.locator("[data-dot][data-state=live]").first.wait_for()
    sees(page, "#")


def types(page: Any, line: str) -> None:
    page.keyboard.type(line)
    page.keyboard.press("Enter")


def ends(page: Any) -> None:
    """End what is open, so that the next test begins with nothing."""
    for button in page.locator("[data-end]:visible").all():
        button.click()
    page.locator("[data-dot][data-state=over]").first.wait_for()


def test_t_opens_a_shell_that_echoes_survives_a_reload_and_follows_the_window(
    ada: Any, haulout: Running
) -> None:
    ada.goto(f"{haulout.url}/containers/?q=name:shop")
    ada.locator("tr[data-pk]").first.wait_for()
    ada.keyboard.press("j")
    ada.keyboard.press("t")
    ada.wait_for_url("**/terminal/")
    live(ada)
    types(ada, "echo $((40 + 2)); stty size")
    sees(ada, "\n42")
    # stty comes after the echo
    until("the size", lambda: bool(re.search(SIZE, screen(ada))))
    size = re.findall(SIZE, screen(ada))[0]
    ada.set_viewport_size({"width": 900, "height": 600})
    types(ada, "while :; do stty size; sleep 0.2; done")

    def smaller() -> bool:
        sizes = re.findall(SIZE, screen(ada))
        return int(sizes[-1][1]) < int(size[1]) and int(sizes[-1][0]) < int(size[0])

    until("the smaller size", smaller)
    ada.keyboard.press("Control+c")
    types(ada, "clear; echo kept''here")
    sees(ada, "kepthere")
    ada.reload()
    live(ada)
    sees(ada, "kepthere")
    # answers to what was replayed are not typed into the shell
    types(ada, "echo after''wards")
    sees(ada, "\nafterwards")
    assert ada.get_by_role("tab").count() == 1
    # the page's own key, not the terminal's
    ada.goto(at(haulout).removesuffix("terminal/"))
    ada.keyboard.press("t")
    ada.wait_for_url("**/terminal/")
    live(ada)
    ends(ada)


def test_a_second_person_sees_and_cannot_type(
    ada: Any, haulout: Running, new_page: Callable[..., Any]
) -> None:
    ada.goto(at(haulout))
    live(ada)
    vera = new_page()
    join(haulout, vera, "Vera")
    vera.goto(f"{haulout.url}/terminals/")
    vera.get_by_role("link", name="shop", exact=True).click()
    vera.locator("[data-said-text]", has_text="You are watching the terminal of").wait_for()
    ada.locator("[data-watch]", has_text="Vera").wait_for()
    vera.locator(".xterm").click()
    vera.keyboard.type("echo from vera")
    types(ada, "echo from ada")
    sees(vera, "\nfrom ada")
    assert "vera" not in screen(ada)
    assert "vera" not in screen(vera)
    # all of Ada's rows, however small the window is
    types(ada, "yes no | head -100")
    sees(vera, "no\nno")
    for width, height in ((1280, 720), (900, 520), (360, 640)):
        vera.set_viewport_size({"width": width, "height": height})
        vera.wait_for_function(IN_SIGHT, arg={"written": width == 360})
    vera.close()
    ada.locator("[data-watch]").wait_for(state="hidden")
    ends(ada)


def join(haulout: Running, page: Any, name: str) -> None:
    """Become an operator by an invitation of the console."""
    email = f"{name.lower()}@example.org"
    said = haulout.manage("user", "invite", email, "--role", "operator")
    page.goto(re.findall(r"https?://\S+", said)[-1])
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("form button.btn-primary")
    page.wait_for_url(f"{haulout.url}/")


def test_a_flood_is_ended_by_ctrl_c(ada: Any, haulout: Running) -> None:
    ada.goto(at(haulout))
    live(ada)
    types(ada, "yes")
    until("the flood", lambda: screen(ada).count("y\n") > 10)
    ada.keyboard.press("Control+c")
    sees(ada, "^C")
    types(ada, "echo still''alive")
    sees(ada, "stillalive")
    ends(ada)


def test_tabs_side_by_side_search_and_what_escapes_may_not_do(ada: Any, haulout: Running) -> None:
    ada.goto(at(haulout))
    live(ada)
    ada.locator(".term-new summary").click()
    ada.fill(".term-form [name=user]", "1000")
    ada.fill(".term-form [name=directory]", "/tmp")
    ada.get_by_role("button", name="Open terminal").click()
    sees(ada, "/tmp $")
    assert ada.get_by_role("tab").count() == 2
    types(ada, "id -u")
    sees(ada, "\n1000")
    ada.get_by_label("All side by side").click()
    assert ada.locator(".term-pane:visible").count() == 2
    # a title, the clipboard, a link, true colour: none may trouble the page or its policy
    title = ada.title()
    types(
        ada,
        r"printf '\033]0;evil\007\033]52;c;ZXZpbA==\007\033]8;;javascript:alert(1)\007go\033]8;;\007"
        r"\033[38;2;250;90;0mhue\033[0m\n'; echo needle''work",
    )
    sees(ada, "needlework")
    assert ada.title() == title
    box = ada.locator(".term-pane[data-here] .xterm-rows span", has_text="go").last.bounding_box()
    ada.mouse.click(box["x"] + 4, box["y"] + 4)
    ada.keyboard.press("Control+Shift+F")
    ada.keyboard.type("needlework")
    ada.locator("[data-term-hits]", has_text=re.compile(r"^\d+ of \d+$")).wait_for()
    ada.keyboard.press("Escape")
    ada.keyboard.press("Control+Shift+ArrowUp")
    assert ada.evaluate("document.activeElement.getAttribute('role')") == "tab"
    ends(ada)


def test_a_container_that_does_not_run_is_started_first(
    ada: Any, haulout: Running, lab: Any
) -> None:
    lab.hosts[0].podman("run", "-d", "--name", "later", "localhost/busybox", "sleep", "100000")
    until("the container", lambda: bool(places(haulout, "later")))
    address = at(haulout, "later")
    lab.hosts[0].podman("stop", "-t", "0", "later")
    until("its end", lambda: not places(haulout, "later"))
    ada.goto(address)
    ada.get_by_role("button", name="Start container").click()
    live(ada)
    types(ada, "echo here''now")
    sees(ada, "herenow")
    lab.hosts[0].podman("stop", "-t", "0", "later")
    ada.locator("[data-said-text]", has_text="The container has exited").wait_for()


def test_a_lost_connection_comes_back_where_it_was(ada: Any, haulout: Running) -> None:
    roads: list[Any] = []

    def through(road: Any) -> None:
        roads.append(road)
        road.connect_to_server()

    ada.route_web_socket(re.compile("/ws/terminal/"), through)
    ada.goto(at(haulout))
    live(ada)
    types(ada, "echo be''fore")
    sees(ada, "\nbefore")
    roads[-1].close(code=1012)
    # the road is laid while the driver is asked for something
    until("the way back", lambda: bool(screen(ada)) and len(roads) == 2)
    live(ada)
    types(ada, "echo after''wards")
    sees(ada, "\nafterwards")
    assert screen(ada).count("\nbefore") == 1
    assert re.search(r"\?have=[1-9]", roads[1].url)
    ends(ada)


def test_the_main_process_is_named_and_left_running(ada: Any, haulout: Running, lab: Any) -> None:
    lab.hosts[0].podman("run", "-dit", "--name", "repl", "localhost/busybox", "sh")
    until("the container", lambda: bool(places(haulout, "repl")))
    ada.goto(at(haulout, "repl") + "?attach=1")
    ada.get_by_text("This is the container's main process").wait_for()
    ada.locator("[data-dot][data-state=live]").wait_for()
    types(ada, "echo main''thing")
    sees(ada, "mainthing")
    ada.get_by_role("button", name="Detach").click()
    ada.locator("[data-said-text]", has_text="The main process keeps running").wait_for()
    assert "repl" in lab.hosts[0].podman("ps", "--format", "{{.Names}}")
