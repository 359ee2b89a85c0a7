"""Images by clicks on real hosts: names, hostile histories, archives down and up, copies, pruning."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served
from tests.lab.hosts.images import Image, busybox_layer, write_archive

pytestmark = pytest.mark.timeout(240)
EVIL = "<script>alert('history')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    """h1; the images that a test named …/clicked/… go afterwards, on h2 too."""
    yield lab.hosts[0]
    for one in lab.hosts[:2]:
        for name in names_on(one):
            if "/clicked/" in name:
                one.podman("rmi", "-f", name)


def names_on(host: Any) -> list[str]:
    return list(host.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split())


def made(host: Any, name: str) -> str:
    """A new image of its own; returns its id."""
    container = host.podman("create", "localhost/busybox:latest", "true").strip()
    host.podman("commit", "-q", "-c", f"LABEL of={name}", "-f", "docker", container, name)
    host.podman("rm", container)
    return str(host.podman("image", "inspect", name, "--format", "{{.Id}}").strip())


class Hostile(Image):
    """An image whose maker wrote markup into its history."""

    @property
    def config(self) -> bytes:
        told = json.loads(super().config)
        for step in told["history"]:
            step |= {"created_by": EVIL, "comment": f"comment {EVIL}"}
        return json.dumps(told).encode()


def open_image(page: Any, served: Served, name: str) -> None:
    page.goto(f"{served.url}/images/?q={name}")
    page.locator("tbody a[data-open]", has_text=name).first.click()
    page.locator(".object-acts").wait_for()


def job_ends(page: Any) -> None:
    page.wait_for_url("**/jobs/*/")
    page.locator("[data-state=ok], [data-state=failed]").first.wait_for(timeout=60_000)
    assert page.locator("[data-state=failed]").count() == 0, page.locator("main").inner_text()


def test_names_and_a_hostile_history(served: Served, ada: Any, host: Any, tmp_path: Path) -> None:
    archive = tmp_path / "evil.tar"
    write_archive([Hostile("localhost/clicked/evil:1", (busybox_layer(),))], archive)
    host.load(archive)
    open_image(ada, served, "clicked/evil")
    ada.click("[data-part=tag]")
    ada.fill("#tag-names", "BAD")
    ada.click("dialog[data-dialog] .btn-primary")
    ada.get_by_text("in lower case").wait_for()
    ada.fill("#tag-names", "clicked/evil:2")
    ada.click("dialog[data-dialog] .btn-primary")
    ada.locator("dd", has_text="localhost/clicked/evil:2").wait_for()
    assert "localhost/clicked/evil:2" in names_on(host)
    # what the image's maker wrote stands there as text; the page itself fails on any dialog
    ada.click(".tabs >> text=Layers")
    ada.locator(".layer-command", has_text=EVIL).first.wait_for()
    ada.locator(".layers-room p", has_text=EVIL).first.wait_for()
    assert ada.locator(".layers-room script, .layers-room img").count() == 0
    ada.click(".tabs >> text=Changes")
    ada.locator(".file-changes .is-added", has_text="/bin/busybox").first.wait_for()


def test_saved_removed_and_loaded_again(
    served: Served, ada: Any, host: Any, tmp_path: Path
) -> None:
    name = "localhost/clicked/archive:1"
    image_id = made(host, name)
    host.podman("tag", name, "localhost/clicked/archive:also")
    open_image(ada, served, "clicked/archive")
    ada.click(".object-acts summary")
    ada.click("[data-part=save]")
    with ada.expect_download() as downloading:
        ada.click("dialog[data-dialog] .btn-primary")
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    # the whole image goes by its button, with both names
    ada.click(".object-acts summary")
    ada.click("[data-part=remove]")
    ada.click("dialog[data-dialog] .btn-danger")
    ada.get_by_text("It no longer exists").or_(ada.locator(".tag.tone-warn")).first.wait_for()
    # its page still says what it was
    assert "/" in ada.locator(".object-title h1").inner_text()
    assert not [one for one in names_on(host) if "/clicked/" in one]
    ada.goto(f"{served.url}/images/load/")
    ada.select_option("[name=endpoint]", label=option(ada, "web1"))
    ada.set_input_files("#load-files", file)
    ada.click(".load .btn-primary")
    ada.locator("[data-ended=done]", has_text=name).wait_for(timeout=60_000)
    for tag in ("1", "also"):
        found = host.podman("image", "inspect", f"localhost/clicked/archive:{tag}")
        assert json.loads(found)[0]["Id"] == image_id


def option(page: Any, host: str) -> str:
    texts = page.locator("[name=endpoint] option").all_inner_texts()
    return next(str(text) for text in texts if text.startswith(host))


def test_copied_to_another_host_and_pruned_there(
    served: Served, ada: Any, host: Any, lab: Any
) -> None:
    """What the plan shows goes; what came into use after it was shown stays and is named."""
    other = lab.hosts[1]
    ids = [made(host, f"localhost/clicked/copy-{n}:1") for n in range(2)]
    ada.goto(f"{served.url}/images/?q=clicked/copy host:web1")
    for number in range(2):
        ada.locator("tbody tr", has_text=f"copy-{number}").locator("[data-pick]").check()
    ada.click("[data-bulk-verb=copy]")
    ada.locator("dialog[data-dialog] label", has_text="web2").first.click()
    ada.click("dialog[data-dialog] .btn-primary")
    ada.wait_for_url("**/jobs/?q=batch*")
    ada.locator("tbody [data-state=ok]").nth(1).wait_for(timeout=60_000)
    there = other.podman("images", "-q", "--no-trunc")
    assert all(image_id in there for image_id in ids)

    ada.goto(f"{served.url}/images/?q=clicked/copy host:web2")
    ada.locator("tbody tr", has_text="copy-1").wait_for()
    ada.goto(f"{served.url}/images/prune/?which=unused")
    for box in ada.locator("#prune-plan tbody tr").filter(has_not_text="clicked/copy").all():
        box.locator("[name=object]").uncheck()
    for box in ada.locator("#prune-plan tbody tr", has_text="clicked/copy").all():
        if "web1" in box.inner_text():
            box.locator("[name=object]").uncheck()
    other.podman("create", "--name", "keeper", "localhost/clicked/copy-1:1", "true")
    ada.click("#prune-plan .btn-danger")
    job_ends(ada)
    ada.locator("pre.output", has_text="removed: localhost/clicked/copy-0:1").wait_for()
    assert "is now used by keeper" in ada.locator("pre.output").inner_text()
    left = other.podman("images", "-q", "--no-trunc")
    assert [image_id in left for image_id in ids] == [False, True]
    assert all(image_id in host.podman("images", "-q", "--no-trunc") for image_id in ids)


def test_pushed_with_the_kept_password_and_refused_without(
    served: Served, ada: Any, host: Any, registry: Any
) -> None:
    made(host, "localhost/clicked/pushed:1")
    name = f"{registry.address}/clicked/pushed:1"

    def push() -> None:
        open_image(ada, served, "clicked/pushed")
        ada.click("[data-part=push]")
        ada.fill("#push-to", name)
        ada.click("dialog[data-dialog] .btn-primary")
        ada.wait_for_url("**/jobs/*/")
        ended = ada.locator(".object-title [data-state=ok], .object-title [data-state=failed]")
        ended.first.wait_for(timeout=60_000)

    push()
    ada.get_by_text("Registries").first.wait_for()
    assert ada.locator(".object-title [data-state=failed]").count() == 1

    ada.goto(f"{served.url}/registries/")
    ada.fill("[name=registry]", registry.address)
    ada.fill("[name=username]", registry.user)
    ada.fill("[name=password]", registry.password)
    ada.get_by_role("button", name="Save", exact=True).click()
    ada.locator("td, .registry-name", has_text=registry.address).first.wait_for()
    push()
    assert ada.locator(".object-title [data-state=ok]").count() == 1
    # the registry itself, asked by Podman with the password
    host.podman("rmi", "-f", "localhost/clicked/pushed:1")
    login = ("--creds", f"{registry.user}:{registry.password}")
    host.podman("pull", "-q", *login, name)
    assert name in names_on(host)
