"""Whoever asked for a job, as they are now: it may have waited for its turn since."""

from django.db import close_old_connections

from accounts.models import User
from audit.shapes import Who
from hosts.access import Person, still_allows
from hosts.models import Job


def may(job: Job, verb: str) -> bool:
    """Whether they may do this at the job's endpoint."""
    if job.who.get("door") == "console":
        return True
    close_old_connections()
    asker = User.objects.filter(pk=job.asked_by_id or 0).first()
    if asker is None or job.endpoint is None:
        return False
    return still_allows(Person(asker, Who(**job.who)), verb, job.endpoint, job.grant_id)
