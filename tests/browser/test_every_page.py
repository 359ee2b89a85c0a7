"""Every page that links lead to: axe finds nothing serious, nothing scrolls sideways, nothing jumps."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.furnished import furnished
from tests.browser.served import Served

__all__ = ["furnished"]
pytestmark = pytest.mark.timeout(600)

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# not pages: files, streams, and what ends the session
NO_PAGE = re.compile(
    r"/account/logout/|/cli/|/static/|/transfer/|/download|/export|/raw/|\.(?:tar|json|yaml|csv|txt)$"
)
# 1280 px at 200 % zoom, and a telephone
WIDTHS = (640, 360)
NAMED = ["button-name", "link-name", "label", "select-name"]
# what no link of the first pages leads to fails the test, rather than go unseen
EXPECTED = frozenset(
    {
        *("/access/mine/", "/access/teams/new/", "/access/teams/…/"),
        *("/access/roles/new/", "/access/roles/…/", "/access/grants/give/", "/access/grants/…/"),
        *("/access/requests/", "/access/requests/ask/", "/access/requests/…/"),
        *("/access/requests/approvals/", "/access/explain/", "/access/explain/who/"),
        *("/access/tokens/", "/account/tokens/", "/account/tokens/new/"),
        *("/account/", "/account/2fa/"),
        *("/account/2fa/totp/activate/", "/account/password/"),
        *("/guardrails/", "/guardrails/new/", "/guardrails/new/images/", "/guardrails/…/"),
        *("/guardrails/try/", "/people/…/"),
    }
)
MOST_PAGES = 180
SERIOUS = """async (only) => {
    const options = { resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) };
    const { violations } = await axe.run(document, options);
    return violations
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`
            + ` (${one.nodes[0].any.map((check) => check.message).join("; ").slice(0, 200)})`);
}"""
WIDER = """() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return "";
    const out = [...document.querySelectorAll("main *, header *")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > root.clientWidth + 1;
    });
    const named = out.slice(-2).map((one) => `${one.tagName}.${one.className}`.slice(0, 80));
    return `${root.scrollWidth} > ${root.clientWidth}: ${named.join(", ")}`;
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.href)"


@pytest.fixture
def busy(lab: Any, clean_hosts: None) -> Iterator[Any]:
    """A host with one object of each kind."""
    host = lab.hosts[0]
    host.podman("network", "create", "walk-net")
    host.podman("volume", "create", "walk-data")
    host.podman("pod", "create", "--name", "walk-pod")
    host.podman("run", "-d", "--pod", "walk-pod", "--name", "walk-in-pod", "localhost/logger")
    options = ["--network", "walk-net", "-v", "walk-data:/data", "-p", "18099:80", "-l", "app=walk"]
    host.podman("run", "-d", "--name", "walk-shop", *options, "localhost/web")
    host.podman("run", "--name", "walk-failed", "localhost/busybox", "true")
    yield host
    host.podman("pod", "rm", "-fa", "-t", "0")
    host.podman("rm", "-fa", "-t", "0")
    host.podman("network", "rm", "-f", "walk-net")


def kind_of(url: str) -> str:
    """Addresses of one kind of page are alike but for ids."""
    path = urlsplit(url).path
    return re.sub(r"/(?:\d+|[0-9a-f]{12,64}|sha256:[0-9a-f]+|[\w.-]*walk[\w.-]*)(?=/)", "/…", path)


def pages(start: str, page: Any) -> Iterator[str]:
    """Open each kind of page that links lead to, once; its kind, while it is open."""
    queue, seen = [start], {kind_of(start)}
    base = start.rstrip("/")
    while queue:
        url = queue.pop(0)
        answer = page.goto(url)
        if not (answer and answer.headers.get("content-type", "").startswith("text/html")):
            continue
        assert answer.status == 200, url
        page.wait_for_load_state("load")
        yield kind_of(url)
        # objects of ours first: others' tests leave some that are gone in a moment
        found = sorted(page.evaluate(LINKS), key=lambda one: "walk" not in one)
        for link in found:
            kind = kind_of(link)
            if link.startswith(f"{base}/") and kind not in seen and not NO_PAGE.search(link):
                seen.add(kind)
                queue.append(link)
        assert len(seen) < MOST_PAGES, sorted(seen)


def theme(page: Any, choice: str) -> None:
    """As the switch does it."""
    page.evaluate("(choice) => { document.documentElement.dataset.bsTheme = choice; }", choice)


def test_every_page(served: Served, ada: Any, busy: Any, furnished: str, must_have: Any) -> None:
    must_have(AXE.exists(), "axe-core is missing: python3 manage.py test fetches it")
    script, shots = AXE.read_text(), os.environ.get("TEST_SHOTS")
    ada.goto(f"{served.url}/containers/?q=walk-shop")
    ada.get_by_role("link", name="walk-shop", exact=True).wait_for()
    # colours that fade over would be measured half way
    ada.emulate_media(reduced_motion="reduce")
    trouble: dict[str, list[str]] = {}
    kinds = []
    for kind in pages(f"{served.url}/", ada):
        kinds.append(kind)
        found = trouble.setdefault(kind, [])
        ada.evaluate(script)
        for choice, only in (("light", None), ("dark", ["color-contrast"])):
            theme(ada, choice)
            found += [f"{choice}: {words}" for words in ada.evaluate(SERIOUS, only)]
            if shots:
                ada.screenshot(path=f"{shots}/{_file(kind)}-{choice}.png", full_page=True)
        for width in WIDTHS:
            ada.set_viewport_size({"width": width, "height": 800})
            if wider := ada.evaluate(WIDER):
                found.append(f"{width} px: {wider}")
            # what a narrow screen hides may have been the name of a button
            found += [f"{width} px: {words}" for words in ada.evaluate(SERIOUS, NAMED)]
            if shots:
                theme(ada, "light")
                ada.screenshot(path=f"{shots}/{_file(kind)}-{width}.png", full_page=True)
        ada.set_viewport_size({"width": 1280, "height": 800})
    assert not EXPECTED - set(kinds), sorted(EXPECTED - set(kinds))
    found_some = {kind: words for kind, words in trouble.items() if words}
    assert not found_some, json.dumps(found_some, indent=1, ensure_ascii=False)


def _file(kind: str) -> str:
    return re.sub(r"\W+", "-", kind.replace("…", "one")).strip("-") or "overview"


def test_nothing_jumps_when_a_list_changes(served: Served, ada: Any, busy: Any) -> None:
    ada.goto(f"{served.url}/containers/?q=walk-")
    row = ada.locator("table tbody tr", has_text="walk-shop")
    row.wait_for()
    ada.wait_for_load_state("networkidle")
    ada.evaluate(
        """() => {
            window.jumped = 0;
            new PerformanceObserver((list) => {
                for (const one of list.getEntries()) window.jumped += one.value;
            }).observe({ type: "layout-shift", buffered: false });
        }"""
    )
    for verb, word in (("pause", "paused"), ("unpause", "running"), ("stop", "exited")):
        busy.podman(verb, *(["-t", "0"] if verb == "stop" else []), "walk-shop")
        row.locator(".state-word", has_text=re.compile(f"^{word}")).wait_for()
    assert ada.evaluate("window.jumped") == 0
