"""Units by the worker over a fake bus: what is asked of systemd, and how each job ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from audit.models import Entry
from hosts.actions.units import reset_unit, restart_unit, start_unit, stop_unit
from hosts.link.sockets import bus_socket
from hosts.models import Endpoint, Job, ObjectLock
from tests import make
from tests.hosts.jobs.conftest import ended, person, podman, vault_keys, worker
from tests.hosts.systemd.fake_bus import JOB, ThreadedBus, quadlet

__all__ = ["ended", "person", "podman", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(cast: Any) -> Endpoint:
    return make.endpoint("web1", socket="/run/podman/podman.sock")


@pytest.fixture
def bus(endpoint: Endpoint, podman: Any) -> Iterator[ThreadedBus]:
    running = ThreadedBus(bus_socket(settings.HAULOUT_RUN, endpoint.pk)).begin()
    yield running
    running.end()
    running.path.unlink(missing_ok=True)


@pytest.fixture
def unit(endpoint: Endpoint) -> Any:
    return make.unit(endpoint, "web")


@pytest.fixture
def done(person: Any, worker: Any, ended: Any) -> Any:
    """`done(action, row)`: the job, once it has ended."""

    def carry(action: Any, row: Any) -> Job:
        job = action.ask(person, (row.endpoint_id, row.podman_id))
        worker().hand_over([job.pk])
        found: Job = ended(job)
        return found

    return carry


@pytest.mark.parametrize(
    ("action", "before", "member", "changed"),
    [
        (restart_unit, "active", "RestartUnit", True),
        (stop_unit, "active", "StopUnit", True),
        (start_unit, "inactive", "StartUnit", True),
        (start_unit, "active", "StartUnit", False),
        (reset_unit, "failed", "ResetFailedUnit", True),
    ],
)
def test_what_is_asked_of_systemd(
    bus: ThreadedBus, unit: Any, done: Any, action: Any, before: str, member: str, changed: bool
) -> None:
    bus.units["web.service"]["ActiveState"] = before
    job = done(action, unit)
    assert (job.state, job.result) == ("ok", {"changed": changed}), (job.error, job.cause)
    arguments = ("web.service",) if action is reset_unit else ("web.service", "replace")
    assert [one for one in bus.calls if one[0] == member] == [(member, arguments)]
    intent, outcome = Entry.objects.filter(verb=action.VERB).order_by("number")
    assert (intent.kind, outcome.kind, outcome.result) == ("intent", "outcome", "ok")
    assert intent.target_name == "web.service"


def test_a_unit_that_no_quadlet_makes_is_left_alone(bus: ThreadedBus, unit: Any, done: Any) -> None:
    # since the inventory saw it, somebody put an ordinary unit in its place
    bus.units["web.service"]["FragmentPath"] = "/etc/systemd/system/web.service"
    job = done(stop_unit, unit)
    assert job.state == "failed"
    assert "No quadlet on the host makes the unit web.service" in job.error
    assert "StopUnit" not in bus.members


@pytest.mark.parametrize(
    ("result", "code", "words"),
    [
        ("exit-code", 3, "exit code 3"),
        ("timeout", 0, "longer than its timeout"),
        ("start-limit-hit", 0, "Reset its failed state"),
        ("oom-kill", 0, "its result is oom-kill"),
    ],
)
def test_a_start_that_fails_says_why(
    bus: ThreadedBus, unit: Any, done: Any, result: str, code: int, words: str
) -> None:
    bus.ends = "failed"
    bus.units["web.service"] = quadlet(
        "web", ActiveState="inactive", Result=result, ExecMainStatus=code
    )
    job = done(start_unit, unit)
    assert job.state == "failed"
    assert words in job.error
    assert "failed" in job.cause


def test_systemd_s_refusal_is_told(bus: ThreadedBus, unit: Any, done: Any) -> None:
    refusal = ("org.freedesktop.DBus.Error.AccessDenied", "Interactive authentication required.")
    bus.answers["StartUnit"] = ("error", refusal)
    job = done(start_unit, unit)
    assert job.state == "failed"
    assert "Interactive authentication required." in job.error


@pytest.mark.parametrize(
    ("kind", "cause", "cure"),
    [
        ("bus-missing", "The host has no systemd bus at /run/user/1000/bus.", "loginctl …"),
        ("bus-needs-forwarding", "This login forwards no sockets.", "Give its key …"),
    ],
)
def test_where_there_is_no_bus_the_job_says_what_is_missing(
    bus: ThreadedBus, unit: Any, done: Any, kind: str, cause: str, cure: str
) -> None:
    told = f'{{"kind": "{kind}", "cause": "{cause}", "cure": "{cure}"}}'
    bus.greeting = f"ERROR {told}\r\n".encode()
    job = done(restart_unit, unit)
    assert job.state == "failed"
    assert cause in job.error
    assert cure in job.error


def test_a_connection_lost_after_sending_is_settled_by_state(
    bus: ThreadedBus, unit: Any, done: Any
) -> None:
    """The bus hangs up in place of an answer: the job looks again before it says anything."""

    def hang_up() -> bytes:
        del bus.answers["RestartUnit"]
        bus.units["web.service"]["InvocationID"] = b"9"
        for writer in bus._writers:
            writer.transport.abort()
        return b""

    bus.answers["RestartUnit"] = hang_up
    job = done(restart_unit, unit)
    assert (job.state, job.result) == ("ok", {"settled": True}), (job.error, job.cause)
    assert bus.members.count("RestartUnit") == 1


def test_a_lock_of_its_container_stops_the_unit_s_job(
    bus: ThreadedBus, unit: Any, endpoint: Endpoint, person: Any
) -> None:
    shop = make.container(endpoint, "systemd-web")
    ObjectLock.objects.create(
        kind="container",
        host=endpoint.host,
        endpoint=endpoint,
        object_id=shop.podman_id,
        name=shop.name,
        locked_by_name="Ada",
        reason="audit",
    )
    with pytest.raises(Exception, match="locked by Ada"):
        stop_unit.ask(person, (unit.endpoint_id, unit.podman_id))
    assert "StopUnit" not in bus.members


def test_a_container_that_had_to_be_killed_is_stopped_all_the_same(
    bus: ThreadedBus, unit: Any, done: Any
) -> None:
    """Its exit code 137 makes the unit failed; systemd's job is done."""
    bus.answers["StopUnit"] = lambda: _killed(bus)
    job = done(stop_unit, unit)
    assert (job.state, job.result) == ("ok", {"changed": True}), (job.error, job.cause)


def _killed(bus: ThreadedBus) -> tuple[str, tuple[str]]:
    bus.units["web.service"] |= {"ActiveState": "failed", "Result": "exit-code"}
    bus.send("JobRemoved", "uoss", (12, JOB, "web.service", "done"))
    return "o", (JOB,)
