"""Pruning by plan: exactly what was shown is removed, what came into use stays and is named."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions.system import prune_containers, prune_networks, prune_pods, prune_volumes
from tests.lab.inventory_rows import mirror, names
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
SLEEP = ("localhost/busybox", "sleep", "99")


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    yield one
    one.podman("pod", "rm", "-fa", "-t", "0")
    one.podman("rm", "-fa", "-t", "0")
    for network in names(one, "network") - {"podman"}:
        one.podman("network", "rm", "-f", network)


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    return endpoint_on(host)


@pytest.fixture
def pruned(endpoint: Any, worker: Any, ended: Any) -> Callable[..., Any]:
    """`pruned(batch)`: (names removed, names left with why), once its job has ended."""

    def carry(batch: Any) -> Any:
        job = batch.jobs.get()
        worker().hand_over([job.pk])
        ended(job, within_s=60)
        assert job.state == "ok", (job.error, job.cause)
        return set(job.result["removed"]), {
            one["name"]: one["why"] for one in job.result["skipped"]
        }

    return carry


def plan(rows: dict[str, Any], *wanted: str) -> list[tuple[int, str]]:
    return [(rows[name].endpoint_id, rows[name].podman_id) for name in wanted]


def test_volumes(host: Any, endpoint: Any, person: Any, pruned: Any) -> None:
    for name in ("old", "data", "again", "unseen"):
        host.podman("volume", "create", name)
    rows = mirror(endpoint, "volume")
    refs = plan(rows, "old", "data", "again")
    batch = prune_volumes.ask(
        person, refs, filters={"which": "unused"}, sizes={(endpoint.pk, "old"): 7}
    )
    # meanwhile one comes into use, one is made anew under its name
    host.podman("run", "-d", "--name", "user", "-v", "data:/data", *SLEEP)
    host.podman("volume", "rm", "again")
    host.podman("volume", "create", "again")
    removed, left = pruned(batch)
    assert removed == {"old"}
    assert left["data"] == "is now used by user"
    assert "another volume" in left["again"]
    assert batch.jobs.get().result["freed_bytes"] == 7
    assert {"data", "again", "unseen"} <= names(host, "volume")
    assert "old" not in names(host, "volume")


def test_containers(host: Any, endpoint: Any, person: Any, pruned: Any) -> None:
    for name in ("ended", "woken", "unseen"):
        host.podman("run", "--name", name, "localhost/busybox", "true")
    rows = mirror(endpoint, "container")
    batch = prune_containers.ask(person, plan(rows, "ended", "woken"), filters={})
    host.podman("rm", "woken")
    host.podman("run", "-d", "--name", "woken", *SLEEP)
    removed, left = pruned(batch)
    # another container has the name by now: its id is not in the plan
    assert (removed, left) == ({"ended"}, {"woken": "was already removed"})
    assert names(host, "container") == {"woken", "unseen"}


def test_a_container_that_runs_by_now_stays(
    host: Any, endpoint: Any, person: Any, pruned: Any
) -> None:
    host.podman("create", "--name", "late", *SLEEP)
    rows = mirror(endpoint, "container")
    batch = prune_containers.ask(person, plan(rows, "late"), filters={})
    host.podman("start", "late")
    assert pruned(batch) == (set(), {"late": "is now running"})
    assert names(host, "container") == {"late"}


def test_networks(host: Any, endpoint: Any, person: Any, pruned: Any) -> None:
    for name in ("idle", "back", "unseen"):
        host.podman("network", "create", name)
    rows = mirror(endpoint, "network")
    batch = prune_networks.ask(person, plan(rows, "idle", "back", "podman"), filters={})
    host.podman("run", "-d", "--name", "web", "--network", "back", *SLEEP)
    removed, left = pruned(batch)
    assert removed == {"idle"}
    assert left == {"back": "is now used by web", "podman": "belongs to Podman"}
    assert names(host, "network") == {"back", "podman", "unseen"}


def test_pods(host: Any, endpoint: Any, person: Any, pruned: Any) -> None:
    for name in ("done", "busy", "unseen"):
        host.podman("pod", "create", "--infra=false", name)
        host.podman("run", "--pod", name, "--name", f"{name}-job", "localhost/busybox", "true")
    rows = mirror(endpoint, "pod")
    batch = prune_pods.ask(person, plan(rows, "done", "busy"), filters={})
    host.podman("run", "-d", "--pod", "busy", "--name", "busy-now", *SLEEP)
    removed, left = pruned(batch)
    assert removed == {"done"}
    assert left["busy"].startswith("is now ")
    assert set(host.podman("pod", "ps", "--format", "{{.Name}}").split()) == {"busy", "unseen"}
    assert "done-job" not in names(host, "container")
