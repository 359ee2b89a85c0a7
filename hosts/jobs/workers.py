"""Which queues are served: each worker writes it in a row, so web knows it without Redis."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db.models import Count, Value
from django.db.models.functions import Now

from hosts.jobs.queues import QUEUES
from hosts.models import Job, Worker

SAY_EVERY_S: Final = 8.0
# a worker that was silent for this long is gone. With the time between two looks: under 30 s
SEEN_S: Final = 20.0
_KEPT: Final = timedelta(hours=1)


def report(name: str, queues: Collection[str]) -> None:
    """The worker `name` lives, and serves these queues."""
    Worker.objects.update_or_create(
        name=name, defaults={"queues": sorted(queues), "seen_at": Now()}
    )
    Worker.objects.filter(seen_at__lt=Now() - Value(_KEPT)).delete()


def end(name: str) -> None:
    """The worker `name` ends."""
    Worker.objects.filter(name=name).delete()


def alive() -> list[Worker]:
    """The workers that live."""
    since = Now() - Value(timedelta(seconds=SEEN_S))
    return list(Worker.objects.filter(seen_at__gt=since).order_by("name"))


def served() -> frozenset[str]:
    """Queues that a living worker serves."""
    return frozenset(queue for worker in alive() for queue in worker.queues)


def unserved() -> dict[str, int]:
    """Queues that no worker serves, to how many jobs wait there."""
    queued = Job.objects.filter(state=Job.State.QUEUED).exclude(queue=Job.GATE)
    rows = queued.order_by().values("queue")
    waiting = dict(rows.annotate(jobs=Count("pk")).values_list("queue", "jobs"))
    there = served()
    every = [*QUEUES, *sorted(waiting.keys() - set(QUEUES))]
    return {queue: waiting.get(queue, 0) for queue in every if queue not in there}
