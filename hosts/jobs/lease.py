"""Claims and leases, by conditional updates and the database's clock alone.

A claim raises `Job.claim`; whoever writes later names the claim, so a worker that was taken for
dead cannot write over the one that took its place.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from hosts.jobs import pace
from hosts.models import Job

RENEW_S = 10.0
LEASE_S = 30.0
# a queued row this old is carried out by whoever finds it
UNHEARD_S = 30.0
MAX_LOST_WORKERS = 3

_FREE = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=Now())


def claim(job_ids: list[int], worker: str) -> list[Job]:
    """Take those of `job_ids` that are free; the rows taken, with endpoint, host and person."""
    paced = Job.objects.filter(pk__in=job_ids, batch__at_once__gt=0)
    if paced.exists():
        with transaction.atomic():
            taken = _taken(pace.room_for(job_ids), worker)
    else:
        taken = _taken(job_ids, worker)
    return list(
        Job.objects.filter(pk__in=taken)
        .select_related("endpoint__host", "endpoint__login", "asked_by__role", "batch")
        .order_by("pk")
    )


def _taken(job_ids: list[int], worker: str) -> list[int]:
    free = list(Job.objects.filter(_FREE, pk__in=job_ids).values_list("pk", "claim"))
    taken = []
    for pk, seen in free:
        won = Job.objects.filter(_FREE, pk=pk, claim=seen).update(
            # a row that was running already has lost a worker
            lost_workers=Case(
                When(state=Job.State.RUNNING, then=F("lost_workers") + 1),
                default=F("lost_workers"),
            ),
            state=Job.State.RUNNING,
            worker=worker,
            claim=seen + 1,
            lease_until=Now() + Value(timedelta(seconds=LEASE_S)),
            started_at=Coalesce("started_at", Now()),
            changed_at=timezone.now(),
        )
        if won:
            taken.append(pk)
    return taken


def renew(held: dict[int, int], worker: str) -> set[int]:
    """Prolong the leases of `held` (job id to claim). Returns the ids that are lost."""
    if not held:
        return set()
    mine = Job.objects.filter(pk__in=list(held), worker=worker, state=Job.State.RUNNING)
    still = {pk for pk, number in mine.values_list("pk", "claim") if held[pk] == number}
    mine.filter(pk__in=still).update(lease_until=Now() + Value(timedelta(seconds=LEASE_S)))
    return set(held) - still


def release(held: dict[int, int], worker: str) -> None:
    """Give up the leases at once, so that another worker need not wait (orderly stop)."""
    Job.objects.filter(pk__in=list(held), worker=worker, state=Job.State.RUNNING).update(
        lease_until=Now() - Value(timedelta(seconds=1)),
        # an orderly stop is no lost worker: the next claim adds one, so take one off
        lost_workers=F("lost_workers") - 1,
    )


def waiting(limit: int = 200) -> list[int]:
    """Jobs whose worker is gone, and queued ones that nobody heard of."""
    unheard = Q(
        state=Job.State.QUEUED, published_at__lt=Now() - Value(timedelta(seconds=UNHEARD_S))
    )
    lost = Q(state=Job.State.RUNNING, lease_until__lt=Now())
    return list(
        # those of a batch with a pace wait for their turn, not for a worker
        Job.objects.filter((unheard & ~Q(batch__at_once__gt=0)) | lost)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def cancels(job_ids: list[int]) -> dict[int, str]:
    """Those of the running `job_ids` that somebody wants cancelled, and who."""
    return dict(
        Job.objects.filter(pk__in=job_ids, cancel_asked_at__isnull=False).values_list(
            "pk", "cancel_asked_by"
        )
    )
