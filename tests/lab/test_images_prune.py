"""Pruning images by plan: exactly what was shown goes, what came into use stays and is named."""

from typing import Any

import pytest

from hosts.actions.images import prune_images
from hosts.models import Job
from tests.lab.hosts import Host, Lab
from tests.lab.lab_images import commit, mirrored, remove_named
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    yield one
    one.podman("rm", "-fa", "-t", "0")
    remove_named(one, "/prune/")


def test_exactly_what_was_shown(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    names = [f"localhost/prune/{n}:1" for n in ("free", "two-names", "used", "not-shown")]
    ids = [commit(host, name) for name in names]
    host.podman("tag", names[1], "localhost/prune/other-name:1")
    rows = [mirrored(host, endpoint, name) for name in names]
    refs = [(endpoint.pk, row.podman_id) for row in rows[:3]]
    batch = prune_images.ask(person, refs, filters={"which": "unused"})
    # between the click and the work somebody uses one of them
    host.podman("create", "--name", "keeper", names[2], "true")
    (job,) = batch.jobs.all()
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    there = host.podman("images", "-q", "--no-trunc").replace("sha256:", "").split()
    assert [one in there for one in ids] == [False, False, True, True]
    assert job.result["removed"] == names[:2]
    (left,) = job.result["skipped"]
    assert left["name"] == names[2]
    assert "keeper" in left["why"]
    assert "keeper" in job.output


def test_a_name_that_came_keeps_a_dangling_image(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    first = commit(host, "localhost/prune/moving:1")
    row = mirrored(host, endpoint, "localhost/prune/moving:1")
    row.name, row.names, row.dangling = "", [], True
    row.save()
    host.podman("untag", first)
    batch = prune_images.ask(person, [(endpoint.pk, first)], filters={"which": "dangling"})
    host.podman("tag", first, "localhost/prune/back:1")
    (job,) = batch.jobs.all()
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert job.result["removed"] == []
    assert "localhost/prune/back:1" in job.result["skipped"][0]["why"]
    assert first in host.podman("images", "-q", "--no-trunc")


def test_a_broken_try_is_taken_up_item_by_item(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    ids = [commit(host, f"localhost/prune/broken-{n}:1") for n in range(2)]
    rows = [mirrored(host, endpoint, f"localhost/prune/broken-{n}:1") for n in range(2)]
    refs = [(endpoint.pk, row.podman_id) for row in rows]
    (job,) = prune_images.ask(person, refs, filters={}).jobs.all()
    # as a worker leaves it that died after the first removal
    host.podman("rmi", ids[0])
    Job.objects.filter(pk=job.pk).update(step="act")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert len(job.result["removed"]) == 2
    assert not set(ids) & set(
        host.podman("images", "-q", "--no-trunc").replace("sha256:", "").split()
    )
