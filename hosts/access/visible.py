"""What a person sees. The same rule serves lists, pages, streams, jobs and actions.

For now a role counts for the whole site; grants per group widen `allows` and `visible_endpoints`.
"""

from django.db.models import Q, QuerySet

from hosts.access.person import Person
from hosts.models import Endpoint, Host, Job


def allows(person: Person, verb: str, endpoint: Endpoint | None = None) -> bool:
    """True when `person` may do `verb` (on `endpoint`, where it concerns one)."""
    return person.user.is_active and person.user.has_verb(verb)


def visible_endpoints(person: Person) -> QuerySet[Endpoint]:
    """Endpoints whose objects this person sees."""
    if not allows(person, "host.view"):
        return Endpoint.objects.none()
    return Endpoint.objects.filter(enabled=True, host__enabled=True)


def visible_hosts(person: Person) -> QuerySet[Host]:
    """Hosts that this person sees, disabled ones too."""
    if not allows(person, "host.view"):
        return Host.objects.none()
    return Host.objects.all()


def visible_jobs(person: Person) -> QuerySet[Job]:
    """Jobs on visible endpoints, and one's own."""
    if not allows(person, "job.view"):
        return Job.objects.filter(asked_by=person.user)
    return Job.objects.filter(
        Q(asked_by=person.user) | Q(endpoint=None) | Q(endpoint__in=visible_endpoints(person))
    )
