"""docker-compose.yaml comes up in a host, and a team's first hour in it goes well in Chromium.

In every run where its images are in the cache; `--all` makes them, which takes minutes.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import add_host, become_admin, sign_in
from tests.browser.served import job_ends
from tests.lab.compose import images
from tests.lab.compose.stack import ComposeStack
from tests.lab.hosts import Lab, lab_for_tests, missing
from tests.lab.hosts.processes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SERVICES = {"web", "worker", "beat", "link", "gate", "redis", "postgres"}
TOOLS = [
    "docker-compose",
    pytest.param("podman-compose", marks=pytest.mark.more),
]


@pytest.fixture(scope="module")
def compose_lab(request: pytest.FixtureRequest, must_have: Any, lab_folder: Path) -> Iterator[Lab]:
    """Two hosts: h1 has the images and runs the stack, h2 is what it looks after."""
    must_have(not missing(), missing())
    if not images.cached() and not request.config.getoption("--all"):
        pytest.skip("the images of docker-compose.yaml are not in the cache: --all makes them")
    archive = lab_folder / "compose-images.tar"
    images.archive(archive)
    with lab_for_tests(lab_folder / "compose", hosts=2) as lab:
        lab.hosts[0].load(archive)
        archive.unlink()
        # as systemd's timers would: without them no service gets healthy
        lab.hosts[0].start_health_checks(interval_s=2)
        yield lab


@pytest.fixture(params=TOOLS)
def stack(
    request: pytest.FixtureRequest, must_have: Any, compose_lab: Lab
) -> Iterator[ComposeStack]:
    """Nothing of it is there before, nor after."""
    tool = str(request.param)
    must_have(shutil.which(tool), f"{tool} is missing: apt-get install {tool}")
    one = ComposeStack(compose_lab.hosts[0], tool)
    yield one
    one.compose("down", "-v")


def test_it_refuses_to_start_without_a_password(stack: ComposeStack) -> None:
    done = stack.compose("up", "-d", "--no-build", password="")
    assert done.returncode != 0
    [line] = [line for line in done.stderr.splitlines() if "POSTGRES_PASSWORD" in line]
    assert "set POSTGRES_PASSWORD to a long word of your own" in line
    assert stack.states() == {}


# over plain http by an address Chromium says that it leaves out one of our headers
@pytest.mark.no_console_check
def test_a_first_hour(stack: ComposeStack, compose_lab: Lab, new_page: Callable[..., Any]) -> None:
    stack.up()
    _all_are_healthy(stack)
    _only_link_and_worker_open_the_vault(stack)

    ada = _page(new_page)
    [link] = re.findall(r"http\S+/welcome/\S+", stack.logs("setup"))
    become_admin(ada, link)
    looked_after = compose_lab.hosts[1]
    add_host(ada, stack.url, looked_after, name="h2")
    _pull_run_read_stop(ada, stack, compose_lab)

    stack.down()
    assert stack.states() == {}
    stack.up()
    ada = _page(new_page)
    sign_in(ada, stack.url, "ada@example.org")
    ada.goto(f"{stack.url}/containers/?q=name:first")
    ada.locator("tr[data-pk]", has_text="first").get_by_text("exited").first.wait_for()
    ada.goto(f"{stack.url}/audit/?q=verb:container.stop")
    ada.locator("tr[data-pk]", has_text="first").first.wait_for()
    _remove(ada, stack, looked_after)


def _page(new_page: Callable[..., Any]) -> Any:
    """Patient: the whole stack shares this machine with the other tests."""
    page = new_page()
    page.set_default_timeout(60_000)
    return page


def _all_are_healthy(stack: ComposeStack) -> None:
    def healthy() -> bool:
        states = stack.states()
        return all("(healthy)" in states.get(name, "") for name in SERVICES)

    wait_until("all services healthy", healthy, timeout_s=120)
    states = stack.states()
    assert SERVICES | {"setup"} == set(states)
    assert states["setup"].startswith("Exited (0)")


def _only_link_and_worker_open_the_vault(stack: ComposeStack) -> None:
    holds = {}
    for name in ("web", "beat", "gate", "worker", "link"):
        find = "find / -name vault.key -not -path '/proc/*' 2>/dev/null || true"
        found = stack.host.podman("exec", "-u", "root", stack.name_of(name), "sh", "-c", find)
        holds[name] = found.split()
    assert holds == {
        "web": [],
        "beat": [],
        "gate": [],
        "worker": ["/vault/vault.key"],
        "link": ["/vault/vault.key"],
    }


def _pull_run_read_stop(page: Any, stack: ComposeStack, lab: Lab) -> None:
    host, registry = lab.hosts[1], lab.registry
    assert registry is not None
    page.goto(f"{stack.url}/registries/")
    page.fill("[name=registry]", registry.address)
    page.fill("[name=username]", registry.user)
    page.fill("[name=password]", registry.password)
    page.get_by_role("button", name="Save", exact=True).click()

    image = f"{registry.address}/lab/busybox:latest"
    page.goto(f"{stack.url}/images/pull/")
    page.fill("textarea", image)
    page.get_by_label(re.compile(r"^\s*h2")).check()
    page.click("main form button.btn-primary")
    assert job_ends(page) == "ok"

    page.goto(f"{stack.url}/containers/run/")
    place = page.locator("[name=endpoint] option", has_text="h2").first.get_attribute("value")
    page.select_option("[name=endpoint]", value=place)
    page.fill("[name=image]", image)
    page.fill("[name=name]", "first")
    page.fill("[name=command]", "sh -c 'while true; do echo tide $((i=i+1)); sleep 0.2; done'")
    page.click("button:has-text('Run container')")
    assert job_ends(page) == "ok"
    assert host.podman("inspect", "-f", "{{.State.Status}}", "first").strip() == "running"

    _open(page, stack)
    page.click("nav.tabs >> text=Logs")
    page.get_by_text("tide 5", exact=True).wait_for()
    page.click("nav.tabs >> text=Summary")
    page.get_by_role("button", name=re.compile("^Stop")).first.click()
    ended = "exited"
    wait_until("first stops", lambda: _state(host) == ended, timeout_s=60)


def _open(page: Any, stack: ComposeStack) -> None:
    page.goto(f"{stack.url}/containers/?q=name:first")
    page.locator("a[data-open]").get_by_text("first", exact=True).click()
    page.wait_for_url(re.compile(r"/containers/\d+/[0-9a-f]{64}/$"))


def _state(host: Any) -> str:
    return str(host.podman("inspect", "-f", "{{.State.Status}}", "first")).strip()


def _remove(page: Any, stack: ComposeStack, host: Any) -> None:
    _open(page, stack)
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Remove…").click()
    page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").first.click()

    def gone() -> bool:
        return "first" not in host.podman("ps", "-a", "--format", "{{.Names}}").split()

    wait_until("first is removed", gone, timeout_s=60)
