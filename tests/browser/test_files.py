"""Files in a browser: 100 MB up and down, many at once, cancel, edit with a conflict, links, names."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served
from tests.stack import Stack

pytestmark = pytest.mark.timeout(240)
MIB = 2**20


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    return lab.hosts[0]


@pytest.fixture
def files(served: Served, host: Any, ada: Any) -> Any:
    """A page on the files of the container `box`, in its folder /data."""
    host.podman(
        "run", "-d", "--name=box", "--tmpfs=/small:size=4m", "localhost/busybox", "sleep", "9999"
    )
    inside(host, "mkdir", "-p", "/data/sub")
    ada.goto(f"{served.url}/containers/?q=name:box")
    ada.get_by_role("link", name="box", exact=True).click()
    ada.get_by_role("link", name="Files").click()
    entry(ada, "data").click()
    entry(ada, "sub").wait_for()
    return ada


def inside(host: Any, *words: str) -> str:
    return str(host.podman("exec", "box", *words))


def entry(page: Any, name: str) -> Any:
    return page.locator(".files-table").get_by_role("link", name=name, exact=True)


def pick(page: Any, *paths: Path) -> None:
    page.locator("[data-pick-files]").set_input_files([str(path) for path in paths])


class WebMemory:
    """Of the web process, which other tests have used before: its peak counts from here."""

    def __init__(self, stack: Stack) -> None:
        self._folder = _process_of(stack, b"web")
        (self._folder / "clear_refs").write_text("5")  # proc(5): resets VmHWM
        self._began_kib = self._peak_kib()

    def _peak_kib(self) -> int:
        lines = (self._folder / "status").read_text().splitlines()
        return int(dict(line.split(":", 1) for line in lines)["VmHWM"].split()[0])

    def grown_kib(self) -> int:
        return self._peak_kib() - self._began_kib


def _process_of(stack: Stack, name: bytes) -> Path:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if name in words and str(stack.data).encode() in (folder / "environ").read_bytes():
                return folder
        except OSError:
            continue
    raise AssertionError(f"{name!r} does not exist")


def test_100_mb_up_and_down_with_flat_memory(
    served: Served, host: Any, files: Any, tmp_path: Path
) -> None:
    large, small = tmp_path / "large.bin", tmp_path / "small.txt"
    large.write_bytes(os.urandom(MIB) * 100)
    small.write_text("hello\n")
    digest = hashlib.sha256(large.read_bytes()).hexdigest()
    pick(files, small)
    files.locator(".upload[data-ended=done]").wait_for()
    memory = WebMemory(served.stack)
    pick(files, large, small)
    files.locator("[data-answer=replace]").click(timeout=60_000)
    files.locator(".upload[data-ended=done]").nth(2).wait_for(timeout=60_000)
    assert inside(host, "sha256sum", "/data/large.bin").split()[0] == digest
    with files.expect_download(timeout=60_000) as started:
        files.get_by_label("Download large.bin").click()
    started.value.save_as(tmp_path / "back.bin")
    assert hashlib.sha256((tmp_path / "back.bin").read_bytes()).hexdigest() == digest
    assert memory.grown_kib() < 40 * 1024


@pytest.mark.no_console_check  # the refusal is what is tested
def test_a_full_disk_says_so_and_leaves_nothing(host: Any, files: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(16 * MIB))
    files.goto(files.url.partition("?")[0] + "?path=/small")
    files.locator(".files-table").wait_for()
    pick(files, large)
    failed = files.locator(".upload[data-ended=failed]")
    failed.wait_for(timeout=60_000)
    assert "The disk of the host is full" in failed.inner_text()
    assert "no space left on device" in failed.inner_text()
    assert inside(host, "ls", "-A", "/small") == ""


def dragged(page: Any, *paths: Path) -> None:
    """Drop what lies on this machine onto the page, as a file manager does."""
    box = page.locator("[data-files]").bounding_box()
    at = {"x": box["x"] + 40, "y": box["y"] + 40}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    devtools.detach()


def test_a_dragged_folder_arrives_whole(
    served: Served, host: Any, files: Any, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    (tree / "empty").mkdir(parents=True)
    deep = tree / ("d" * 120)
    deep.mkdir()
    (deep / "zwei ü.txt").write_text("below")
    # more than one answer of the browser's about a folder
    for number in range(150):
        (tree / f"{number}.txt").write_text(str(number))
    (tmp_path / "beside.txt").write_text("a file beside it")
    inside(host, "chown", "7:8", "/data")
    dragged(files, tree, tmp_path / "beside.txt")
    files.locator(".upload[data-ended=done]").nth(1).wait_for()
    entry(files, "tree").wait_for()
    assert inside(host, "cat", f"/data/tree/{deep.name}/zwei ü.txt") == "below"
    assert len(inside(host, "ls", "/data/tree").splitlines()) == 152
    assert inside(host, "cat", "/data/tree/149.txt", "/data/beside.txt") == "149a file beside it"
    assert inside(host, "stat", "-c", "%F %a %u:%g", "/data/tree/empty").strip() == (
        "directory 755 7:8"
    )
    # once more: asked first; what has another name stays
    inside(host, "sh", "-c", "echo other > /data/tree/own; echo changed > /data/tree/1.txt")
    dragged(files, tree)
    files.locator("[data-answer=skip]").click()
    files.locator(".upload[data-ended=skipped]").wait_for()
    assert inside(host, "cat", "/data/tree/1.txt") == "changed\n"
    dragged(files, tree)
    files.locator("[data-answer=replace]", has_text="Upload").click()
    files.locator(".upload[data-ended=done]").nth(2).wait_for()
    assert inside(host, "cat", "/data/tree/1.txt", "/data/tree/own") == "1other\n"
    # picked by keyboard and mouse the same, into a container that does not run
    host.podman("stop", "-t", "0", "box")
    files.reload()
    files.locator(".files-note").wait_for()
    inner = tmp_path / "late"
    inner.mkdir()
    (inner / "a").write_text("picked")
    files.locator("[data-pick-folder]").set_input_files(str(inner))
    files.locator(".upload[data-ended=done]").wait_for()
    host.podman("start", "box")
    assert inside(host, "cat", "/data/late/a") == "picked"


def test_dropped_files_and_one_that_is_stopped(host: Any, files: Any, tmp_path: Path) -> None:
    drop = """(names) => {
      const data = new DataTransfer();
      for (const name of names) data.items.add(new File([name], name));
      const room = document.querySelector("[data-files]");
      room.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    names = ["one", "zwei <b>.txt", "three"]
    files.evaluate(drop, names)
    files.locator(".upload[data-ended=done]").nth(2).wait_for()
    entry(files, "zwei <b>.txt").wait_for()
    assert sorted(inside(host, "ls", "/data").splitlines()) == sorted([*names, "sub"])
    # the network so slow that it can be stopped under way
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(64 * MIB))
    host.netem("rate 20mbit")
    try:
        pick(files, large)
        stopping = files.locator(".upload", has_text="large.bin")
        stopping.locator(".upload-said", has_text="/s").wait_for()
        stopping.get_by_role("button", name="Cancel").click()
        files.locator(".upload[data-ended=cancelled]").wait_for()
    finally:
        host.mend_cable()
    for _ in range(200):
        if ".part" not in inside(host, "ls", "-A", "/data"):
            break
        files.wait_for_timeout(100)
    assert "large" not in inside(host, "ls", "-A", "/data")
    assert ".part" not in inside(host, "ls", "-A", "/data")


