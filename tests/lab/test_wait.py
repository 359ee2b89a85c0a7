"""Waiting for containers of a real Podman: what comes of it, and that it takes nobody's slot."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.actions import cancel_job
from hosts.actions.containers import rename_container, wait_container
from hosts.models import Job
from hosts.refusals import FieldRefusal
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, QUICK, carried, inspect, row_of
from tests.lab.wait import until

__all__ = ["carried", "ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
# ends with 3 whenever it is told to
TOLD = ("sh", "-c", "until test -e /end; do sleep 0.1; done; rm /end; exit 3")
CHECKED = ("--health-cmd", "test -e /well", "--health-interval", "disable")


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


def run(host: Host, name: str, *flags: str, command: tuple[str, ...] = TOLD) -> dict[str, Any]:
    host.podman("run", "-d", "--name", name, *QUICK, *flags, IMAGE, *command)
    return inspect(host, name)


@pytest.fixture
def waits(person: Any) -> Callable[..., Any]:
    """`waits(endpoint, inspect, "healthy")`: the job."""

    def ask(endpoint: Any, found: dict[str, Any], condition: str = "exited") -> Any:
        row_of(endpoint, found)
        return wait_container.ask(person, (endpoint.pk, found["Id"]), condition=condition)

    return ask


def listening(job: Any) -> None:
    """Returns when a worker has looked and calls Podman."""
    until(
        f"{job} listens",
        lambda: Job.objects.filter(pk=job.pk, state="running").exclude(before={}).exists(),
        timeout_s=30,
    )


def test_many_wait_beside_changes_and_hear_the_exit_code(
    host: Host, endpoint_on: Any, waits: Any, worker: Any, ended: Any, carried: Any
) -> None:
    endpoint, shop = endpoint_on(host), run(host, "shop")
    # more than the four that may change something at once
    jobs = [waits(endpoint, shop) for _ in range(6)]
    worker().hand_over([job.pk for job in jobs])
    for job in jobs:
        listening(job)
    job = carried(rename_container, endpoint, shop, name="shop2")
    assert job.state == "ok", (job.error, job.cause)
    host.podman("exec", "shop2", "touch", "/end")
    for job in jobs:
        assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
        assert job.result == {"condition": "exited", "exit_code": 3}
        assert "3" in job.output


def test_another_worker_waits_on_and_nothing_is_missed_meanwhile(
    host: Host, endpoint_on: Any, waits: Any, worker: Any, ended: Any
) -> None:
    endpoint, shop, other = endpoint_on(host), run(host, "shop"), run(host, "other")
    ends, falls = waits(endpoint, shop), waits(endpoint, other)
    first = worker()
    first.hand_over([ends.pk, falls.pk])
    listening(ends)
    listening(falls)
    first.stop()
    # both end while nobody listens; one is started again, and its code is gone
    for name in ("shop", "other"):
        host.podman("exec", name, "touch", "/end")
        host.podman("wait", name)
    host.podman("start", "other")
    worker().hand_over([ends.pk, falls.pk])
    assert ended(ends, within_s=60).result == {"condition": "exited", "exit_code": 3}
    assert ended(falls, within_s=60).result == {"condition": "exited"}
    assert "while Haulout was not connected" in falls.output
    assert falls.lost_workers == ends.lost_workers == 0


def test_waits_for_health_and_says_what_can_never_come(
    host: Host, endpoint_on: Any, waits: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    well = run(host, "well", *CHECKED, command=("sleep", "1000"))
    falls, bare = run(host, "falls", *CHECKED), run(host, "bare")
    host.podman("create", "--name", "never", IMAGE, "true")
    never = inspect(host, "never")
    gets_well, gives_up = waits(endpoint, well, "healthy"), waits(endpoint, falls, "healthy")
    hopeless = [waits(endpoint, bare, "healthy"), waits(endpoint, never, "exited")]
    loop = worker()
    loop.hand_over([job.pk for job in (gets_well, gives_up, *hopeless)])
    for job, words in zip(hopeless, ("no health check", "never started"), strict=True):
        assert ended(job, within_s=60).state == "failed"
        assert words in job.error
    listening(gets_well)
    host.podman("exec", "well", "touch", "/well")
    host.podman("healthcheck", "run", "well")
    assert ended(gets_well, within_s=60).result == {"condition": "healthy"}
    listening(gives_up)
    host.podman("exec", "falls", "touch", "/end")
    assert ended(gives_up, within_s=60).state == "failed"
    assert "exited with code 3" in gives_up.error


def test_cancelled_removed_and_too_many(
    host: Host,
    endpoint_on: Any,
    waits: Any,
    worker: Any,
    ended: Any,
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint, shop = endpoint_on(host), run(host, "shop")
    given_up, goes = waits(endpoint, shop), waits(endpoint, shop, "removing")
    starts_never = waits(endpoint, shop, "paused")
    worker().hand_over([job.pk for job in (given_up, goes, starts_never)])
    for job in (given_up, goes, starts_never):
        listening(job)
    monkeypatch.setattr(wait_container, "MOST", 3)
    with pytest.raises(FieldRefusal, match="3 jobs are already waiting"):
        waits(endpoint, shop)
    with pytest.raises(FieldRefusal, match="is not a state to wait for"):
        waits(endpoint, shop, "bored")
    cancel_job.ask(person, given_up.pk)
    assert ended(given_up).state == "cancelled"
    assert inspect(host, "shop")["State"]["Running"]
    host.podman("rm", "-f", "-t", "0", "shop")
    assert ended(goes, within_s=60).result == {"condition": "removing"}
    assert ended(starts_never, within_s=60).state == "failed"
    assert "removed before" in starts_never.error
