"""Images with Podman 4.3 and 5.8: names, layers, archives, copies between versions, lists, pruning."""

import json
from typing import Any

import pytest

from hosts.actions.images import copy_image, create_list, prune_images, remove_image, tag_image
from tests.lab.lab_images import commit, mirrored, names_on
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.more]


@pytest.mark.parametrize("version", ["4.3", "5.8"])
def test_copied_between_versions_named_and_pruned(
    lab: Any,
    lab_of: Any,
    version: str,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
) -> None:
    loop = worker()

    def done(job: Any) -> Any:
        loop.hand_over([job.pk])
        ended(job, within_s=90)
        assert job.state == "ok", (job.verb, job.error, job.cause)
        return job

    source, other = lab.hosts[1], lab_of(version).hosts[0]
    names = [f"localhost/across/{version}-{n}:1" for n in range(2)]
    for name in names:
        commit(source, name, "oci")
    start, end = endpoint_on(source), endpoint_on(other)
    rows = [mirrored(source, start, name) for name in names]
    refs = [(start.pk, row.podman_id) for row in rows]
    for job in copy_image.ask_many(person, refs, [end.pk]).jobs.all():
        done(job)
    for row, name in zip(rows, names, strict=True):
        (found,) = json.loads(other.podman("image", "inspect", name))
        assert found["Id"] == row.podman_id
    there = [mirrored(other, end, name) for name in names]
    ref = (end.pk, there[0].podman_id)
    done(tag_image.ask(person, ref, names=["across/second:1"]))
    assert "localhost/across/second:1" in names_on(other)
    assert json.loads(other.podman("history", "--format", "json", names[0]))
    done(create_list.ask(person, [ref], name="across/list:1"))
    assert (
        len(json.loads(other.podman("manifest", "inspect", "localhost/across/list:1"))["manifests"])
        == 1
    )
    other.podman("manifest", "rm", "localhost/across/list:1")
    done(remove_image.ask(person, ref))
    batch = prune_images.ask(person, [(end.pk, there[1].podman_id)], filters={})
    assert done(batch.jobs.get()).result["removed"] == [names[1]]
    left = other.podman("images", "-q", "--no-trunc")
    assert not [row for row in rows if row.podman_id in left]
    for name in names:
        source.podman("rmi", name)
