"""No page leads its reader to where they may not go: every link is followed, by people who hold little."""

import re
from typing import Any
from urllib.parse import urljoin

import pytest

from hosts import models
from tests import make
from tests.cast import Cast
from tests.dashboard.test_lists_watched import GRANTS
from tests.two_teams import Fleet

pytestmark = pytest.mark.any_database("links are drawn and refused alike on each")
LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]*)')
# what ends the session, files, and what streams
LEFT_OUT = re.compile(r"/account/logout/|/static/|/transfer/|/download|/raw/|^[a-z]+:")
MOST = 250


def kind_of(path: str) -> str:
    """Addresses of one kind of page are alike but for ids and what they filter by."""
    return re.sub(
        r"/(?:\d+|shop\d|bank\d|sha256:a+|[fns]0|data)(?=/)", "/…", path.partition("?")[0]
    )


def furnish(fleet: Fleet) -> None:
    """Objects of every kind on web1, which its containers name."""
    image = "sha256:" + "a" * 64
    models.Container.objects.update(image_id=image, networks=["podman"], pod_id="f0", pod_name="f")
    for endpoint in (fleet.root1, fleet.anna1, fleet.root2):
        make.image(endpoint, "localhost/web:1", podman_id=image)
        make.pod(endpoint, "f", podman_id="f0")
        make.volume(endpoint, "data")
        make.network(endpoint, "podman", podman_id="n0")
        make.row("secret", endpoint, "token", podman_id="s0")


@pytest.mark.parametrize("held", GRANTS)
def test_every_link_leads_somewhere(fleet: Fleet, cast: Cast, browser_of: Any, held: str) -> None:
    furnish(fleet)
    if GRANTS[held]:
        fleet.grant(**{"group": fleet.prod, **GRANTS[held]})
    browser = browser_of(fleet.erin)
    queue, seen, dead = [("/", "")], {"/"}, []
    while queue:
        path, before = queue.pop(0)
        answer = browser.get(path, follow=True)
        if answer.status_code in (403, 404):
            dead.append(f"{before} → {path}: {answer.status_code}")
        if answer.status_code != 200 or answer.streaming or len(seen) > MOST:
            continue
        for link in LINK.findall(answer.content.decode(errors="replace")):
            link = urljoin(path, link.replace("&amp;", "&"))
            if link.startswith("/") and not LEFT_OUT.search(link) and kind_of(link) not in seen:
                seen.add(kind_of(link))
                queue.append((link, path))
    assert dead == []
    assert len(seen) > 5
