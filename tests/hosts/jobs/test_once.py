"""One effect and one outcome, however often a job's message is delivered."""

import threading

import pytest

from audit.models import Entry
from hosts.actions.containers import restart_container
from hosts.actions.run import run_container

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(job):
    return list(Entry.objects.filter(intent=job.intent, kind="outcome"))


def test_a_restart_is_done_and_written_down(worker, person, container, podman, ended):
    row = container("a")
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert podman.done["restart"] == 1
    (entry,) = outcomes(job)
    assert (entry.result, entry.who_name, entry.target_name) == ("ok", "Bob", "a")


def test_messages_delivered_many_times_to_two_workers_have_one_effect(
    worker, person, container, podman, ended
):
    rows = [container(letter) for letter in "abcdef"]
    jobs = [restart_container.ask(person, (r.endpoint_id, r.podman_id)) for r in rows]
    ids = [job.pk for job in jobs]
    loops = [worker(), worker()]
    threads = [
        threading.Thread(target=loop.hand_over, args=(ids,)) for loop in loops for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for job in jobs:
        assert ended(job).state == "ok", job.error
        assert len(outcomes(job)) == 1
    assert podman.done["restart"] == len(rows)


def test_an_answer_that_got_lost_is_settled_by_looking(worker, person, container, podman, ended):
    row = container("a")
    podman.during = lambda verb: False
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert podman.done["restart"] == 1


def test_a_container_is_created_once_though_the_answer_got_lost(
    worker, person, endpoint, podman, ended, vault_keys
):
    lost = iter([False])
    podman.during = lambda verb: next(lost, True)
    job = run_container.ask(
        person, endpoint.pk, params={"image": "localhost/busybox", "name": "x"}, env={"A": "b"}
    )
    assert job.sealed_params
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert podman.done["create"] == 1
    assert podman.done["start"] == 1
    (made,) = podman.containers.values()
    assert made["spec"]["env"] == {"A": "b"}
    assert job.sealed_params is None
