"""Repeat a job: a new one with the same parameters, authorised again."""

from django.utils.translation import gettext as _

from hosts.access import Person
from hosts.actions import ACTIONS
from hosts.actions.action import Again
from hosts.models import Job
from hosts.refusals import Refusal


def can(job: Job) -> bool:
    """True when the job has ended and all its parameters are kept. Secrets are not."""
    return _repeat(job) is not None


def ask(person: Person, job: Job) -> Job:
    """The new job. Raises NotVisible, Denied, or Refusal when the job cannot be repeated."""
    again = _repeat(job)
    if again is None:
        raise Refusal(_("This job cannot be run again."))
    return again(person, job)


def _repeat(job: Job) -> Again | None:
    if job.by_client or job.endpoint_id is None or job.state in Job.OPEN:
        return None
    if job.verb not in ACTIONS:
        return None
    return ACTIONS[job.verb].again
