"""What is locked is not changed on a real host, by Podman's own word; unlocked it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.access import Person
from hosts.actions.containers import (
    kill_container,
    remove_container,
    rename_container,
    restart_container,
    stop_container,
    upgrade_container,
)
from hosts.actions.guardrails import lock
from hosts.actions.networks import remove_network
from hosts.actions.system import prune_volumes
from hosts.actions.volumes import remove_volume
from hosts.guardrails import GuardrailRefused
from tests.lab.hosts import Host
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"


@pytest.fixture
def there(lab: Any, clean_hosts: None, endpoint_on: Any) -> Iterator[tuple[Host, Any, Any]]:
    """A host with a running container, two volumes and a network; its endpoint, its rows."""
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "shop", "--stop-signal", "KILL", IMAGE, "sleep", "999")
    host.podman("volume", "create", "kept")
    host.podman("volume", "create", "free")
    host.podman("network", "create", "back")
    endpoint = endpoint_on(host)
    rows = {kind: mirror(endpoint, kind) for kind in ("container", "volume", "network")}
    yield host, endpoint, rows
    host.podman("network", "rm", "-f", "back")


def state(host: Host) -> tuple[str, ...]:
    """What the lock is to keep, asked for inside the host."""
    return (
        host.podman("inspect", "--format", "{{.Id}} {{.Name}} {{.State.StartedAt}}", "shop"),
        host.podman("volume", "ls", "-q", "-f", "name=kept"),
        host.podman("network", "ls", "-q", "-f", "name=back"),
    )


def deeds(person: Any, rows: Any) -> dict[str, Callable[[], Any]]:
    def ref(kind: str, name: str) -> tuple[int, str]:
        row = rows[kind][name]
        return row.endpoint_id, row.podman_id

    shop = ref("container", "shop")
    return {
        "restart": lambda: restart_container.ask(person, shop),
        "rename": lambda: rename_container.ask(person, shop, name="other"),
        "upgrade": lambda: upgrade_container.ask(person, shop),
        "volume": lambda: remove_volume.ask(person, ref("volume", "kept")),
        "network": lambda: remove_network.ask(person, ref("network", "back")),
        "stop": lambda: stop_container.ask(person, shop),
        "kill": lambda: kill_container.ask(person, shop, signal="KILL"),
        "remove": lambda: remove_container.ask(person, shop, force=True),
    }


def lock_all(person: Any, rows: Any) -> list[Any]:
    return [
        lock.lock_object(
            person, kind, (rows[kind][name].endpoint_id, rows[kind][name].podman_id), reason="audit"
        )
        for kind, name in (("container", "shop"), ("volume", "kept"), ("network", "back"))
    ]


def test_nothing_is_changed_at_the_click_nor_by_the_worker(
    there: tuple[Host, Any, Any], person: Any, worker: Any, ended: Any
) -> None:
    host, _endpoint, rows = there
    before = state(host)
    # asked for before the lock, and begun after it
    early = [deed() for deed in deeds(person, rows).values()]
    locks = lock_all(person, rows)
    for deed in deeds(person, rows).values():
        with pytest.raises(GuardrailRefused, match="locked by Bob"):
            deed()
    worker().hand_over([job.pk for job in early])
    assert {ended(job, within_s=60).state for job in early} == {"denied"}
    assert state(host) == before

    for one in locks:
        lock.unlock(person, one.pk)
    loop = worker()
    for name in ("restart", "volume", "network"):
        job = deeds(person, rows)[name]()
        loop.hand_over([job.pk])
        assert ended(job, within_s=60).state == "ok", (name, job.error, job.cause)
    after = state(host)
    assert after[1:] == ("", "")
    assert after[0] != before[0]


def test_a_prune_keeps_what_was_locked_after_its_preview(
    there: tuple[Host, Any, Any], person: Any, cast: Any, who_of: Any, worker: Any, ended: Any
) -> None:
    host, endpoint, rows = there
    alice = Person(cast.alice, who_of(cast.alice))
    refs = [(endpoint.pk, rows["volume"][name].podman_id) for name in ("free", "kept")]
    [job] = prune_volumes.ask(alice, refs, filters={}).jobs.all()
    lock.lock_object(person, "volume", refs[1], reason="audit")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert host.podman("volume", "ls", "-q").split() == ["kept"]
    assert "locked by Bob" in job.result["skipped"][0]["why"]
