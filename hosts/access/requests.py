"""Who sees which access requests, and who may decide on them."""

from django.db.models import Q, QuerySet

from accounts.grant_source import verbs_everywhere
from accounts.verbs import ACCESS_EDIT, ACCESS_VIEW
from hosts.access.grant_rows import role_verbs
from hosts.access.person import Person
from hosts.access.visible import allows
from hosts.models import AccessRequest

APPROVE = "access.approve"


def decides(person: Person) -> bool:
    """True for people who decide on other people's requests."""
    return allows(person, APPROVE) or allows(person, ACCESS_EDIT.name)


def may_decide(person: Person, request: AccessRequest) -> bool:
    """True unless it is their own request, or goes beyond what they hold everywhere."""
    return (
        decides(person)
        and request.asked_by_id != person.user.pk
        and role_verbs(request.role) <= verbs_everywhere(person.user)
    )


def visible_requests(person: Person) -> QuerySet[AccessRequest]:
    """The person's own requests. All requests for people who decide or who see access."""
    found = AccessRequest.objects.select_related(
        "role", "asked_by", "group", "host", "endpoint__host"
    )
    if decides(person) or allows(person, ACCESS_VIEW.name):
        return found
    return found.filter(asked_by=person.user.pk)


def requests_to_decide(person: Person) -> QuerySet[AccessRequest]:
    """Open requests that this person may decide on. Requests beyond their own rights are listed too, though
    they cannot approve them.
    """
    if not decides(person):
        return AccessRequest.objects.none()
    waiting = Q(state=AccessRequest.State.ASKED) & ~Q(asked_by=person.user.pk)
    return visible_requests(person).filter(waiting)
