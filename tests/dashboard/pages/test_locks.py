"""Locks: the dialog, rows and pages, refusals, previews without locked objects."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role
from hosts.models import Host, Job, ObjectLock
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
pytestmark = pytest.mark.django_db
ROOMS = {
    "container": "containers",
    "pod": "pods",
    "image": "images",
    "volume": "volumes",
    "network": "networks",
    "secret": "secrets",
}
WHY = "an <i>audit</i>"


def row_of(hosts: Hosts, kind: str) -> Any:
    more = {"state": "running"} if kind in ("container", "pod") else {}
    return hosts.add(hosts.web1, kind, f"my-{kind}", **more)


@pytest.mark.parametrize("kind", sorted(ROOMS))
def test_every_kind_is_locked_and_unlocked(
    kind: str, cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]
) -> None:
    row, bob = row_of(hosts, kind), browser_of(cast.bob)
    page = f"/{ROOMS[kind]}/{row.endpoint_id}/{row.podman_id}/"
    path = f"/locks/on/{kind}/{row.endpoint_id}/{row.podman_id}/"
    assert path in bob.get(page).content.decode()
    assert "Then nobody, not even you, can change it" in bob.get(path).content.decode()
    asked = bob.send(path, {"reason": ""}, HTTP_HX_REQUEST="true")
    assert "Give a reason" in asked.content.decode()
    assert bob.send(path, {"reason": WHY}, HTTP_HX_REQUEST="true").status_code == 204
    lock = ObjectLock.objects.get()
    for where in (page, f"/{ROOMS[kind]}/"):
        text = browser_of(cast.charlie).get(where).content.decode()
        assert f"my-{kind} is locked by Bob" in text, where
        assert "an &lt;i&gt;audit&lt;/i&gt;" in text
        assert f"/locks/{lock.pk}/unlock/" not in text
    assert f"/locks/{lock.pk}/unlock/" in bob.get(page).content.decode()
    assert browser_of(cast.charlie).send(f"/locks/{lock.pk}/unlock/").status_code == 403
    assert bob.send(f"/locks/{lock.pk}/unlock/", HTTP_HX_REQUEST="true").status_code == 204
    assert "locked by" not in bob.get(page).content.decode()


def test_a_click_on_what_is_locked_is_refused_in_words(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any], entries: Any
) -> None:
    row, bob = row_of(hosts, "container"), browser_of(cast.bob)
    bob.send(f"/locks/on/container/{row.endpoint_id}/{row.podman_id}/", {"reason": "audit"})
    stop = f"/containers/{row.endpoint_id}/{row.podman_id}/stop/"
    answer = bob.send(stop, HTTP_HX_REQUEST="true")
    assert answer.status_code == 403
    assert "locked by Bob" in answer["HX-Trigger"]
    assert not Job.objects.exists()
    [entry] = entries("container.stop")
    assert (entry.kind, "locked by Bob" in entry.detail) == ("refusal", True)


def test_a_host_is_locked_with_all_that_is_on_it(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]
) -> None:
    row, alice = row_of(hosts, "container"), browser_of(cast.alice)
    host = hosts.web1.host
    assert alice.send(f"/locks/host/{host.pk}/", {"reason": "moving"}).status_code == 204
    page = alice.get(f"/hosts/{host.pk}/").content.decode()
    assert "web1 is locked by Alice" in page
    assert alice.send(f"/containers/{row.endpoint_id}/{row.podman_id}/stop/").status_code == 403
    assert alice.send(f"/hosts/{host.pk}/disable/").status_code in (403, 404)
    host.refresh_from_db()
    assert host.enabled
    assert Host.objects.filter(pk=host.pk).exists()


def test_previews_leave_out_what_is_locked_and_say_so(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]
) -> None:
    alice = browser_of(cast.alice)
    row = hosts.add(hosts.web1, "image", "", dangling=True)
    alice.send(f"/locks/on/image/{row.endpoint_id}/{row.podman_id}/", {"reason": "evidence"})
    page = alice.get("/images/prune/").content.decode()
    assert "Left out because it is locked" in page
    assert "evidence" in page
    assert f'value="{row.endpoint_id}:{row.podman_id}"' not in page


def test_of_what_one_does_not_see_there_is_no_lock(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]
) -> None:
    row = row_of(hosts, "volume")
    path = f"/locks/on/volume/{row.endpoint_id}/{row.podman_id}/"
    browser_of(cast.alice).send(path, {"reason": "mine"})
    lock = ObjectLock.objects.get()
    cast.bob.role = Role.objects.get(name="member")
    cast.bob.save()
    bob = browser_of(cast.bob)
    for where in (path, f"/locks/{lock.pk}/unlock/", f"/locks/host/{hosts.web1.host_id}/"):
        assert bob.send(where, {"reason": "x"}).status_code == 404, where
