"""An endpoint whose socket is a SmallPodman, and a worker loop of its own."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from django.conf import settings

from hosts import vault
from hosts.access import Person
from hosts.actions import ACTIONS
from hosts.jobs.chore_runner import Chores
from hosts.jobs.loop import WorkerLoop
from hosts.jobs.queues import QUEUES
from hosts.link.sockets import endpoint_socket
from hosts.models import Job
from tests import make
from tests.hosts.jobs.small_podman import SmallPodman
from tests.lab.wait import until


@pytest.fixture
def vault_keys(keys: None) -> None:
    vault.make_keys(settings.HAULOUT_KEYS)


@pytest.fixture
def endpoint(cast: Any) -> Any:
    return make.endpoint("web1", socket="/run/podman.sock")


@pytest.fixture
def podman(endpoint: Any) -> Iterator[SmallPodman]:
    fake = SmallPodman(endpoint_socket(settings.HAULOUT_RUN, endpoint.pk))
    yield fake
    fake.close()


@pytest.fixture
def container(endpoint: Any, podman: SmallPodman) -> Callable[..., Any]:
    """`container("a")`: a running container, on the host and in the inventory."""

    def running_container(name: str, *, running: bool = True) -> Any:
        podman_id = name * 64 if len(name) == 1 else name.encode().hex().ljust(64, "0")
        podman.add(podman_id, running=running)
        return make.container(endpoint, name, podman_id=podman_id)

    return running_container


@pytest.fixture
def person(cast: Any, who_of: Any) -> Any:
    """Bob, the operator."""
    return Person(cast.bob, who_of(cast.bob))


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """`worker()`: another worker loop, of all queues or those named; all are stopped at the end."""
    loops: list[WorkerLoop] = []

    def make(queues: Collection[str] = QUEUES, chores: Chores | None = None) -> WorkerLoop:
        loop = WorkerLoop(ACTIONS, queues, chores)
        loop.name += f"#{len(loops)}"
        loop.start()
        loops.append(loop)
        return loop

    yield make
    for loop in loops:
        loop.stop()


@pytest.fixture
def ended() -> Callable[..., Any]:
    """`ended(job)`: the job once it has ended, within a deadline."""

    def wait(job: Any, *, within_s: float = 15) -> Any:
        until(
            f"{job} ends",
            lambda: not Job.objects.filter(pk=job.pk, state__in=Job.OPEN).exists(),
            timeout_s=within_s,
        )
        job.refresh_from_db()
        return job

    return wait
