"""A queue that nobody serves: said above the jobs and in /readyz."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from dashboard import health
from hosts.actions.containers import restart_container
from hosts.jobs import workers
from hosts.models import Job, Worker
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_are_unserved_until_a_worker_says_otherwise(worker: Any) -> None:
    assert workers.unserved() == {"short": 0, "long": 0, "waits": 0}
    loop = worker(queues=["short", "waits"])
    until("it says so", lambda: workers.unserved() == {"long": 0}, timeout_s=10)
    other = worker(queues=["long"])
    until("it is whole", lambda: workers.unserved() == {}, timeout_s=10)
    other.stop()
    assert workers.unserved() == {"long": 0}
    loop.stop()
    assert workers.alive() == []


def test_one_that_is_gone_counts_no_more_after_20_seconds() -> None:
    workers.report("a:1", ["short", "long", "waits"])
    assert workers.unserved() == {}
    Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=workers.SEEN_S + 1))
    assert set(workers.unserved()) == {"short", "long", "waits"}
    # known within half a minute, whenever it went
    assert workers.SEEN_S + workers.SAY_EVERY_S < 30
    Worker.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    workers.report("b:2", ["short"])
    assert list(Worker.objects.values_list("name", flat=True)) == ["b:2"]


async def test_readyz_names_it() -> None:
    await sync_to_async(workers.report)("a:1", ["short", "long"])
    assert await health._queues() == {"state": "down", "why": "no worker serves waits"}
    await sync_to_async(workers.report)("a:1", ["short", "long", "waits"])
    assert await health._queues() == {"state": "up"}


def test_the_page_of_jobs_says_it_with_the_command(
    cast: Any, browser_of: Any, container: Any, person: Any
) -> None:
    workers.report("a:1", ["long", "waits"])
    row = container("a")
    job = restart_container.ask(person, (row.endpoint_id, row.podman_id))
    bob = browser_of(cast.bob)
    page = bob.get("/jobs/").content.decode()
    assert "No worker serves the queue “short”. 1 job waits." in page
    assert "manage.py worker --queues short" in page
    assert "“long”" not in page
    Job.objects.filter(pk=job.pk).update(queue="tides")
    workers.report("a:1", ["short", "long", "waits"])
    page = bob.get("/jobs/").content.decode()
    assert "No worker of this version knows the queue “tides”. 1 job waits." in page
    assert "manage.py worker" not in page
    job.refresh_from_db()
    assert job.state == "queued"
