"""Celery's own worker, with a real Valkey: a task is the work, and its tools tell the truth."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from kombu import pools

from dashboard.celery import app
from hosts.actions.containers import restart_container
from hosts.models import Job
from tests.dashboard.live.conftest import valkey
from tests.hosts.jobs.conftest import container, ended, endpoint, person, podman
from tests.lab.wait import until

__all__ = ["container", "ended", "endpoint", "person", "podman", "valkey"]

pytestmark = pytest.mark.django_db(transaction=True)


def forget_connections() -> None:
    """Those to another test's Valkey are dead."""
    pools.reset()
    app._after_fork()  # type: ignore[attr-defined]
    app.__dict__.pop("control", None)


@pytest.fixture
def celery_worker(valkey: Any) -> Iterator[Callable[..., AbstractContextManager[Any]]]:
    """`with celery_worker("short"):` a worker of Celery on a queue."""
    forget_connections()

    def start(queue: str) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = start_worker(
            app,
            concurrency=4,
            pool="threads",
            queues=[queue],
            hostname=f"{queue}@test",
            perform_ping_check=False,
            shutdown_timeout=20,
            loglevel="WARNING",
        )
        return context

    yield start
    forget_connections()


@pytest.fixture
def held(podman: Any) -> Iterator[threading.Event]:
    """Every change on the host waits for it."""
    go_on = threading.Event()
    podman.during = lambda verb: go_on.wait(30)
    yield go_on
    go_on.set()


def ask(person: Any, row: Any) -> Any:
    return restart_container.ask(person, (row.endpoint_id, row.podman_id))


def active() -> dict[str, list[Any]]:
    """Node to the ids of the jobs it is at, by `celery inspect active`."""
    found = app.control.inspect(timeout=2).active() or {}
    return {node: [task["args"] for task in tasks] for node, tasks in found.items()}


def test_a_task_lasts_as_long_as_its_jobs(
    celery_worker: Any, person: Any, container: Any, held: Any, ended: Any
) -> None:
    with celery_worker("short"):
        job = ask(person, container("a"))
        until("it is active", lambda: active() == {"short@test": [[[job.pk]]]}, timeout_s=20)
        held.set()
        assert ended(job).state == "ok"
        until("it is over", lambda: active() == {"short@test": []}, timeout_s=20)


def test_a_worker_that_ends_gives_the_message_back(
    celery_worker: Any, person: Any, container: Any, podman: Any, held: Any, ended: Any
) -> None:
    """The next one takes it at once, not after a lease or a visibility timeout."""
    with celery_worker("short"):
        job = ask(person, container("a"))
        until("it is active", lambda: active() == {"short@test": [[[job.pk]]]}, timeout_s=20)
        app.control.broadcast("shutdown")
        until("it has ended", lambda: active() == {}, timeout_s=20)
    with app.connection_for_read() as connection:
        assert connection.default_channel.client.llen("short") == 1  # type: ignore[attr-defined]
    held.set()
    with celery_worker("short"):
        assert ended(job, within_s=8).state == "ok"
    job.refresh_from_db()
    assert (job.lost_workers, podman.done["restart"]) == (0, 1)


def test_a_message_of_another_version_is_said_and_its_jobs_are_done(
    celery_worker: Any,
    person: Any,
    container: Any,
    podman: Any,
    ended: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with celery_worker("short"):
        for args, kwargs in (
            ([1, 2], {}),
            ([{"job": 1}], {}),
            ([["1"]], {}),
            ([], {"jobs": [1]}),
            ([], {}),
        ):
            app.send_task("hosts.carry_out", args, kwargs, queue="short")
        app.send_task("hosts.of_old", [1], queue="short")
        job = ask(person, container("a"))
        assert ended(job).state == "ok"
        said = "a message of another version"
        until("all are said", lambda: caplog.text.count(said) == 5, timeout_s=20)
        assert "hosts.of_old" in caplog.text
        lost = ask(person, container("b"))
        Job.objects.filter(pk=lost.pk).update(published_at="2026-01-01T00:00:00Z")
        assert ended(lost).state == "ok"


def test_jobs_go_on_while_valkey_is_away(
    celery_worker: Any, valkey: Any, person: Any, container: Any, podman: Any, ended: Any
) -> None:
    with celery_worker("short"):
        valkey.kill()
        valkey.wait()
        job = ask(person, container("a"))
        Job.objects.filter(pk=job.pk).update(published_at="2026-01-01T00:00:00Z")
        assert ended(job).state == "ok"