def test_edit_and_a_conflict(host: Any, files: Any) -> None:
    inside(host, "sh", "-c", "printf 'one\\ntwo\\n' > /data/conf; chown 3:4 /data/conf")
    files.reload()
    entry(files, "conf").click()
    text = files.locator("[data-editor-text]")
    assert text.input_value() == "one\ntwo\n"
    text.fill("one\n<script>alert(1)</script>\n")
    files.locator("[data-editor-mark]", has_text="not saved").wait_for()
    text.press("Control+s")
    files.locator(".toast-line", has_text="Saved").wait_for()
    assert inside(host, "cat", "/data/conf") == "one\n<script>alert(1)</script>\n"
    assert inside(host, "stat", "-c", "%u %g", "/data/conf").split() == ["3", "4"]
    inside(host, "sh", "-c", "echo theirs > /data/conf")
    text.fill("mine\n")
    files.locator("[data-editor-save]").click()
    files.locator(".difference .minus", has_text="theirs").wait_for()
    assert inside(host, "cat", "/data/conf") == "theirs\n"
    files.get_by_role("button", name="Overwrite with mine").click()
    files.locator(".difference").wait_for(state="detached")
    assert inside(host, "cat", "/data/conf") == "mine\n"


def test_links_and_changes_by_menu(host: Any, files: Any) -> None:
    inside(host, "sh", "-c", "cd /data; ln -s /etc lead; ln -s sub near; touch -- -x")
    files.reload()
    files.locator("tr", has_text="lead").get_by_text("→ /etc").wait_for()
    entry(files, "lead").click()
    files.get_by_text("is a link; this is what it leads to: /etc").wait_for()
    files.go_back()
    entry(files, "-x").wait_for()

    def menu(name: str, word: str) -> None:
        files.get_by_label(f"More for {name}").click()
        files.get_by_role("button", name=word).locator("visible=true").click()

    menu("-x", "Rename…")
    files.locator("#file-new").fill("sub/renamed")
    files.get_by_role("button", name="Rename", exact=True).click()
    entry(files, "-x").wait_for(state="detached")
    menu("near", "Delete…")
    files.get_by_role("button", name="Delete", exact=True).click()
    entry(files, "near").wait_for(state="detached")
    assert inside(host, "ls", "/data").split() == ["lead", "sub"]
    assert inside(host, "ls", "/data/sub").split() == ["renamed"]
    found = json.loads(host.podman("inspect", "box"))
    assert found[0]["State"]["Running"] is True
