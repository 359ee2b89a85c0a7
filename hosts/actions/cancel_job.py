"""Cancels a job: one's own, or another person's with job.cancel. The worker sees it within 1 s."""

from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import Person, get_job, require
from hosts.jobs.approvals import cancelled_words, end_unbegun
from hosts.models import Job

VERB = "job.cancel"


def ask(person: Person, job_id: int) -> Job:
    """Mark the job as cancelled. A job that has not started ends at once. NotVisible, Denied."""
    job = get_job(person, job_id)
    target = Target(kind="job", id=str(job.pk), name=str(job), host_name=job.host_name)
    if job.asked_by_id != person.user.pk:
        require(person, VERB, target, job.endpoint)
    with transaction.atomic():
        unbegun = Job.objects.filter(pk=job.pk, state__in=Job.NOT_BEGUN)
        if not end_unbegun(unbegun, words=cancelled_words(person.who.name)):
            now = timezone.now()
            Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, cancel_asked_at=None).update(
                cancel_asked_at=now, cancel_asked_by=person.who.name, changed_at=now
            )
        write.event(person.who, VERB, target)
        bells.ring("jobs", "audit", "access")
    job.refresh_from_db()
    return job
