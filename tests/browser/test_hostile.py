"""Objects whose makers wrote markup wherever Podman lets them: every page shows it as text (T8).

The pages themselves fail the test on any dialog, refused content or console error.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.served import Served
from tests.lab.hosts.images import Image, busybox_layer, write_archive

pytestmark = pytest.mark.timeout(600)

TAG = "<hostile-tag onclick=alert(1)>"
EVIL = f"\"'>{TAG}</hostile-tag><img src=x onerror=alert(2)><script>alert(3)</script>{{{{7*7}}}}"
# names that Podman takes and scripts may stumble over: every object of theirs has these already
NAME = "constructor"
LABELS = {EVIL: EVIL, "com.docker.compose.project": EVIL, "PODMAN_SYSTEMD_UNIT": EVIL}
ESCAPES = "\\033]0;theirs\\007\\033]52;c;aGk=\\007"
SPEAKS = f'while :; do echo "$SAID"; printf "{ESCAPES}%s\\n" "$SAID" >&2; sleep 1; done'
FILE = f"\"'>{TAG}<img src=x onerror=alert(4)>"
FILES = 'cd "$1" && mkdir "$2" && touch "a\nb" ./-rf "$2/inside" && echo "$SAID" >text.html'
LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.href)"
PARTS = """() => [...document.querySelectorAll('[hx-get]')]
    .map((one) => new URL(one.getAttribute('hx-get'), location.href).href)"""
# what is not a page: files, and what ends the session
NO_PAGE = re.compile(r"/account/|/static/|/transfer/|/download|/export|/raw/")


class Hostile(Image):
    """An image with markup in its history."""

    @property
    def config(self) -> bytes:
        told = json.loads(super().config)
        for step in told["history"]:
            step |= {"created_by": EVIL, "comment": EVIL, "author": EVIL}
        return json.dumps({**told, "author": EVIL}).encode()


def labels() -> list[str]:
    return [word for name, value in LABELS.items() for word in ("--label", f"{name}={value}")]


@pytest.fixture
def hostile(lab: Any, clean_hosts: None, tmp_path: Path) -> Iterator[Any]:
    """A host on which each kind of object is hostile."""
    host = lab.hosts[0]
    archive = tmp_path / "hostile.tar"
    more: dict[str, object] = {"Labels": {"evil": EVIL}}
    write_archive([Hostile("localhost/hostile:1", (busybox_layer(),), more=more)], archive)
    host.load(archive)
    host.podman("network", "create", *labels(), NAME)
    host.podman("volume", "create", *labels(), NAME)
    host.podman("secret", "create", *labels(), NAME, "/etc/hostname")
    host.podman("pod", "create", "--name", f"{NAME}-pod", *labels())
    host.podman(
        *("run", "-d", "--name", NAME, "--network", NAME, "-v", f"{NAME}:/data", *labels()),
        *("-e", f"SAID={EVIL}", "--annotation", f"evil={EVIL}", "-p", "18098:80"),
        *("--health-cmd", 'echo "$SAID"; exit 1', "--health-interval", "disable"),
        *("localhost/hostile:1", "sh", "-c", SPEAKS, EVIL),
    )
    host.podman("exec", NAME, "mkdir", "/evil")
    for folder in ("/evil", "/data"):
        host.podman("exec", NAME, "sh", "-c", FILES, "sh", folder, FILE)
    yield host
    host.podman("pod", "rm", "-fa", "-t", "0")
    host.podman("rm", "-fa", "-t", "0")
    host.podman("network", "rm", "-f", NAME)
    host.podman("volume", "rm", "-f", NAME)
    host.podman("secret", "rm", NAME)
    host.podman("rmi", "-f", "localhost/hostile:1")


class Walk:
    """Opens pages and their parts; collects where markup of theirs has become ours."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.seen: set[str] = set()
        self.parts: set[str] = set()
        self.trouble: list[str] = []
        self.told: set[str] = set()

    def open(self, path: str) -> None:
        """A page; its parts are asked for as htmx asks."""
        if path in self.seen:
            return
        self.seen.add(path)
        answer = self.page.goto(f"{self.base}{path}")
        if answer is None or answer.status != 200:
            self.trouble.append(f"{path}: {answer and answer.status}")
        self.page.wait_for_load_state("load")
        self.page.wait_for_function("() => !document.querySelector('.htmx-request')")
        self.look(path)
        for url in self.page.evaluate(PARTS):
            self.part(url)

    def look(self, place: str) -> None:
        """What the page holds now."""
        if self.page.locator("hostile-tag, img[src='x'], main script:not([src])").count():
            self.trouble.append(f"{place}: markup of theirs in the page")
        if TAG in self.page.locator("body").inner_text():
            self.told.add(re.sub(r"[0-9a-f]{64}|\d+", "…", place))
        if self.page.title() == "theirs":
            self.trouble.append(f"{place}: the title is theirs")

    def part(self, url: str) -> None:
        where = urlsplit(url)
        key = f"{where.path}?{where.query}"
        if key in self.parts or not url.startswith(f"{self.base}/") or NO_PAGE.search(where.path):
            return
        self.parts.add(key)
        answer = self.page.request.get(url, headers={"HX-Request": "true"})
        if answer.status >= 500:
            self.trouble.append(f"{key}: {answer.status}")
        html = answer.headers.get("content-type", "").startswith("text/html")
        if html and ("<hostile-tag" in answer.text() or "<img src=x" in answer.text()):
            self.trouble.append(f"{key}: markup of theirs in the part")

    def below(self, path: str) -> None:
        """A page and all that are below it."""
        self.open(path)
        links = [urlsplit(link) for link in self.page.evaluate(LINKS)]
        for link in links:
            inside = link.path.startswith(path) and not NO_PAGE.search(link.path)
            if inside and self.base.endswith(link.netloc):
                self.open(f"{link.path}?{link.query}" if link.query else link.path)


