"""A lab host's Podman as an endpoint of the database, without a link: its socket by a symlink.

Also a worker loop that carries jobs out there.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hosts.actions.run import run_container
from hosts.link.sockets import CALLERS, endpoint_socket
from hosts.models import Host as HostRow
from tests import make
from tests.hosts.jobs.conftest import ended, person, vault_keys, worker
from tests.lab.hosts import Host

__all__ = ["ended", "endpoint_on", "person", "run_there", "vault_keys", "worker"]


@pytest.fixture
def endpoint_on(
    transactional_db: None, cast: Any, vault_keys: None
) -> Iterator[Callable[..., Any]]:
    """`endpoint_on(host, user="root")`: that Podman as an Endpoint."""
    links: list[Path] = []

    def linked(host: Host, *, user: str = "root") -> Any:
        row, _new = HostRow.objects.get_or_create(name=host.name)
        there = next(one for one in host.logins if one.user == user)
        made = make.endpoint(row, user=user, socket=there.socket)
        for caller in CALLERS:
            link = endpoint_socket(settings.HAULOUT_RUN, made.pk, caller)
            link.parent.mkdir(mode=0o700, exist_ok=True)
            link.symlink_to(there.local_socket)
            links.append(link)
        return made

    yield linked
    for link in links:
        link.unlink()


@pytest.fixture
def run_there(person: Any, worker: Any, ended: Any) -> Callable[..., dict[str, Any]]:
    """`run_there(host, endpoint, params, env)`: run it; what Podman's inspect says about it."""

    def run(
        host: Host, endpoint: Any, params: dict[str, Any], env: dict[str, str] | None = None
    ) -> dict[str, Any]:
        job = run_container.ask(person, endpoint.pk, params=params, env=env or {})
        worker().hand_over([job.pk])
        ended(job, within_s=60)
        assert job.state == "ok", (job.error, job.cause)
        found = host.podman("inspect", job.result["id"], user=endpoint.user)
        (inspected,) = json.loads(found)
        return dict(inspected)

    return run
