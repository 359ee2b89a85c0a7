"""A container of a lab's host as a row of the inventory, and jobs carried out on it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.run.existing import read_existing
from hosts.actions.run.run_spec import params_of
from hosts.models import Container
from tests.lab.hosts import Host

IMAGE = "localhost/busybox:latest"
# ends at once when it is stopped: sleep as the first process hears no TERM
QUICK = ("--stop-signal", "KILL")


def inspect(host: Host, name: str, *, user: str = "root") -> dict[str, Any]:
    """What Podman itself says."""
    (found,) = json.loads(host.podman("inspect", name, user=user))
    return dict(found)


def names(host: Host) -> list[str]:
    """All containers that are there."""
    return sorted(host.podman("ps", "-a", "--format", "{{.Names}}").split())


def row_of(endpoint: Any, found: dict[str, Any]) -> Any:
    """The row that the link would have written."""
    now = timezone.now()
    return Container.objects.get_or_create(
        endpoint=endpoint,
        podman_id=found["Id"],
        defaults={"name": found["Name"], "digest": "", "seen_at": now, "changed_at": now},
    )[0]


@pytest.fixture
def carried(person: Any, worker: Any, ended: Any) -> Callable[..., Any]:
    """`carried(action, endpoint, inspect, **words for ask)`: the job, ended."""

    def carry(action: Any, endpoint: Any, found: dict[str, Any], **words: Any) -> Any:
        row_of(endpoint, found)
        job = action.ask(person, (endpoint.pk, found["Id"]), **words)
        worker().hand_over([job.pk])
        return ended(job, within_s=90)

    return carry


def order_of(found: dict[str, Any], endpoint_id: int = 0, **changes: Any) -> dict[str, Any]:
    """The parameters of a container that is there, changed. Our note counts on its own endpoint alone."""
    return params_of(read_existing(found | {"_image": {}}, endpoint_id).texts) | changes
