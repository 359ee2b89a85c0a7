"""Whoever asked for a job, as they are now: it may have waited for its turn since."""

from django.db import close_old_connections

from accounts import tokens
from accounts.models import User
from audit.shapes import Who
from hosts.access import Person, still_allows
from hosts.access.token_scope import scope_of
from hosts.models import Container, Job


def may(job: Job, verb: str) -> bool:
    """Whether they may do this at the job's endpoint."""
    if job.who.get("door") == "console":
        return True
    close_old_connections()
    asker = User.objects.filter(pk=job.asked_by_id or 0).first()
    if asker is None or job.endpoint is None:
        return False
    person = person_of(job, asker)
    return person is not None and still_allows(
        person, verb, job.endpoint, job.grant_id, _thing(job)
    )


def person_of(job: Job, asker: User) -> Person | None:
    """The asker as they came: what was asked by a token may no more than that, and not once it is dead."""
    who = Who(**job.who)
    if not who.token:
        return Person(asker, who)
    token = tokens.named(who.token)
    if token is None or token.user_id != asker.pk or tokens.why_dead(token):
        return None
    return Person(asker, who, scope_of(token))


def _thing(job: Job) -> Container | None:
    """The container that a narrowed grant allowed, as it is called now; None once a try has begun,
    which may itself have given it another name.
    """
    if job.grant_id is None or job.object_kind != "container" or job.step == "act":
        return None
    return Container.objects.filter(endpoint=job.endpoint, podman_id=job.object_id).first()
