"""Workers that are lost, jobs that lose them, cancels, rights that went away."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Entry
from audit.write import outcome
from hosts.access import Denied, Person
from hosts.actions import cancel_job
from hosts.actions.containers import restart_container, stop_container
from hosts.models import Job
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


def lose(job, **values):
    """As a worker leaves a job that dies in the middle of it."""
    Job.objects.filter(pk=job.pk).update(
        state="running",
        worker="gone",
        claim=1,
        lease_until=timezone.now() - timedelta(seconds=1),
        **values,
    )


def test_another_worker_takes_a_lost_job_and_settles_it(worker, person, container, podman, ended):
    row = container("a")
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    before = {"pid": 1, "started_at": "", "restarts": 0, "running": True}
    lose(job, step="act", before=before)
    worker()
    assert ended(job).state == "ok", job.error
    # the snapshot says that it is another process: the restart had its effect, none is sent
    assert podman.done["restart"] == 0
    assert job.lost_workers == 1


def test_a_job_that_loses_three_workers_is_given_up(worker, person, container, podman, ended):
    row = container("a")
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    lose(job, lost_workers=2)
    worker()
    assert ended(job).state == "failed"
    assert "three workers" in job.error
    assert podman.done["restart"] == 0


def test_a_job_nobody_heard_of_is_found(worker, person, container, podman, ended):
    row = container("a")
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    Job.objects.update(published_at=timezone.now() - timedelta(seconds=31))
    worker()
    assert ended(job).state == "ok", job.error
    assert podman.done["stop"] == 1


def test_the_right_is_asked_again_by_the_worker(worker, person, cast, container, podman, ended):
    row = container("a")
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    User.objects.filter(pk=cast.bob.pk).update(role=Role.objects.get(name="viewer"))
    worker().hand_over([job.pk])
    assert ended(job).state == "denied"
    assert podman.done["stop"] == 0


@pytest.mark.parametrize(("another", "end"), [(True, "ok"), (False, "denied")])
def test_what_was_sent_while_it_was_allowed_ends_as_it_did(
    worker, person, cast, container, podman, ended, another, end
):
    """With another process than before the restart had its effect; with the same one it had none."""
    row = container("a")
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    pid = podman.containers[row.podman_id]["pid"]
    started_at = f"2026-01-01T00:00:00.{pid:09d}Z"
    before = {"pid": pid, "started_at": started_at, "restarts": 0, "running": True}
    lose(job, step="act", before=before | ({"pid": 1} if another else {}))
    User.objects.filter(pk=cast.bob.pk).update(role=Role.objects.get(name="viewer"))
    worker()
    assert ended(job).state == end, job.error
    assert podman.done["restart"] == 0


def test_a_running_job_is_cancelled(worker, person, container, podman, ended):
    row = container("a")
    hold = threading.Event()
    podman.before = lambda verb: hold.wait(10)
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    worker().hand_over([job.pk])
    until("it is sent", lambda: Job.objects.get(pk=job.pk).step == "act", timeout_s=5)
    cancel_job.ask(person, job.pk)
    try:
        assert ended(job).state == "cancelled", job.error
    finally:
        hold.set()
    assert "Bob" in job.error


def test_a_waiting_job_is_cancelled_at_once(person, container, podman):
    row = container("a")
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    assert cancel_job.ask(person, job.pk).state == "cancelled"
    assert Entry.objects.get(intent=job.intent, kind="outcome").result == "cancelled"


def test_podmans_own_words_are_kept(worker, person, container, podman, ended):
    row = container("a")
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    podman.containers.clear()
    worker().hand_over([job.pk])
    assert ended(job).state == "failed"
    assert "no such container" in job.error


def test_a_viewer_may_not_and_that_is_an_entry(cast, who_of, container):
    row = container("a")
    charlie = Person(cast.charlie, who_of(cast.charlie))
    with pytest.raises(Denied):
        stop_container.ask(charlie, (row.endpoint_id, row.podman_id))
    assert not Job.objects.exists()
    assert Entry.objects.get(kind="refusal").verb == "container.stop"


def test_a_batch_leaves_out_what_is_gone(worker, person, container, podman, ended):
    rows = [container("a"), container("b")]
    refs = [(row.endpoint_id, row.podman_id) for row in rows]
    batch = stop_container.ask_many(person, [*refs, (refs[0][0], "c" * 64)])
    assert [skip["why"] for skip in batch.skipped] == ["no longer exists"]
    worker().hand_over([job.pk for job in batch.jobs.all()])
    for job in batch.jobs.all():
        assert ended(job).state == "ok", job.error


def test_an_unknown_end_is_resolved_when_the_host_is_back(worker, person, container, podman):
    row = container("a")
    job = stop_container.ask(person, (row.endpoint_id, row.podman_id))
    with transaction.atomic():
        outcome(job.intent, "unknown", detail="the host was lost")
    Job.objects.filter(pk=job.pk).update(state="unknown", finished_at=timezone.now())
    podman.change("stop", row.podman_id)
    worker()
    until("it is resolved", lambda: Entry.objects.filter(kind="resolution").exists())
    assert Entry.objects.get(kind="resolution").result == "ok"
    job.refresh_from_db()
    assert job.result["resolved"] == "done"
