"""A pasted line that runs, a container changed and recreated, its menu's dialogs, by clicks."""

import json
import re
import tarfile
from typing import Any

import pytest

from tests.browser.served import Served, job_ends

pytestmark = pytest.mark.timeout(240)
LINE = (
    "podman run -d --env-host --shiny --name pasted --cap-add NET_ADMIN -e KEY=hidden-value -p 18071:80 "
    "-v pasted-db:/data:nosuid --memory 64m --stop-signal KILL --health-cmd 'echo all is well' "
    "localhost/busybox:latest sleep 1000"
)


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    return lab.hosts[0]


def inspect(host: Any, name: str) -> dict[str, Any]:
    return dict(json.loads(host.podman("inspect", name))[0])


def open_container(ada: Any, served: Served, name: str) -> str:
    """Its page; the address."""
    ada.goto(f"{served.url}/containers/?q=name:{name}")
    ada.locator("a[data-open]").get_by_text(name, exact=True).click()
    ada.wait_for_url(re.compile(r"/containers/\d+/[0-9a-f]{64}/$"))
    return str(ada.url)


def menu(ada: Any, words: str) -> None:
    ada.locator(".object-acts details.menu summary").click()
    ada.locator(".object-acts .menu-item").get_by_text(words).click()


def test_a_pasted_line_runs_and_is_recreated(ada: Any, served: Served, host: Any) -> None:
    ada.goto(f"{served.url}/containers/run/")
    ada.locator(".paste summary").click()
    ada.fill("#paste-line", LINE)
    ada.get_by_role("button", name="Fill the form").click()
    said = ada.locator("[role=status]:has(#paste-said)")
    said.get_by_text("--shiny").wait_for()
    said.get_by_text("--env-host: ").wait_for()
    assert ada.input_value("#run-cap_add") == "NET_ADMIN"
    # a part with something in it opens, one without stays closed
    assert ada.locator("details[data-more=security]").get_attribute("open") is not None
    assert ada.locator("details[data-more=log]").get_attribute("open") is None
    ada.locator("#run-preview .tag").get_by_text("ready").wait_for()
    ada.click("#run-send")
    assert job_ends(ada) == "ok"
    first = inspect(host, "pasted")
    assert first["HostConfig"]["CapAdd"] == ["CAP_NET_ADMIN"]
    assert "KEY=hidden-value" in first["Config"]["Env"]

    open_container(ada, served, "pasted")
    menu(ada, "Edit and recreate")
    ada.get_by_text("Nothing changes").wait_for()
    assert "hidden-value" not in ada.content()
    ada.fill("#run-memory", "96m")
    ada.locator(".changes ins").get_by_text("96m").wait_for()
    # a problem stands beside its field and nothing is sent
    ada.locator("details[data-more=network] summary").click()
    ada.fill("#run-ip", "not an address")
    ada.locator("#said-ip.said-bad").wait_for()
    ada.fill("#run-ip", "")
    ada.locator("#said-ip:not(.said-bad)").wait_for(state="attached")
    ada.click("#run-send")
    assert job_ends(ada) == "ok"
    second = inspect(host, "pasted")
    assert second["Id"] != first["Id"]
    assert second["HostConfig"]["Memory"] == 96 * 2**20
    assert "KEY=hidden-value" in second["Config"]["Env"]
    assert second["Mounts"][0]["Name"] == "pasted-db"
    assert host.podman("ps", "-aq").count("\n") == 1

    # what the swap did there is ours in the log, what somebody does there is not
    host.podman("pause", "pasted")
    foreign = ada.locator("tr", has_text="on the host, not by Haulout").filter(has_text="pasted")
    while not foreign.filter(has_text="paused").count():
        ada.wait_for_timeout(300)
        ada.goto(f"{served.url}/audit/")
    assert foreign.count() == 1
    host.podman("unpause", "pasted")


def test_values_are_shown_on_demand_and_the_menu_works(
    ada: Any, served: Served, host: Any, tmp_path: Any
) -> None:
    host.podman(
        *("run", "-d", "--name", "menued", "-e", "KEY=hidden-value", "--stop-signal", "KILL"),
        *("--health-cmd", "echo all is well", "localhost/busybox", "sleep", "1000"),
    )
    host.podman("exec", "menued", "touch", "/new-file")
    url = open_container(ada, served, "menued")

    menu(ada, "Change limits")
    dialog = ada.locator("dialog[open]")
    dialog.locator("[name=cpus]").fill("many")
    dialog.get_by_role("button", name="Change limits").click()
    dialog.get_by_text("not a number of CPUs").wait_for()
    dialog.locator("[name=cpus]").fill("0.5")
    dialog.get_by_role("button", name="Change limits").click()
    dialog.wait_for(state="detached")
    ada.locator("#toasts").get_by_role("link", name="Watch").click()
    assert job_ends(ada) == "ok"
    assert inspect(host, "menued")["HostConfig"]["NanoCpus"] == 500_000_000

    ada.goto(f"{url}processes/")
    ada.locator("#processes").get_by_text("sleep 1000").wait_for()
    ada.goto(f"{url}changes/")
    ada.locator("#changes li.is-added").get_by_text("/new-file").wait_for()
    ada.goto(f"{url}line/")
    line = ada.locator("#line pre").inner_text()
    assert "--name menued" in line
    assert "-e KEY " in line
    assert "hidden-value" not in line
    ada.goto(f"{url}health/")
    ada.get_by_role("button", name="Check now").click()
    ada.locator("#toasts").get_by_role("link", name="Watch").click()
    assert job_ends(ada) == "ok"
    ada.get_by_text("all is well").first.wait_for()

    ada.goto(url)
    with ada.expect_download() as coming:
        menu(ada, "Download its files")
    coming.value.save_as(tmp_path / "menued.tar")
    assert coming.value.suggested_filename == "menued.tar"
    with tarfile.open(tmp_path / "menued.tar") as archive:
        assert "new-file" in archive.getnames()

    ada.goto(f"{url}recreate/")
    assert ada.input_value("#run-environment") == "KEY\n"
    ada.get_by_role("button", name="Show the values").click()
    ada.get_by_role("button", name="Show the values").wait_for(state="hidden")
    assert ada.input_value("#run-environment") == "KEY=hidden-value"
    ada.goto(f"{served.url}/audit/")
    ada.get_by_text("read the environment of").first.wait_for()
