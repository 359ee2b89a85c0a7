"""Artifacts and quadlets on the System tab, also from hosts with odd answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.furniture.artifacts import Artifact, artifact_of
from dashboard.pages.system.other_objects import Quadlet, quadlet_of
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

__all__ = ["hosts"]

# as Podman 5.8 has it
TOLD = {
    "Name": "shop.container",
    "UnitName": "shop.service",
    "Path": "/etc/x",
    "Status": "Not loaded",
}


def test_a_quadlet_is_read() -> None:
    found = quadlet_of(TOLD | {"App": ""})
    assert found == Quadlet("shop.container", "shop.service", "/etc/x", "Not loaded", "")


@pytest.mark.parametrize(
    "item", [{}, {"Manifest": 3}, {"Name": ["x"], "Manifest": {"layers": "x"}}]
)
def test_what_is_no_artifact_is_an_empty_one(item: dict[str, Any]) -> None:
    assert artifact_of(item) == Artifact("", "", "", [], 0, None)
    assert quadlet_of(item).unit == ""


def test_of_an_artifact_only_figures_count() -> None:
    layers: list[Any] = [{"size": 5, "mediaType": "text/plain"}, {"size": "much"}, 7]
    made = {"org.opencontainers.image.created": "2026-11-24T23:36:00.04382379Z"}
    found = artifact_of({"Name": "a" * 900, "Manifest": {"layers": layers, "annotations": made}})
    assert len(found.name) == 500
    assert found.files == [("text/plain", 5), ("", 0), ("", 0)]
    assert found.size_bytes == 5
    assert found.created_at == datetime(2026, 11, 24, 23, 36, 0, 43823, tzinfo=UTC)


def test_asked_of_a_host_that_is_away_or_lacks_them(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    browser = browser_of(cast.charlie)
    for kind in ("artifacts", "quadlets"):
        answer = browser.get(f"/hosts/endpoints/{hosts.web2.pk}/{kind}/")
        assert "web2 cannot be reached now" in answer.content.decode()
    hosts.web1.podman_version = "5.4.2"
    hosts.web1.save()
    page = browser.get(f"/hosts/{hosts.web1.host_id}/system/").content.decode()
    assert f"/hosts/endpoints/{hosts.web1.pk}/artifacts/" not in page
    assert "Needs Podman 5.6" in page
