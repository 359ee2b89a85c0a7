"""Rows say what a person may do elsewhere but not there: “12 volumes on 5 hosts · 2 not permitted”."""

import re
from typing import Any

import pytest
from django.utils import timezone

from hosts.models import INVENTORY, Endpoint
from tests.two_teams import Fleet


@pytest.mark.parametrize("kind", [kind for kind in INVENTORY if kind != "container"])
def test_rows_where_the_verb_is_not_held_say_so(fleet: Fleet, browser_of: Any, kind: str) -> None:
    now = timezone.now()
    kept: dict[str, Any] = {"digest": "", "seen_at": now, "changed_at": now}
    word = "remove"
    if kind == "unit":
        # a quadlet's file is what one would remove
        word, kept["state"] = "stop", "active"
    Endpoint.objects.update(state="up")
    for endpoint in (fleet.root1, fleet.root2):
        INVENTORY[kind].objects.create(
            endpoint=endpoint, podman_id=f"x{endpoint.pk}", name=f"x{endpoint.pk}", **kept
        )
    fleet.grant("viewer")
    page = rows(browser_of(fleet.erin), kind)
    assert len(page) == 2
    assert not any("data-denied" in row for row in page.values())
    fleet.grant("operator", host=fleet.web1)
    page = rows(browser_of(fleet.erin), kind)
    here, elsewhere = (
        page[f"{fleet.root1.pk}:x{fleet.root1.pk}"],
        page[f"{fleet.root2.pk}:x{fleet.root2.pk}"],
    )
    assert "data-denied" not in here
    assert word in attribute(here, "verbs")
    assert word in attribute(elsewhere, "denied")
    assert word not in attribute(elsewhere, "verbs")


def test_hosts_and_containers_do_so_too(fleet: Fleet, browser_of: Any) -> None:
    fleet.grant("viewer")
    fleet.grant("admin", host=fleet.web1)
    hosts = rows(browser_of(fleet.erin), "host")
    assert attribute(hosts[str(fleet.web1.pk)], "denied") == ""
    assert attribute(hosts[str(fleet.web2.pk)], "denied") == "rotate_key"
    containers = rows(browser_of(fleet.erin), "container")
    assert attribute(containers[f"{fleet.root1.pk}:shop0"], "denied") == ""
    assert "stop" in attribute(containers[f"{fleet.root2.pk}:shop2"], "denied")


def rows(browser: Any, kind: str) -> dict[str, str]:
    """The rows of the list by their keys, as the tag that begins each."""
    html = browser.get(f"/{kind}s/").content.decode()
    tags = re.findall(r"<tr [^>]*data-pk[^>]*>", html)
    return {attribute(tag, "key"): tag for tag in tags}


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', tag)
    return found.group(1) if found else ""