def object_path(page: Any, served: Served, room: str, line: str) -> str:
    page.goto(f"{served.url}/{room}/?q={line}")
    link = page.locator("tbody a[data-open], tbody a.row-name, tbody th a, tbody td a").first
    # a secret is found by the look through everything, once a minute
    link.wait_for(timeout=90_000)
    return urlsplit(str(link.evaluate("one => one.href"))).path


def test_every_page_shows_hostile_objects_as_text(served: Served, ada: Any, hostile: Any) -> None:
    walk = Walk(ada, served.url)
    ada.goto(f"{served.url}/containers/?q=name:{NAME}")
    ada.locator("tbody tr", has_text=NAME).first.wait_for(timeout=60_000)
    rooms = {
        "containers": f"name:{NAME} state:running",
        "pods": f"{NAME}-pod",
        "images": "localhost/hostile",
        "volumes": NAME,
        "networks": NAME,
        "secrets": NAME,
    }
    paths = {}
    for room, line in rooms.items():
        paths[room] = object_path(ada, served, room, line)
        walk.open(f"/{room}/")
        walk.below(paths[room])
    container = paths["containers"]
    for group in ("project", "unit", "pod", "host"):
        walk.open(f"/containers/?group={group}")
    endpoint, podman_id = container.strip("/").split("/")[1:3]
    walk.open(f"/logs/?c={endpoint}:{podman_id}")
    ada.locator(".log-line, [data-line]").first.wait_for()
    walk.look("merged logs")
    for folder in ("/evil", "/data"):
        walk.open(f"{container}files/?path={folder}")
        ada.get_by_text(TAG).first.wait_for()
        walk.look(f"files in {folder}")
    walk.open(f"{container}files/file/?path=/evil/text.html")
    for path in ("/", "/search/?q=hostile", f"/search/?q={NAME}", "/jobs/", "/audit/", "/hosts/"):
        walk.open(path)
    host = next(u for u in map(urlsplit, ada.evaluate(LINKS)) if re.search(r"/hosts/\d+/$", u.path))
    walk.below(host.path)
    for room in ("containers", "pods", "images", "volumes", "networks"):
        walk.open(f"/{room}/prune/")
    assert not walk.trouble, "\n".join(walk.trouble)
    # else nothing hostile has been looked at
    assert len(walk.told) > 12, sorted(walk.told)
    assert len(walk.seen) > 50, sorted(walk.seen)
