"""A host's disk, events and system from the database, also while the host is away."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hosts.inventory import disk, history
from hosts.models import HostEvent, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]


def test_disk_use_by_kind(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    df = {
        "ImagesSize": 1000,
        "Images": [
            {"ImageID": "1", "Tag": "a", "Size": 700, "UniqueSize": 600, "Containers": 1},
            {"ImageID": "1", "Tag": "b", "Size": 700, "UniqueSize": 600, "Containers": 1},
            {"ImageID": "2", "Tag": "c", "Size": 500, "UniqueSize": 400, "Containers": 0},
        ],
        "Containers": [
            {"ContainerID": "a", "RWSize": 50, "Status": "running"},
            {"ContainerID": "b", "RWSize": 70, "Status": "exited"},
            {"ContainerID": "c", "RWSize": "much", "Status": None},
        ],
        "Volumes": [
            {"VolumeName": "data", "Size": 4096, "Links": 1},
            {"VolumeName": "old", "Size": 2048, "Links": 0},
        ],
    }
    use = disk.keep(hosts.web1.pk, df, at=datetime.now(UTC), took_ms=1500)
    assert use.kinds["image"]["reclaimable_bytes"] == 300
    assert use.kinds["image"]["active"] == 1
    assert use.kinds["container"] == {
        "count": 3,
        "active": 1,
        "size_bytes": 120,
        "reclaimable_bytes": 70,
    }
    assert use.kinds["volume"]["reclaimable_bytes"] == 2048
    assert (use.size_of("volume", "data"), use.size_of("volume", "none")) == (4096, None)

    page = browser_of(cast.bob).get(f"/hosts/{hosts.web1.host_id}/disk/")
    text = page.content.decode()
    assert "2.0 KiB" in text
    assert f"/volumes/prune/?endpoint={hosts.web1.pk}" in text
    assert (
        "/volumes/prune/"
        not in browser_of(cast.charlie).get(page.request["PATH_INFO"]).content.decode()
    )


def test_the_list_of_volumes_shows_what_was_measured(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    hosts.add(hosts.web1, "volume", "data", podman_id="data")
    hosts.add(hosts.seal, "volume", "data", podman_id="data")
    browser = browser_of(cast.charlie)

    def sizes() -> dict[int, Any]:
        rows = browser.get("/volumes/").context["result"].rows
        return {row.endpoint_id: row.size_bytes for row in rows}

    assert sizes() == {hosts.web1.pk: None, hosts.seal.pk: None}
    for size in (4096, 8192):
        df = {"Volumes": [{"VolumeName": "data", "Size": size, "Links": 0}]}
        disk.keep(hosts.web1.pk, df, at=datetime.now(UTC), took_ms=1)
        assert sizes() == {hosts.web1.pk: size, hosts.seal.pk: None}
    page = browser.get(f"/volumes/{hosts.web1.pk}/data/").content.decode()
    assert "8.0 KiB" in page


def test_measuring_a_host_that_is_away_says_so(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    answer = browser_of(cast.bob).get(f"/hosts/endpoints/{hosts.web2.pk}/measure/")
    assert "web2 cannot be reached now" in answer.content.decode()


def test_events_are_filtered_and_linked(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = hosts.add(hosts.web1, "container", "shop", state="exited")
    now = datetime.now(UTC)

    def event(endpoint: Any, **values: Any) -> None:
        HostEvent.objects.create(endpoint=endpoint, at=now, **values)

    event(
        hosts.web1,
        kind="container",
        action="died",
        name="shop",
        podman_id=row.podman_id,
        exit_code=3,
    )
    event(hosts.seal, kind="container", action="start", name="<b>pup", podman_id="gone")
    event(hosts.web1, kind="volume", action="remove", name="data", podman_id="data")
    event(hosts.web2, kind="container", action="died", name="elsewhere", podman_id="x")
    browser = browser_of(cast.charlie)
    url = f"/hosts/{hosts.web1.host_id}/events/"

    def names(query: str) -> set[str]:
        return {one.name for one in browser.get(url, {"q": query}).context["result"].rows}

    assert names("") == {"shop", "<b>pup", "data"}
    assert names("is:trouble") == {"shop"}
    assert names("kind:volume action:remove") == {"data"}
    assert names("user:seal") == {"<b>pup"}
    page = browser.get(url).content.decode()
    assert f'href="/containers/{hosts.web1.pk}/{row.podman_id}/"' in page
    assert "&lt;b&gt;pup" in page
    assert "code 3" in page
    assert "/containers/gone/" not in page


def test_old_and_too_many_events_go(hosts: Hosts, monkeypatch: Any) -> None:
    monkeypatch.setattr(history, "KEPT_ROWS", 3)
    now = datetime.now(UTC)
    for age_h in (200, 5, 4, 3, 2, 1):
        at = now - timedelta(hours=age_h)
        HostEvent.objects.create(endpoint=hosts.web1, at=at, kind="pod", action=f"{age_h}")
    assert history.tidy_events() == 3
    left = HostEvent.objects.order_by("at").values_list("action", flat=True)
    assert list(left) == ["3", "2", "1"]


def test_what_podman_lacks_and_what_is_only_local(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    uptime = "1h 34m 47.00s (Approximately 0.04 days)"
    hosts.seal.info = {"host": {"cgroupVersion": "v1", "uptime": uptime}}
    hosts.seal.save()
    hosts.web2.podman_version = "4.3.1"
    hosts.web2.save()
    browser = browser_of(cast.bob)
    page = browser.get(f"/hosts/{hosts.web1.host_id}/system/").content.decode()
    assert "Rootless Podman has no statistics on cgroups v1." in page
    assert "Needs Podman 5.6; web1 has 5.4.2." in page
    assert 'data-copy="podman system reset"' in page
    assert "sudo -u seal" in page
    assert ">1h 34m 47s<" in page
    page = browser.get(f"/hosts/{hosts.web2.host_id}/system/").content.decode()
    assert "Needs Podman 5.2; web2 has 4.3.1." in page
    # what that version leaves open, and the way to the next one
    assert "Security advisories for Podman 4.3.1" in page
    assert "CVE-2024-9675" in page
    assert "Haulout refuses: Builds with RUN --mount." in page
    assert "Podman 6: " not in page
    hosts.web2.info = {"host": {"cgroupVersion": "v1"}}
    hosts.web2.save()
    page = browser.get(f"/hosts/{hosts.web2.host_id}/system/").content.decode()
    assert "Podman 6: this host cannot be updated to it yet" in page
    assert "Its database is BoltDB." in page
    # and not even somebody who sends it anyway gets a job
    browser.send(f"/hosts/endpoints/{hosts.web2.pk}/check/")
    assert not Job.objects.exists()
    browser.send(f"/hosts/endpoints/{hosts.web1.pk}/check/")
    assert Job.objects.get().params == {"quick": True}
