"""The preview of a prune: the objects, doubts about them, and the removal of the ticked ones only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from hosts.models import DiskUse, Grant, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("looks into JSON: labels, results and parameters")

__all__ = ["hosts"]


def shown(answer: Any) -> dict[str, str]:
    return {one.row.name: one.doubt for one in answer.context["found"]}


def test_containers(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    ended = hosts.add(hosts.web1, "container", "ended", state="exited")
    hosts.add(hosts.web1, "container", "runs", state="running")
    hosts.add(hosts.web1, "container", "infra", state="exited", is_infra=True)
    hosts.add(hosts.web1, "container", "owned", state="exited", unit="shop.service")
    hosts.add(hosts.web1, "container", "made", state="created")
    hosts.add(hosts.web1, "container", "member", state="exited", pod_id="p", pod_name="shop")
    hosts.add(hosts.seal, "container", "other", state="stopped")
    DiskUse.objects.create(
        endpoint=hosts.web1,
        measured_at=datetime.now(UTC),
        sizes={"container": {ended.podman_id: 4096}},
    )
    browser = browser_of(cast.bob)
    page = browser.get("/containers/prune/")
    assert shown(page) == {
        "ended": "",
        "other": "",
        "owned": "systemd: shop.service",
        "member": "in the pod shop",
    }
    assert page.context["bytes"] == 4096
    page = browser.get("/containers/prune/", {"which": "rest", "endpoint": hosts.web1.pk})
    assert shown(page)["made"] == "never started"
    assert "other" not in shown(page)

    ticked = [f"{hosts.web1.pk}:{ended.podman_id}"]
    answer = browser.send("/containers/prune/", {"object": ticked, "which": "ended"})
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert [(item["name"], item["size_bytes"]) for item in job.params["items"]] == [("ended", 4096)]


def test_by_age_and_label(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    old = timezone.now() - timedelta(days=40)
    row = hosts.add(hosts.web1, "network", "old", created_at=old, labels={"of": "shop"})
    hosts.add(hosts.web1, "network", "young", created_at=timezone.now(), labels={"of": "shop"})
    hosts.add(hosts.web1, "network", "other", created_at=old)
    browser = browser_of(cast.bob)
    assert set(shown(browser.get("/networks/prune/", {"label": "of=shop"}))) == {"old", "young"}
    assert set(shown(browser.get("/networks/prune/", {"older": "720"}))) == {"old", "other"}
    wish = {"older": "720", "label": "of"}
    assert set(shown(browser.get("/networks/prune/", wish))) == {"old"}
    browser.send("/networks/prune/", {"object": f"{hosts.web1.pk}:{row.podman_id}", **wish})
    chosen = {"which": "unused", "until_h": "720", "label": "of"}
    assert Job.objects.get().params["filters"] == chosen


def test_who_may_prune_and_not_look_sees_no_plan(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    """In the page as by REST: a plan names what there is."""
    hosts.add(hosts.web1, "network", "idle")
    verbs = ["host.view", "network.prune"]
    cast.charlie.role = Role.objects.create(name="broom", verbs=verbs)
    cast.charlie.save()
    assert browser_of(cast.charlie).get("/networks/prune/").status_code == 403


def test_the_box_for_all_is_ticked_where_nothing_is_in_doubt(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    hosts.add(hosts.web1, "network", "idle")
    browser = browser_of(cast.bob)
    box = '<input type="checkbox" class="form-check-input" data-tick-all'
    assert f"{box} checked" in browser.get("/networks/prune/").content.decode()
    hosts.add(hosts.web1, "network", "kept", labels={"PODMAN_SYSTEMD_UNIT": "shop.service"})
    page = browser.get("/networks/prune/").content.decode()
    assert box in page
    assert f"{box} checked" not in page


def test_networks_and_pods(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.web1, "network", "podman")
    hosts.add(hosts.web1, "network", "idle")
    hosts.add(hosts.web1, "network", "back")
    # the same name is in use elsewhere only
    hosts.add(hosts.seal, "network", "back")
    hosts.add(hosts.web1, "container", "web", state="exited", networks=["back"])
    hosts.add(hosts.web1, "pod", "done", state="exited")
    hosts.add(hosts.web1, "pod", "busy", state="running")
    browser = browser_of(cast.bob)
    found = browser.get("/networks/prune/").context["found"]
    assert {(one.row.endpoint_id, one.row.name) for one in found} == {
        (hosts.web1.pk, "idle"),
        (hosts.seal.pk, "back"),
    }
    assert shown(browser.get("/pods/prune/")) == {"done": ""}


def test_hosts_that_do_not_tell_are_named(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.web2, "volume", "data")
    page = browser_of(cast.bob).get("/volumes/prune/", {"endpoint": hosts.web2.pk})
    assert shown(page) == {}
    assert "web2 does not answer" in page.content.decode()
    assert "Nothing to prune" not in page.content.decode()


def test_nothing_ticked_and_no_right(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = hosts.add(hosts.web1, "container", "ended", state="exited")
    page = browser_of(cast.bob).send("/containers/prune/", {})
    assert "Tick at least one." in page.content.decode()
    charlie = browser_of(cast.charlie)
    assert charlie.get("/containers/prune/").status_code == 403
    ticked = [f"{hosts.web1.pk}:{row.podman_id}"]
    assert charlie.send("/containers/prune/", {"object": ticked}).status_code == 403
    assert charlie.get("/secrets/prune/").status_code == 404
    assert not Job.objects.exists()


def test_for_some_containers_only_is_not_enough(
    cast: Cast, browser_of: Any, hosts: Hosts, entries: Any
) -> None:
    """Also to look: nothing of what the page could show would be theirs."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="admin"),
        endpoint=hosts.web1,
        names="shop-*",
        made_by="Alice",
    )
    browser = browser_of(cast.charlie)
    for kind in ("container", "image", "volume"):
        assert browser.get(f"/{kind}s/prune/").status_code == 403
        assert [entry.kind for entry in entries(f"{kind}.prune")] == ["refusal"]
