"""Batches with a pace: so many at once, whoever works on them, and no further one after a failure."""

import threading
from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.containers import restart_container
from hosts.jobs import lease
from hosts.jobs.pace import with_pace
from hosts.models import Batch
from tests.hosts.jobs.test_leases import lose
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


def restart(person: Any, rows: list[Any], **speed: Any) -> Any:
    refs = [(row.endpoint_id, row.podman_id) for row in rows]
    return with_pace(lambda: restart_container.ask_many(person, refs), **speed)


def states(batch: Any) -> list[str]:
    return list(batch.jobs.order_by("pk").values_list("state", flat=True))


def test_two_workers_keep_to_two_at_once(
    worker: Any, person: Any, container: Any, podman: Any
) -> None:
    lock, inside, most = threading.Lock(), [0], [0]
    both = threading.Barrier(2)

    def enter(verb: str) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        # goes on only when two are here: neither more nor one by one
        both.wait(20)

    def leave(verb: str) -> bool:
        with lock:
            inside[0] -= 1
        return True

    podman.before, podman.during = enter, leave
    batch = restart(person, [container(name) for name in "abcdef"], at_once=2)
    loops = [worker(), worker()]
    for loop in loops:
        loop.hand_over(list(batch.jobs.values_list("pk", flat=True)))
    until("all end", lambda: set(states(batch)) == {"ok"}, timeout_s=40)
    assert most[0] == 2
    assert podman.done["restart"] == 6


def test_what_has_not_begun_ends_with_words_after_a_failure(
    worker: Any, person: Any, container: Any, podman: Any
) -> None:
    rows = [container(name) for name in "abcd"]
    # the second is gone on the host
    del podman.containers[rows[1].podman_id]
    batch = restart(person, rows, stop_on_failure=True)
    assert batch.at_once == 1
    worker().hand_over(list(batch.jobs.values_list("pk", flat=True)))
    until("all end", lambda: not {"queued", "running"} & set(states(batch)), timeout_s=40)
    assert states(batch) == ["ok", "failed", "cancelled", "cancelled"]
    assert podman.done["restart"] == 1
    last = batch.jobs.order_by("pk").last()
    assert last.error == "Not begun: b on web1 failed before, and the batch stops at a failure."
    assert Entry.objects.get(kind="outcome", intent=last.intent).result == "cancelled"


def test_without_the_wish_the_others_go_on(
    worker: Any, person: Any, container: Any, podman: Any
) -> None:
    rows = [container(name) for name in "abc"]
    del podman.containers[rows[0].podman_id]
    batch = restart(person, rows, at_once=1)
    worker().hand_over(list(batch.jobs.values_list("pk", flat=True)))
    until("all end", lambda: not {"queued", "running"} & set(states(batch)), timeout_s=40)
    assert states(batch) == ["failed", "ok", "ok"]


def test_a_job_whose_worker_was_lost_keeps_its_place(
    person: Any, container: Any, podman: Any
) -> None:
    batch = restart(person, [container(name) for name in "abc"], at_once=1)
    first, second, third = batch.jobs.order_by("pk")
    lose(first)
    every = [first.pk, second.pk, third.pk]
    assert [job.pk for job in lease.claim(every, "other")] == [first.pk]
    assert lease.claim(every, "other") == []


def test_the_dialog_asks_and_the_batch_has_it(
    cast: Any, container: Any, browser_of: Any, podman: Any
) -> None:
    rows = [container(name) for name in "ab"]
    chosen = {"object": [f"{row.endpoint_id}:{row.podman_id}" for row in rows]}
    bob = browser_of(cast.bob)
    page = bob.get("/containers/bulk/restart/", chosen).content.decode()
    for part in ("Restart 2 containers on 1 host?", "a on web1", "b on web1", 'name="at_once"'):
        assert part in page
    bob.send("/containers/bulk/restart/", {**chosen, "at_once": "5", "stop_on_failure": "1"})
    batch = Batch.objects.get()
    assert (batch.at_once, batch.stop_on_failure) == (5, True)
    one = {"object": chosen["object"][:1]}
    assert 'name="at_once"' not in bob.get("/containers/bulk/restart/", one).content.decode()
