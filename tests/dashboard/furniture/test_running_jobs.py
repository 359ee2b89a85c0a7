"""The head of an object's page says which job waits or runs on it, and follows it to its end."""

from typing import Any

import pytest

from dashboard.furniture.running_jobs import attach
from dashboard.pages.containers.lists import HEAD
from hosts.access import Person
from hosts.models import Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.dashboard.pages.test_live_notices import lines

__all__ = ["hosts"]


def recreate(hosts: Hosts, row: Any, kind: str, **more: Any) -> Any:
    values = {
        "verb": f"{kind}.recreate" if kind == "container" else f"{kind}.remove",
        "endpoint": row.endpoint,
        "host_name": "web1",
        "endpoint_name": "web1",
        "object_kind": kind,
        "object_id": row.podman_id,
        "object_name": row.name,
        "intent": 1,
        "state": "queued",
    }
    return Job.objects.create(**values | more)


def test_a_recreate_is_told_until_it_has_ended(
    cast: Cast, hosts: Hosts, browser_of: Any, who_of: Any
) -> None:
    shop = hosts.add(hosts.web1, "container", "shop", image="x", state="running")
    other = hosts.add(hosts.web1, "container", "other", image="x", state="running")
    job = recreate(hosts, shop, "container")
    bob = browser_of(cast.bob)
    told = f'<a href="/jobs/{job.pk}/">Recreate: job {job.pk}</a>'
    address = "/containers/{0.endpoint_id}/{0.podman_id}/"
    for path in ("", "history/"):
        assert told in bob.get(address.format(shop) + path).content.decode()
    assert told not in bob.get(address.format(other)).content.decode()
    other.delete()

    def head() -> str:
        return lines(HEAD.name, cast.bob, who_of)

    marks = []
    for state in ("queued", "running"):
        type(job).objects.update(state=state)
        marks.append(head().partition('data-mark="')[2].partition('"')[0])
        assert told in head()
    type(job).objects.update(state="ok")
    assert "object-job" not in head()
    marks.append(head().partition('data-mark="')[2].partition('"')[0])
    # an open page draws the head anew with each
    assert len(set(marks)) == 3
    assert "jobs" in HEAD.topics


@pytest.mark.parametrize("kind", ["image", "pod", "volume", "network", "secret"])
def test_every_kind_of_object_tells_its_job(
    cast: Cast, hosts: Hosts, browser_of: Any, kind: str
) -> None:
    row = hosts.add(hosts.web1, kind, "one")
    job = recreate(hosts, row, kind, state="running")
    page = browser_of(cast.bob).get(f"/{kind}s/{row.endpoint_id}/{row.podman_id}/").content.decode()
    assert f'<a href="/jobs/{job.pk}/">Remove: job {job.pk}</a>' in page


def test_jobs_of_others_are_shown_to_those_alone_who_may_see_them(
    cast: Cast, hosts: Hosts, who_of: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", image="x")
    recreate(hosts, row, "container", asked_by=cast.bob)
    for user, seen in ((cast.bob, 1), (cast.dave, 0)):
        attach([row], "container", Person(user, who_of(user)))
        assert len(row.jobs_now) == seen
