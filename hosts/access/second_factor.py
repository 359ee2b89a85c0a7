"""Who must set up a second factor before anything else. Every door asks.

A role may require one (Role.second_factor), held by oneself, by a grant or by a team's grant. People who
only sign in by providers with `second_factor = "provider"` have it there.
"""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.factors import FACTORS
from accounts.models import Identity, Role, User
from accounts.providers import ProviderFileError, providers
from hosts.access.grant_rows import in_force
from hosts.models import Grant


def factor_required(user_ids: Iterable[int]) -> QuerySet[User]:
    """Those of these people who have a role that requires one. One query if no role does. Never service
    accounts, since nobody signs in as one.
    """
    asking = list(Role.objects.filter(second_factor=True).values_list("pk", flat=True))
    if not asking:
        return User.objects.none()
    people = User.objects.select_related(None).filter(kind=User.Kind.PERSON)
    live = in_force(Grant.objects.filter(role__in=asking))
    to_them = live.filter(Q(user=OuterRef("pk")) | Q(team__memberships__user=OuterRef("pk")))
    found = people.filter(pk__in=list(user_ids))
    return found.filter(Q(role__in=asking) | Exists(to_them))


def users_lacking_factor(user_ids: Iterable[int]) -> set[int]:
    """Those of these people who need a second factor and have none."""
    asked = factor_required(user_ids)
    if asked.query.is_empty():
        # every request asks this, and what follows takes milliseconds to write as SQL
        return set()
    having = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    known = Identity.objects.filter(user=OuterRef("pk"))
    # a provider without a second factor would be a way around those with one
    asking_there = Q(provider__in=_asking_themselves())
    at_theirs, elsewhere = known.filter(asking_there), known.exclude(asking_there)
    found = asked.exclude(Exists(having))
    without_password = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    found = found.exclude(without_password & Exists(at_theirs) & ~Exists(elsewhere))
    return set(found.values_list("pk", flat=True))


def _asking_themselves() -> list[str]:
    try:
        return [one.id for one in providers() if one.second_factor == "provider"]
    except ProviderFileError:
        return []


def lacks_factor(user: User) -> bool:
    """True when `user` can only set up a second factor or sign out."""
    return user.pk in users_lacking_factor([user.pk])
