"""In an open freeze window a real host stays as it is, also for what was asked for before it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.containers import stop_container
from hosts.actions.volumes import create_volume
from hosts.guardrails import GuardrailRefused
from hosts.models import FreezeWindow
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"


def test_nothing_is_changed_while_it_is_open(
    lab: Any, clean_hosts: None, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "shop", "--stop-signal", "KILL", IMAGE, "sleep", "999")
    endpoint = endpoint_on(host)
    ref = (endpoint.pk, mirror(endpoint, "container")["shop"].podman_id)

    def state() -> str:
        volumes = host.podman("volume", "ls", "-q")
        return host.podman("inspect", "--format", "{{.State.Status}}", "shop") + volumes

    before = state()
    early = [
        stop_container.ask(person, ref),
        create_volume.ask(person, endpoint.pk, name="frozen"),
    ]
    now = timezone.now()
    window = FreezeWindow.objects.create(
        name="year's end", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    with pytest.raises(GuardrailRefused, match="year's end"):
        stop_container.ask(person, ref)
    worker().hand_over([job.pk for job in early])
    assert [ended(job, within_s=60).state for job in early] == ["denied", "denied"]
    assert state() == before

    window.ends_at = now - timedelta(minutes=1)
    window.save()
    job = stop_container.ask(person, ref)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert host.podman("inspect", "--format", "{{.State.Status}}", "shop").strip() == "exited"
