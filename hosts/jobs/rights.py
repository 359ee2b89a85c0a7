"""Whether whoever asked for a job still has the right to it: it may have waited since."""

from django.db import close_old_connections
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.models import User
from accounts.verbs import is_registered
from audit.shapes import Who
from hosts.access import Person, still_allows
from hosts.access.token_scope import scope_of
from hosts.jobs.approvals import end_unbegun
from hosts.models import Container, Job


def may(job: Job, verb: str) -> bool:
    """Whether they may do this at the job's endpoint."""
    close_old_connections()
    asker = User.objects.filter(pk=job.asked_by_id or 0).first()
    return _may(job, verb, asker, _container(job))


def person_of(job: Job, asker: User) -> Person | None:
    """The asker with the rights of the token that they came with. None: the token is dead."""
    who = Who(**job.who)
    if not who.token:
        return Person(asker, who)
    token = tokens.find_by_label(who.token)
    if token is None or token.user_id != asker.pk or tokens.why_dead(token):
        return None
    return Person(asker, who, scope_of(token))


def words(job: Job) -> str:
    """Why the job was not done."""
    return _("%s no longer has the right to do this.") % job.asked_by_name


def end_unpermitted() -> int:
    """End every job that has not begun and whose right is gone, as denied. How many."""
    # a job without a host, or of a verb that only a newer version knows, is told so by its worker
    waiting = Job.objects.filter(state__in=Job.NOT_BEGUN)
    jobs = list(waiting.filter(endpoint__isnull=False).select_related("endpoint__host"))
    askers = User.objects.in_bulk({job.asked_by_id for job in jobs if job.asked_by_id})
    return sum(
        end_unbegun(waiting.filter(pk=job.pk), state=Job.State.DENIED, words=words(job))
        for job in jobs
        if is_registered(job.verb) and not _may(job, job.verb, askers.get(job.asked_by_id or 0))
    )


def _may(job: Job, verb: str, asker: User | None, container: Container | None = None) -> bool:
    if job.who.get("door") == "console":
        return True
    if asker is None or job.endpoint is None:
        return False
    person = person_of(job, asker)
    return person is not None and still_allows(person, verb, job.endpoint, job.grant_id, container)


def _container(job: Job) -> Container | None:
    """The container that a narrowed grant allowed, under its present name.

    None once a try has begun: the try itself may have renamed the container.
    """
    if job.grant_id is None or job.object_kind != "container" or job.step == "act":
        return None
    return Container.objects.filter(endpoint=job.endpoint, podman_id=job.object_id).first()
