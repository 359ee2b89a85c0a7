"""Infra containers in the list of containers: marked, and without verbs."""

import re
from typing import Any

import pytest

from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

__all__ = ["hosts"]


def test_it_is_named_and_offers_nothing(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    pod = {"pod_id": "ab", "pod_name": "shop", "state": "running", "image": "localhost/a:1"}
    hosts.add(hosts.web1, "container", "shop-front", **pod)
    hosts.add(hosts.web1, "container", "ab-infra", is_infra=True, **pod)
    browser = browser_of(cast.alice)
    assert verbs(browser.get("/containers/?q=is:infra"), "ab-infra") == set()
    assert {"stop", "restart"} <= verbs(browser.get("/containers/?q=-is:infra"), "shop-front")
    said = browser.get("/containers/?q=is:infra").content.decode()
    assert "holds the namespaces of its pod" in said
    assert 'data-part="logs"' not in said
    assert 'data-part="terminal"' not in said


def verbs(page: Any, name: str) -> set[str]:
    """Those of the only row of a list, which is of that name."""
    found = re.findall(
        r'<tr id="c\d+".*?data-verbs="([^"]*)".*?title="([^"]*)"', page.content.decode(), re.DOTALL
    )
    assert [title for _verbs, title in found] == [name]
    return set(found[0][0].split()) - {"stats"}
