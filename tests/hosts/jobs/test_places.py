"""A job is claimed when it has a place to run; who handed it over hears when it has ended."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from audit.models import Entry
from hosts.actions import cancel_job
from hosts.actions.containers import restart_container
from hosts.jobs import lease
from hosts.jobs.pace import with_pace
from hosts.jobs.places import PER_ENDPOINT
from hosts.models import Job
from tests.hosts.jobs.test_leases import lose
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(podman: Any) -> Iterator[threading.Event]:
    """Every change on the host waits for it."""
    go_on = threading.Event()
    podman.during = lambda verb: go_on.wait(30)
    yield go_on
    go_on.set()


@pytest.fixture
def restart(person: Any, container: Any) -> Callable[..., Any]:
    """`restart("a", queue="long")`: the job."""

    def ask(name: str, queue: str = "short") -> Any:
        row = container(name)
        job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
        Job.objects.filter(pk=job.pk).update(queue=queue)
        return job

    return ask


def begun() -> int:
    return Job.objects.filter(step="act").count()


def test_what_has_no_place_waits_unclaimed(
    worker: Any, restart: Any, podman: Any, held: Any, ended: Any
) -> None:
    jobs = [restart(name) for name in "abcdefg"]
    done = worker().hand_over([job.pk for job in jobs])
    until("as many run as may", lambda: begun() == PER_ENDPOINT, timeout_s=20)
    waiting = Job.objects.filter(state="queued")
    assert waiting.count() == len(jobs) - PER_ENDPOINT
    assert set(waiting.values_list("claim", "worker", "started_at")) == {(0, "", None)}
    assert not done.done()
    held.set()
    assert done.result(timeout=20) is True
    assert [ended(job).state for job in jobs] == ["ok"] * len(jobs)
    assert set(Job.objects.values_list("claim", "lost_workers")) == {(1, 0)}
    assert podman.done["restart"] == len(jobs)


def test_ten_long_ones_take_no_place_from_a_short_one_on_the_same_host(
    worker: Any, restart: Any, podman: Any, ended: Any
) -> None:
    go_on, first = threading.Event(), threading.Event()
    slow = [restart(f"slow{number}", "long") for number in range(10)]
    podman.during = lambda verb: go_on.wait(30)
    loop = worker()
    loop.hand_over([job.pk for job in slow])
    until("the long ones have their places", lambda: begun() == PER_ENDPOINT, timeout_s=20)
    podman.during = lambda verb: bool(first.set()) or True  # type: ignore[func-returns-value]
    try:
        assert loop.hand_over([restart("quick").pk]).result(timeout=10)
        assert first.is_set()
    finally:
        go_on.set()
    assert [ended(job, within_s=30).state for job in slow] == ["ok"] * len(slow)


def test_what_is_cancelled_while_it_waits_is_let_go(
    worker: Any, restart: Any, person: Any, held: Any, ended: Any
) -> None:
    loop = worker()
    first = loop.hand_over([restart(name).pk for name in "abcd"])
    until("all places are taken", lambda: begun() == PER_ENDPOINT, timeout_s=20)
    late = restart("late")
    done = loop.hand_over([late.pk])
    assert cancel_job.ask(person, late.pk).state == "cancelled"
    assert done.result(timeout=5) is True
    assert not first.done()
    held.set()


def test_who_ends_gives_back_what_has_not_begun_and_what_it_cannot_end(
    worker: Any, restart: Any, podman: Any, held: Any, ended: Any
) -> None:
    """Nobody was lost: the next one settles what was sent, and begins the others."""
    jobs = [restart(name) for name in "abcdef"]
    loop = worker()
    done = loop.hand_over([job.pk for job in jobs])
    until("as many run as may", lambda: begun() == PER_ENDPOINT, timeout_s=20)
    loop.stop()
    assert done.result(timeout=1) is False
    assert loop.hand_over([jobs[0].pk]).result(timeout=1) is False
    assert Job.objects.filter(state="queued", claim=0).count() == len(jobs) - PER_ENDPOINT
    held.set()
    assert worker().hand_over([job.pk for job in jobs]).result(timeout=30)
    assert [ended(job).state for job in jobs] == ["ok"] * len(jobs)
    assert set(Job.objects.values_list("lost_workers", flat=True)) == {0}
    assert podman.done["restart"] == len(jobs)


def test_what_ends_by_itself_in_a_moment_may(
    worker: Any, restart: Any, podman: Any, held: Any, ended: Any
) -> None:
    job = restart("a")
    loop = worker()
    loop.hand_over([job.pk])
    until("it is sent", lambda: begun() == 1, timeout_s=20)
    threading.Timer(0.5, held.set).start()
    loop.stop()
    job.refresh_from_db()
    assert (job.state, job.claim, job.lost_workers) == ("ok", 1, 0)


def test_a_worker_of_one_queue_leaves_the_others(
    worker: Any, restart: Any, podman: Any, ended: Any
) -> None:
    short, long, lost = restart("a"), restart("b", "long"), restart("c")
    Job.objects.update(published_at="2026-01-01T00:00:00Z")
    lose(lost)
    assert lease.waiting(["long"]) == [long.pk]
    loop = worker(queues=["long"])
    assert ended(long).state == "ok"
    assert loop.queues == {"long"}
    assert Job.objects.get(pk=short.pk).state == "queued"
    worker(queues=["short"])
    assert [ended(job).state for job in (short, lost)] == ["ok", "ok"]


def test_the_whole_of_a_batch_with_a_pace_is_heard_of(
    worker: Any, person: Any, container: Any, podman: Any
) -> None:
    """Also where the rest of it ends unbegun, and where it was handed over in two parts."""
    rows = [container(name) for name in "abcdef"]
    refs = [(row.endpoint_id, row.podman_id) for row in rows]
    del podman.containers[rows[2].podman_id]
    batch = with_pace(
        lambda: restart_container.ask_many(person, refs), at_once=1, stop_on_failure=True
    )
    ids = list(batch.jobs.order_by("pk").values_list("pk", flat=True))
    loop = worker()
    parts = [loop.hand_over(ids[3:]), loop.hand_over(ids[:3])]
    assert [part.result(timeout=30) for part in parts] == [True, True]
    states = batch.jobs.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["ok", "ok", "failed", "cancelled", "cancelled", "cancelled"]


def test_a_verb_that_this_version_does_not_know_is_said(
    worker: Any, restart: Any, podman: Any, ended: Any
) -> None:
    job = restart("a")
    Job.objects.filter(pk=job.pk).update(verb="container.fly")
    assert worker().hand_over([job.pk]).result(timeout=20)
    assert ended(job).error == "This version of Haulout does not know “container.fly”."
    assert Entry.objects.get(intent=job.intent, kind="outcome").result == "failed"


def test_many_in_one_claim_are_each_claimed_once(person: Any, restart: Any, podman: Any) -> None:
    jobs = [restart(name) for name in "abcdef"]
    ids = [job.pk for job in jobs]
    taken: list[list[int]] = []

    def take(worker: str) -> None:
        taken.append([job.pk for job in lease.claim(ids, worker)])
        connection.close()

    threads = [threading.Thread(target=take, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(pk for one in taken for pk in one) == ids
