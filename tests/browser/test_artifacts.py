"""Artifacts from a person's file to the last of them, past a link that judges what web sends."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served, serving
from tests.lab.hosts.processes import wait_until

pytestmark = [pytest.mark.more, pytest.mark.timeout(300)]
NAME = "localhost/tide/table:1"


@pytest.fixture
def served_newest(
    lab_of: Any, browser: Any, prepared_data: Callable[[Path], Path]
) -> Iterator[tuple[Served, Any]]:
    """A Haulout with a host of Podman 5.8, and that host."""
    lab = lab_of("5.8")
    with serving(lab, browser, prepared_data) as one:
        yield one, lab.hosts[0]
    lab.hosts[0].podman("artifact", "rm", "-a")


# the second upload is refused, and Chromium notes that
@pytest.mark.no_console_check
def test_a_file_becomes_an_artifact_and_goes_again(
    served_newest: tuple[Served, Any],
    new_page: Callable[..., Any],
    tmp_path: Path,
) -> None:
    served, host = served_newest
    page = new_page(storage_state=served.state)
    page.goto(f"{served.url}/hosts/")
    page.get_by_role("link", name="web1", exact=True).first.click()
    page.get_by_role("link", name="System", exact=True).click()
    card = page.locator('[data-kept="artifacts"]')
    card.get_by_text("No artifacts yet").wait_for()
    system_url = page.url

    card.get_by_role("link", name="Add a file").click()
    file = tmp_path / "ebb & flow.txt"
    file.write_bytes(b"ebb\n" * 40_000)
    page.get_by_label("Name of the artifact").fill(NAME)
    page.get_by_label("Type of a new artifact").fill("application/x-tide")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_text(f"Added: {NAME}").wait_for()
    # a second time it is already there
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("Choose another name").wait_for()

    page.goto(system_url)
    card.get_by_text("ebb & flow.txt").wait_for()
    with page.expect_download() as downloading:
        card.get_by_role("link", name=f"Download {NAME}").click()
    assert downloading.value.suggested_filename == "table-1.tar"
    with tarfile.open(fileobj=io.BytesIO(Path(downloading.value.path()).read_bytes())) as tar:
        (one,) = tar.getmembers()
        assert (one.name, one.size) == (file.name, 160_000)

    # its name says no registry
    assert card.get_by_role("button", name=f"Push {NAME}").count() == 0
    dialog = page.get_by_role("dialog")
    card.get_by_role("button", name="Pull").click()
    dialog.get_by_label("Name with registry").fill("docker-archive:/srv/x")
    dialog.get_by_role("button", name="Pull artifact").click()
    dialog.get_by_text("a file or storage of the host").wait_for()
    dialog.get_by_role("button", name="Cancel").click()

    card.get_by_role("button", name="Remove the ticked artifacts").click()
    dialog.get_by_text("Tick at least one artifact").wait_for()
    dialog.get_by_role("button", name="Cancel").click()
    card.get_by_label(f"Select {NAME}").check()
    card.get_by_role("button", name="Remove the ticked artifacts").click()
    dialog.get_by_text(NAME).wait_for()
    dialog.get_by_role("button", name="Remove artifact").click()
    page.wait_for_url("**/jobs/**")
    wait_until("it is removed", lambda: "tide/table" not in host.podman("artifact", "ls"))
    page.goto(system_url)
    card.get_by_text("No artifacts yet").wait_for()
