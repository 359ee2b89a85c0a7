"""People, teams and roles, as lists and forms of several rooms name and choose them."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.factors import FACTORS
from accounts.models import Role, Team, User
from accounts.verbs import ACCESS_EDIT
from dashboard.live.tokens import matching
from hosts.access import Person

SUGGESTIONS = 12
MOST_NAMED = 3
# nobody who works here stays away for so long
AWAY = timedelta(days=90)


def team_names(person: Person, typed: str) -> list[str]:
    """Names of teams that begin as typed."""
    return list(
        Team.objects.filter(name__istartswith=typed).values_list("name", flat=True)[:SUGGESTIONS]
    )


def role_names(person: Person, typed: str) -> list[str]:
    """Names of roles that begin as typed."""
    return list(
        Role.objects.filter(name__istartswith=typed).values_list("name", flat=True)[:SUGGESTIONS]
    )


def people_like(value: str) -> QuerySet[User]:
    """People by their whole name or address; with * by its beginning."""
    return User.objects.filter(matching("name", value) | matching("email", value)).order_by()


def addresses(person: Person, typed: str) -> list[str]:
    """Addresses of people whose name or address begins as typed."""
    found = User.objects.filter(Q(email__istartswith=typed) | Q(name__istartswith=typed))
    return list(found.values_list("email", flat=True)[:SUGGESTIONS])


def without_factor() -> Q:
    """People whom nothing but their password is asked for when they sign in."""
    having = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return Q(is_active=True, kind=User.Kind.PERSON) & ~Q(Exists(having))


def long_away() -> Q:
    """Active people who were not here for three months, of which they have had an account."""
    before = timezone.now() - AWAY
    seen = Q(last_login=None) | Q(last_login__lt=before)
    return Q(is_active=True, kind=User.Kind.PERSON, made_at__lt=before) & seen


def managers(*, besides: User) -> list[str]:
    """Names of the first few others who manage access: whom somebody without any may ask."""
    roles = [role.pk for role in Role.objects.all() if ACCESS_EDIT.name in role.verb_names()]
    people = (
        User.objects.filter(is_active=True, role__in=roles)
        .exclude(pk=besides.pk)
        .order_by("name", "pk")
    )
    return [str(user) for user in people[:MOST_NAMED]]


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Roles with what they permit."""

    def label_from_instance(self, obj: Role) -> str:
        """The role's name and one line about it."""
        return f"{obj.label}: {obj.describes}" if obj.describes else obj.label
