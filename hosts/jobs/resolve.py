"""Jobs that ended `unknown`: once their host answers again, their true end is written down."""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import write
from audit.shapes import AlreadySettled, Result
from hosts import bells
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.models.hosts import State

log = logging.getLogger(__name__)

# after this time nobody can tell whose effect a change is
WITHIN = timedelta(days=1)


def unresolved(queues: Collection[str], limit: int = 50) -> list[Job]:
    """Unknown jobs of these queues without a resolution, on endpoints that are up."""
    return list(
        Job.objects.filter(
            state=Job.State.UNKNOWN,
            queue__in=queues,
            finished_at__gt=timezone.now() - WITHIN,
            endpoint__state__in=(State.UP, State.DEGRADED),
        )
        .exclude(result__has_key="resolved")
        .select_related("endpoint__host", "endpoint__login")[:limit]
    )


_RESULTS = {Settlement.DONE: Result.OK, Settlement.AGAIN: Result.FAILED}


def words_for(settled: Settlement) -> str:
    """What was found on a host that answers again."""
    if settled is Settlement.UNKNOWN:
        return _("Checked on the host: the result is unknown.")
    if settled is Settlement.DONE:
        return _("Checked on the host: it was done.")
    return _("Checked on the host: it was not done.")


def write_resolution(job: Job, settled: Settlement) -> None:
    """Write the resolution's entry and a note in the job's row, once; a second call does nothing."""
    words, result = words_for(settled), _RESULTS.get(settled)
    with transaction.atomic():
        note = {**job.result, "resolved": settled.value, "words": words}
        Job.objects.filter(pk=job.pk, state=Job.State.UNKNOWN).update(
            result=note, changed_at=timezone.now()
        )
        if result is not None:
            try:
                write.resolution(job.intent, result, detail=words)
            except AlreadySettled:
                log.info("job %s is resolved already", job.pk)
        bells.ring("jobs", "audit", "failures")


def resolution_words(job: Job) -> str:
    """What was found out about a job of unknown end; "" where nobody could look yet."""
    return str(job.result["words"]) if "resolved" in job.result else ""
