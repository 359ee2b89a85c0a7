"""Ask for the same once more: a new job with the old one's parameters, authorised anew."""

from django.utils.translation import gettext as _

from hosts.access import Person
from hosts.actions import ACTIONS
from hosts.actions.action import Again
from hosts.models import Job
from hosts.refusals import Refusal


def can(job: Job) -> bool:
    """True when the job has ended and its parameters are all kept (secrets are not)."""
    return _again(job) is not None


def ask(person: Person, job: Job) -> Job:
    """The new job. NotVisible, Denied; Refusal when it cannot be asked for again."""
    again = _again(job)
    if again is None:
        raise Refusal(_("This job cannot be run again."))
    return again(person, job)


def _again(job: Job) -> Again | None:
    if job.endpoint_id is None or job.state in Job.OPEN or job.verb not in ACTIONS:
        return None
    return ACTIONS[job.verb].again
