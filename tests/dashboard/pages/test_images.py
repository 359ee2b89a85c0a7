"""Pages of images: dialogs with errors, and the plan of a prune."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from hosts.models import Batch, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

__all__ = ["hosts"]

PRUNE = "/images/prune/"


def image(hosts: Hosts, endpoint: Any, name: str, **more: Any) -> Any:
    names = [name] if name else []
    known = {"podman_id": uuid4().hex * 2, "names": names, "dangling": not name}
    return hosts.add(endpoint, "image", name, **known | more)


def address(row: Any, verb: str) -> str:
    return f"/images/{row.endpoint_id}/{row.podman_id}/{verb}/"


def test_wrong_names_come_back_with_a_word(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = image(hosts, hosts.web1, "localhost/web:latest")
    browser = browser_of(cast.bob)
    for verb, data, words in (
        ("tag", {"names": "good\nBAD"}, "lower case"),
        ("tag", {"names": " "}, "Give a name."),
        ("untag", {"names": "quay.io/not/its:1"}, "Choose the names"),
        ("push", {"destination": "web"}, "has no registry"),
        ("push", {"destination": "localhost/web"}, "is not a registry"),
    ):
        page = browser.send(address(row, verb), data).content.decode()
        assert words in page, (verb, page)
    assert not Job.objects.exists()


def test_a_name_of_another_image_moves_only_after_a_yes(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    row = image(hosts, hosts.web1, "localhost/web:latest")
    image(hosts, hosts.web1, "localhost/held:1")
    image(hosts, hosts.web2, "localhost/elsewhere:1")
    browser = browser_of(cast.bob)
    page = browser.send(address(row, "tag"), {"names": "held:1"}).content.decode()
    assert "will lose it" in page
    assert not Job.objects.exists()
    browser.send(address(row, "tag"), {"names": "held:1", "move": "1"})
    browser.send(address(row, "tag"), {"names": "elsewhere:1"})
    asked = [job.params["names"] for job in Job.objects.order_by("pk")]
    assert asked == [["localhost/held:1"], ["localhost/elsewhere:1"]]


def test_the_plan_shows_what_would_go(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    old = timezone.now() - timedelta(days=40)
    bare = image(hosts, hosts.web1, "", created_at=old)
    young = image(hosts, hosts.web1, "", labels={"keep": "no"}, created_at=timezone.now())
    free = image(hosts, hosts.web2, "quay.io/free:1", created_at=old)
    used = image(hosts, hosts.web2, "quay.io/used:1", created_at=old)
    hosts.add(hosts.web2, "container", "shop", image_id=used.podman_id)
    browser = browser_of(cast.bob)

    def shown(**query: str) -> set[int]:
        return {one.row.pk for one in browser.get(PRUNE, query).context["found"]}

    assert shown() == {bare.pk, young.pk}
    assert shown(which="unused") == {bare.pk, young.pk, free.pk}
    assert shown(which="unused", older="720") == {bare.pk, free.pk}
    assert shown(which="unused", label="keep=no") == {young.pk}
    assert shown(which="unused", label="keep=yes") == set()
    assert shown(which="unused", endpoint=str(hosts.web2.pk)) == {free.pk}


def test_exactly_the_ticked_ones_are_asked_for(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    one = image(hosts, hosts.web1, "quay.io/one:1", size_bytes=5)
    two = image(hosts, hosts.web2, "quay.io/two:1")
    image(hosts, hosts.web1, "quay.io/three:1")
    keys = [f"{row.endpoint_id}:{row.podman_id}" for row in (one, two)]
    data = {"object": [*keys, f"{one.endpoint_id}:{'9' * 64}"], "which": "unused"}
    browser_of(cast.bob).send(PRUNE, data)
    jobs = Job.objects.order_by("endpoint_id")
    assert [
        [(item["id"], item["name"], item["size_bytes"]) for item in job.params["items"]]
        for job in jobs
    ] == [[(one.podman_id, one.name, 5)], [(two.podman_id, two.name, 0)]]
    assert jobs[0].params["filters"] == {"which": "unused"}
    assert len(Batch.objects.get().skipped) == 1
    page = browser_of(cast.bob).send(PRUNE, {"which": "unused"}).content.decode()
    assert "Tick at least one." in page


def test_viewers_are_refused(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = image(hosts, hosts.web1, "localhost/web:latest")
    browser = browser_of(cast.charlie)
    for verb in ("tag", "untag", "push"):
        assert browser.get(address(row, verb)).status_code == 403
        assert browser.send(address(row, verb), {"names": "a"}).status_code == 403
    key = f"{row.endpoint_id}:{row.podman_id}"
    for page in ("bulk/copy", "bulk/save", "bulk/list", "load"):
        assert browser.get(f"/images/{page}/", {"object": key}).status_code == 403, page
    for page in ("bulk/copy", "bulk/list"):
        data = {"object": key, "endpoint": hosts.seal.pk, "name": "a"}
        assert browser.send(f"/images/{page}/", data).status_code == 403, page
    searched = browser.send("/images/pull/search/", {"term": "a", "endpoint": hosts.web1.pk})
    assert "No connected host can search." in searched.content.decode()
    assert browser.get("/transfer/images/save/", {"object": key}).status_code == 403
    assert browser.get(PRUNE).status_code == 403
    assert browser.send(PRUNE, {"object": f"{row.endpoint_id}:{row.podman_id}"}).status_code == 403
    assert not Job.objects.exists()


def test_the_same_push_once_more(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    row = image(hosts, hosts.web1, "localhost/web:latest")
    browser = browser_of(cast.bob)
    browser.send(address(row, "push"), {"destination": "quay.io/team/web:1"})
    Job.objects.update(state="failed")
    browser.send(f"/jobs/{Job.objects.get().pk}/again/")
    first, second = Job.objects.order_by("pk")
    assert (first.verb, first.params) == (second.verb, second.params)
    assert second.state == "queued"


def test_a_list_is_never_part_of_an_archive_or_a_plan(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    listed = image(hosts, hosts.web1, "localhost/list:1", manifest_list=True)
    key = f"{listed.endpoint_id}:{listed.podman_id}"
    browser = browser_of(cast.bob)
    assert (
        "pushed, not saved" in browser.get("/images/bulk/save/", {"object": key}).content.decode()
    )
    assert browser.get("/transfer/images/save/", {"object": key}).status_code == 400
    data = {"object": key, "endpoint": hosts.web2.pk}
    assert "Nothing to copy" in browser.send("/images/bulk/copy/", data).content.decode()
    assert listed.pk not in {
        one.row.pk for one in browser.get(PRUNE, {"which": "unused"}).context["found"]
    }
