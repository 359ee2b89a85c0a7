"""Jobs that have not begun when the right behind them is withdrawn: they end at once, denied."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.verbs import is_registered
from audit import write
from audit.shapes import Result
from hosts import bells
from hosts.access import still_allows
from hosts.jobs.asker import person_of
from hosts.models import Job


def words(job: Job) -> str:
    """Why the job was not done."""
    return _("%s may no longer do this.") % job.asked_by_name


def still_permitted(job: Job, asker: User | None) -> bool:
    """True while whoever asked may have it done. `asker`: as the database knows them now."""
    if job.who.get("door") == "console":
        return True
    if asker is None or job.endpoint is None:
        return False
    person = person_of(job, asker)
    return person is not None and still_allows(person, job.verb, job.endpoint, job.grant_id)


def end_queued() -> int:
    """End every job that waits and whose right is gone, with its outcome. How many."""
    ended = 0
    for job in _not_permitted(Job.objects.filter(state__in=Job.NOT_BEGUN)):
        now = timezone.now()
        with transaction.atomic():
            won = Job.objects.filter(pk=job.pk, state__in=Job.NOT_BEGUN).update(
                state=Job.State.DENIED,
                error=words(job),
                finished_at=now,
                changed_at=now,
                sealed_params=None,
            )
            if won:
                job.approvals.filter(state="asked").update(state="withdrawn")
                write.outcome(job.intent, Result.DENIED, detail=words(job))
                bells.ring("jobs", "audit")
                ended += 1
    return ended


def _not_permitted(jobs: QuerySet[Job]) -> list[Job]:
    # one whose host was removed, or whose verb only a newer version knows, is told so when it comes to it
    listed = list(jobs.filter(endpoint__isnull=False).select_related("endpoint__host"))
    askers = User.objects.in_bulk({job.asked_by_id for job in listed if job.asked_by_id})
    return [
        job
        for job in listed
        if is_registered(job.verb) and not still_permitted(job, askers.get(job.asked_by_id or 0))
    ]
