"""Who sees which approvals, and who may decide on them: never whoever asked (four eyes)."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Role, Token, User
from audit.shapes import Who
from hosts.access.explain import everybody, sees
from hosts.access.person import Person
from hosts.access.visible import allows, endpoints_with, visible_endpoints
from hosts.models import Approval, Endpoint

APPROVE = "guardrail.approve"


def approves(person: Person) -> bool:
    """True for people who decide anywhere."""
    return allows(person, APPROVE)


def may_decide(person: Person, approval: Approval) -> bool:
    """Where they hold the verb, and never on what they asked for themselves, by whatever door. A
    second person is a person: no token decides, and nobody for a service account with a token of theirs.
    """
    job = approval.job
    return (
        job.endpoint is not None
        and not same_person(person, approval)
        and allows(person, APPROVE, job.endpoint)
    )


def same_person(person: Person, approval: Approval) -> bool:
    """True where whoever decides may be whoever asked."""
    asker = approval.job.asked_by_id
    if asker == person.user.pk or person.scope is not None or person.who.token:
        return True
    if person.user.kind == User.Kind.SERVICE:
        return True
    return _token_makers(asker).has(person.user)


@dataclass(frozen=True, slots=True)
class _Makers:
    """People by their number, since anybody may call themselves otherwise; by name where no more is
    known.
    """

    ids: set[int]
    names: set[str]

    def has(self, user: User) -> bool:
        """True when this person made one of them."""
        return user.pk in self.ids or str(user) in self.names


def _token_makers(asker: int | None) -> _Makers:
    """Who made a token of the asker, where that is a service account."""
    made = Token.objects.filter(user=asker, user__kind=User.Kind.SERVICE)
    told = list(made.values_list("maker", "made_by"))
    return _Makers({pk for pk, _name in told if pk}, {name for pk, name in told if not pk})


def deciders(endpoint: Endpoint, asker: User) -> list[User]:
    """People who may say yes to what `asker` asks for at `endpoint`, by name: as `may_decide`."""
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
    """Those of one's own jobs, and those at places where one decides. Their texts, up to 200 kB each,
    are read when asked for.
    """
    found = Approval.objects.select_related("job__endpoint__host", "job__batch").defer("text")
    mine = Q(job__asked_by=person.user.pk)
    if person.scope is not None and person.scope.endpoints is not None:
        mine &= Q(job__endpoint__in=sorted(person.scope.endpoints))
    there = Q(job__endpoint__in=visible_endpoints(person))
    endpoints = endpoints_with(person, APPROVE)
    if endpoints is not None:
        there &= Q(job__endpoint__in=sorted(endpoints))
    return found.filter(mine | there)


def approvals_to_decide(person: Person) -> QuerySet[Approval]:
    """Those that wait for somebody like this person."""
    if not approves(person):
        return Approval.objects.none()
    waiting = Q(state=Approval.State.ASKED) & ~Q(job__asked_by=person.user.pk)
    endpoints = endpoints_with(person, APPROVE)
    if endpoints is not None:
        waiting &= Q(job__endpoint__in=sorted(endpoints))
    return visible_approvals(person).filter(waiting)
