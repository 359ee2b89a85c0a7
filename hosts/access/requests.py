"""Who sees which requests of access, and who may decide on them."""

from django.db.models import Q, QuerySet

from accounts.beyond import measure
from accounts.verbs import ACCESS_EDIT, ACCESS_VIEW
from hosts.access.given import role_verbs
from hosts.access.person import Person
from hosts.access.visible import allows
from hosts.models import AccessRequest

APPROVE = "access.approve"


def decides(person: Person) -> bool:
    """True for people who decide on requests of others."""
    return allows(person, APPROVE) or allows(person, ACCESS_EDIT.name)


def may_decide(person: Person, request: AccessRequest) -> bool:
    """Never one's own, and nothing that one does not hold oneself everywhere."""
    return (
        decides(person)
        and request.asked_by_id != person.user.pk
        and role_verbs(request.role) <= measure(person.user)
    )


def visible_requests(person: Person) -> QuerySet[AccessRequest]:
    """One's own; all of them for those who decide, and for those who see access."""
    found = AccessRequest.objects.select_related(
        "role", "asked_by", "group", "host", "endpoint__host"
    )
    if decides(person) or allows(person, ACCESS_VIEW.name):
        return found
    return found.filter(asked_by=person.user.pk)


def to_decide(person: Person) -> QuerySet[AccessRequest]:
    """Those that wait for somebody like this person. What goes beyond their own rights among them:
    they see it, and cannot approve it.
    """
    if not decides(person):
        return AccessRequest.objects.none()
    waiting = Q(state=AccessRequest.State.ASKED) & ~Q(asked_by=person.user.pk)
    return visible_requests(person).filter(waiting)
