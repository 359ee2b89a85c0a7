"""Who sees which approvals, and who may decide on them. Nobody decides on their own request."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Role, Token, User
from audit.shapes import Who
from hosts.access.explain import everybody, sees
from hosts.access.person import Person
from hosts.access.visible import allows, endpoints_with, visible_endpoints
from hosts.models import Approval, Endpoint

APPROVE = "guardrail.approve"


def may_approve_somewhere(person: Person) -> bool:
    """True for people who may approve on at least one endpoint."""
    return allows(person, APPROVE)


def may_decide(person: Person, approval: Approval) -> bool:
    """True where the person holds the verb and did not ask for the job. A token never decides. A service
    account never decides either, and nobody decides for one whose token they made.
    """
    job = approval.job
    return (
        job.endpoint is not None
        and not may_be_asker(person, approval)
        and allows(person, APPROVE, job.endpoint)
    )


def may_be_asker(person: Person, approval: Approval) -> bool:
    """True where the person who decides may be the one who asked."""
    asker = approval.job.asked_by_id
    if asker == person.user.pk or person.scope is not None or person.who.token:
        return True
    if person.user.kind == User.Kind.SERVICE:
        return True
    return _token_makers(asker).has(person.user)


@dataclass(frozen=True, slots=True)
class _Makers:
    """People who made a token, by id since names can change. Where no id was kept, by name."""

    ids: set[int]
    names: set[str]

    def has(self, user: User) -> bool:
        """True when this person made one of the tokens."""
        return user.pk in self.ids or str(user) in self.names


def _token_makers(asker: int | None) -> _Makers:
    """Who made the tokens of the asker, if that is a service account."""
    made = Token.objects.filter(user=asker, user__kind=User.Kind.SERVICE)
    makers = list(made.values_list("maker", "made_by"))
    return _Makers({pk for pk, _name in makers if pk}, {name for pk, name in makers if not pk})


def deciders(endpoint: Endpoint, asker: User) -> list[User]:
    """People who may approve what `asker` asks for at `endpoint`, by name. The rules are those of
    `may_decide`.
    """
    roles = [role.pk for role in Role.objects.all() if APPROVE in role.verb_names()]
    held = (
        Q(role__in=roles) | Q(grants__role__in=roles) | Q(memberships__team__grants__role__in=roles)
    )
    people = User.objects.filter(held, is_active=True, kind=User.Kind.PERSON)
    makers = _token_makers(asker.pk)
    found = []
    for user in everybody(people.exclude(pk=asker.pk).distinct().order_by("name", "pk")):
        person = Person(user, Who(name=str(user)))
        if not makers.has(user) and allows(person, APPROVE, endpoint) and sees(person, endpoint):
            found.append(user)
    return found


def visible_approvals(person: Person) -> QuerySet[Approval]:
    """Approvals of the person's own jobs, and those where they may approve. The texts have up to 200 kB
    each, so they are deferred.
    """
    found = Approval.objects.select_related("job__endpoint__host", "job__batch").defer("text")
    mine = Q(job__asked_by=person.user.pk)
    if person.scope is not None and person.scope.endpoints is not None:
        mine &= Q(job__endpoint__in=sorted(person.scope.endpoints))
    visible = Q(job__endpoint__in=visible_endpoints(person))
    endpoints = endpoints_with(person, APPROVE)
    if endpoints is not None:
        visible &= Q(job__endpoint__in=sorted(endpoints))
    return found.filter(mine | visible)


def approvals_to_decide(person: Person) -> QuerySet[Approval]:
    """Open approvals that this person may decide on."""
    if not may_approve_somewhere(person):
        return Approval.objects.none()
    waiting = Q(state=Approval.State.ASKED) & ~Q(job__asked_by=person.user.pk)
    endpoints = endpoints_with(person, APPROVE)
    if endpoints is not None:
        waiting &= Q(job__endpoint__in=sorted(endpoints))
    return visible_approvals(person).filter(waiting)
