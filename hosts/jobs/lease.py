"""Claims and leases, by conditional updates and the database's clock alone.

A job is claimed when it has a place to run, never before: a claimed row is work that has begun. A
claim raises `Job.claim`, and later writes name that number. So a worker that was taken for dead
cannot write over its successor.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from hosts.clocks import clock
from hosts.jobs import pace
from hosts.jobs.queues import QUEUES
from hosts.models import Job

LEASE_S = clock(30.0, least=10.0)
# any worker takes a queued row this old
UNHEARD_S = clock(30.0, least=5.0)
MAX_LOST_WORKERS = 3

_FREE = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=Now())


class FreeJob(NamedTuple):
    """A job that nobody carries out, with what decides on its place."""

    pk: int
    verb: str
    queue: str
    endpoint_id: int | None
    # True when it waits for its turn in a batch with a pace; a job that began had its turn
    paced: bool


def free(job_ids: Collection[int]) -> list[FreeJob]:
    """Those of `job_ids` that nobody carries out, oldest first."""
    rows = Job.objects.filter(_FREE, pk__in=job_ids).order_by("pk")
    return [
        FreeJob(pk, verb, queue, endpoint, bool(at_once) and state == Job.State.QUEUED)
        for pk, verb, queue, endpoint, at_once, state in rows.values_list(
            "pk", "verb", "queue", "endpoint_id", "batch__at_once", "state"
        )
    ]


def claim(job_ids: list[int], worker: str) -> list[Job]:
    """Claim those of `job_ids` that are free; the claimed rows with endpoint, host and person.

    All in one transaction: one by one, a disk's fsync would be the limit.
    """
    with transaction.atomic():
        if Job.objects.filter(pk__in=job_ids, batch__at_once__gt=0).exists():
            job_ids = pace.room_for(job_ids)
        # in one order: two workers then cannot wait for each other
        rows = Job.objects.select_for_update().filter(_FREE, pk__in=job_ids).order_by("pk")
        taken = list(rows.values_list("pk", flat=True))
        if not taken:
            return []
        Job.objects.filter(_FREE, pk__in=taken).update(
            # a row that was running has lost a worker
            lost_workers=Case(
                When(state=Job.State.RUNNING, then=F("lost_workers") + 1),
                default=F("lost_workers"),
            ),
            state=Job.State.RUNNING,
            worker=worker,
            claim=F("claim") + 1,
            lease_until=Now() + Value(timedelta(seconds=LEASE_S)),
            started_at=Coalesce("started_at", Now()),
            changed_at=timezone.now(),
        )
    return list(
        Job.objects.filter(pk__in=taken, worker=worker, state=Job.State.RUNNING)
        .select_related("endpoint__host", "endpoint__login", "asked_by__role", "batch")
        .order_by("pk")
    )


def renew(held: dict[int, int], worker: str) -> set[int]:
    """Prolong the leases of `held` (job id to claim). Returns the ids that are lost."""
    if not held:
        return set()
    mine = Job.objects.filter(pk__in=list(held), worker=worker, state=Job.State.RUNNING)
    still = {pk for pk, number in mine.values_list("pk", "claim") if held[pk] == number}
    mine.filter(pk__in=still).update(lease_until=Now() + Value(timedelta(seconds=LEASE_S)))
    return set(held) - still


def release(held: dict[int, int], worker: str) -> None:
    """Give leases up at once, so that another worker need not wait (orderly stop).

    A job that has sent nothing is queued again. Another stays running without a lease: it is settled.
    """
    mine = Job.objects.filter(pk__in=list(held), worker=worker, state=Job.State.RUNNING)
    over = Now() - Value(timedelta(seconds=UNHEARD_S + 1))
    mine.exclude(step="act").update(
        state=Job.State.QUEUED,
        worker="",
        lease_until=None,
        published_at=over,
        changed_at=timezone.now(),
    )
    # an orderly stop is no lost worker: take off what the next claim adds
    mine.filter(step="act").update(lease_until=over, lost_workers=F("lost_workers") - 1)


def still_free(job_ids: Collection[int]) -> set[int]:
    """Those of `job_ids` that still wait for a worker: neither ended nor claimed."""
    return set(Job.objects.filter(_FREE, pk__in=job_ids).values_list("pk", flat=True))


def waiting(
    queues: Collection[str] = QUEUES, *, beside: Collection[int] = (), limit: int = 200
) -> list[int]:
    """Jobs of these queues whose worker is gone, and queued ones that nobody heard of; not `beside`."""
    unheard = Q(
        state=Job.State.QUEUED, published_at__lt=Now() - Value(timedelta(seconds=UNHEARD_S))
    )
    lost = Q(state=Job.State.RUNNING, lease_until__lt=Now())
    found = (
        # jobs of a paced batch wait for their turn, not for a worker
        Job.objects.filter((unheard & ~Q(batch__at_once__gt=0)) | lost, queue__in=queues)
        .order_by("pk")
        .values_list("pk", flat=True)[: limit + len(beside)]
    )
    return [pk for pk in found if pk not in beside][:limit]


def cancels(job_ids: list[int]) -> dict[int, str]:
    """Running jobs of `job_ids` that somebody wants cancelled, and who."""
    if not job_ids:
        return {}
    return dict(
        Job.objects.filter(pk__in=job_ids, cancel_asked_at__isnull=False).values_list(
            "pk", "cancel_asked_by"
        )
    )
