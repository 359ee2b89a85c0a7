"""Batches with a pace: so many jobs at once, and no further one after a failure.

A claim locks the batch's row, so that workers do not count past each other.
"""

from collections.abc import Callable, Collection
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from hosts.jobs.approvals import end_unbegun
from hosts.models import Batch, Job

MOST_AT_ONCE: Final = 100
# the most of one batch at once; the others follow
_MOST_NEXT: Final = 200
# `paced` also bounds a batch that stops at a failure
_PACED = Q(at_once__gt=0)


def with_pace(
    ask: Callable[[], Batch], *, at_once: int = 0, stop_on_failure: bool = False
) -> Batch:
    """The batch that `ask` makes, with its pace before any worker hears of it. 0: no bound.

    A stop at the first failure needs a bound: without one, it is one job at a time.
    """
    at_once = min(max(at_once, 0), MOST_AT_ONCE)
    if stop_on_failure and not at_once:
        at_once = 1
    with transaction.atomic():
        batch = ask()
        if at_once:
            batch.at_once, batch.stop_on_failure = at_once, stop_on_failure
            batch.save(update_fields=["at_once", "stop_on_failure"])
    return batch


def room_for(job_ids: list[int]) -> list[int]:
    """Those of `job_ids` that may begin now. In the transaction that claims them."""
    found: list[int] = []
    of = dict(Job.objects.filter(pk__in=job_ids).values_list("pk", "batch_id"))
    batches = Batch.objects.select_for_update().filter(_PACED, pk__in=set(of.values()) - {None})
    left = {batch.pk: _room(batch) for batch in batches.order_by("pk")}
    running = set(
        Job.objects.filter(pk__in=job_ids, state=Job.State.RUNNING).values_list("pk", flat=True)
    )
    for pk in sorted(job_ids):
        batch = of.get(pk)
        # a job whose worker was lost has begun: it keeps its place
        if batch not in left or pk in running:
            found.append(pk)
        elif left[batch] > 0:
            left[batch] -= 1
            found.append(pk)
    return found


def _room(batch: Batch) -> int:
    if batch.stop_on_failure and batch.jobs.filter(state__in=Job.TROUBLE).exists():
        return 0
    return int(batch.at_once - batch.jobs.filter(state=Job.State.RUNNING).count())


def next_ids(queues: Collection[str]) -> list[int]:
    """Queued jobs of these queues whose batch has a pace and room, oldest first."""
    found: list[int] = []
    queued = Q(jobs__state=Job.State.QUEUED)
    running = Count("jobs", filter=Q(jobs__state=Job.State.RUNNING))
    open_ones = Batch.objects.filter(_PACED, queued).distinct().values("pk")
    batches = Batch.objects.filter(pk__in=open_ones).annotate(running=running)
    for batch in batches.filter(running__lt=F("at_once")):
        jobs = batch.jobs.filter(state=Job.State.QUEUED, queue__in=queues).order_by("pk")
        found += jobs.values_list("pk", flat=True)[: batch.at_once - batch.running]
    return found[:_MOST_NEXT]


def end_rest() -> int:
    """Cancel the jobs that have not begun, in batches that stop at a failure and had one. How many."""
    ended = 0
    waiting = Job.objects.filter(state__in=Job.NOT_BEGUN, batch__isnull=False)
    stopped = Batch.objects.filter(_PACED, stop_on_failure=True, pk__in=waiting.values("batch_id"))
    for batch in stopped:
        failed = batch.jobs.filter(state__in=Job.TROUBLE).order_by("finished_at", "pk").first()
        if failed is None:
            continue
        words = _(
            "Not begun: %(name)s on %(host)s failed before, and the batch stops at a failure."
        ) % {
            "name": failed.object_name,
            "host": failed.endpoint_name,
        }
        ended += end_unbegun(batch.jobs.filter(state__in=Job.NOT_BEGUN), words=words)
    return ended
