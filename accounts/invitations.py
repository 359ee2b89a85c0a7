"""One-time links: made, found, used up. A link's token exists only in its path, never at rest."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import epoch
from accounts.beyond import measure, reach
from accounts.errors import LinkDead
from accounts.models import Membership, OneTimeLink, Role, Team, User, tidy_email
from accounts.verbs import ACCESS_EDIT, ADMIN, PEOPLE_MANAGE
from audit import write
from audit.shapes import Target, Who

Kind = OneTimeLink.Kind
PATHS = {
    Kind.FIRST_ADMIN: "/welcome/{}/",
    Kind.INVITE: "/invite/{}/",
    Kind.RESET: "/reset/{}/",
}
LASTS = {
    Kind.FIRST_ADMIN: timedelta(hours=24),
    Kind.INVITE: timedelta(days=7),
    Kind.RESET: timedelta(hours=24),
}


class Grants(Protocol):
    """Whoever keeps the grants that invitations bring (hosts.actions.access.invited)."""

    def verbs_of(self, link: OneTimeLink) -> frozenset[str]:
        """Verbs that they give."""
        ...

    def give(self, link: OneTimeLink, user: User, who: Who) -> list[str]:
        """Give them to the person, who joins as `who`; words for the log."""
        ...

    def naming(self, role: Role) -> Q:
        """Condition on links that bring a grant of this role."""
        ...


_grants: list[Grants] = []


def register(grants: Grants) -> None:
    """Make grants known. Once, at start."""
    if grants not in _grants:
        _grants.append(grants)


def _hash(token: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    kind: OneTimeLink.Kind,
    *,
    made_by: str,
    maker: User | None = None,
    email: str = "",
    role: Role | None = None,
    user: User | None = None,
    teams: Iterable[Team] = (),
) -> str:
    """The path of a fresh link (`/invite/<token>/`). Earlier ones of this kind and address die."""
    token = secrets.token_urlsafe(32)
    email = tidy_email(email)
    with transaction.atomic():
        live().filter(kind=kind, email=email).update(withdrawn_at=timezone.now())
        link = OneTimeLink.objects.create(
            kind=kind,
            token_hash=_hash(token),
            email=email,
            role=role,
            user=user,
            made_by=made_by[:200],
            maker=maker if maker and maker.pk else None,
            expires_at=timezone.now() + LASTS[kind],
        )
        link.teams.set(teams)
    return PATHS[kind].format(token)


def live() -> QuerySet[OneTimeLink]:
    """Links that can still be used."""
    return (
        OneTimeLink.objects.select_related("role", "user__role", "maker__role")
        .filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        .filter(Q(user=None) | Q(user__is_active=True))
    )


def find(kind: OneTimeLink.Kind, token: str) -> OneTimeLink:
    """The live link of this kind with this token. LinkDead whatever else is the case."""
    link = live().filter(kind=kind, token_hash=_hash(token)).first()
    if link is None or (kind == Kind.FIRST_ADMIN and admin_exists()) or not stands(link):
        raise LinkDead
    return link


def stands(link: OneTimeLink) -> bool:
    """True while whoever made it could make it now: they may have kept it, and lost the right, or
    the person it is for may hold more than they do since.
    """
    maker = link.maker
    if maker is None:
        # of the console
        return True
    gives = reach(link.user) if link.user else frozenset[str]()
    gives |= link.role.verb_names() if link.role else frozenset()
    gives = gives.union(*(reach(team) for team in link.teams.all()))
    granted = frozenset[str]().union(*(one.verbs_of(link) for one in _grants))
    may = maker.has_verb(PEOPLE_MANAGE.name) and (not granted or maker.has_verb(ACCESS_EDIT.name))
    return may and gives | granted <= measure(maker)


def naming(role: Role) -> QuerySet[OneTimeLink]:
    """Live invitations that give this role, by itself or as a grant."""
    condition = Q(role=role)
    for one in _grants:
        condition |= one.naming(role)
    return live().filter(condition).distinct()


def use_up(link: OneTimeLink) -> None:
    """Mark the link as used, in the caller's transaction. LinkDead when somebody was faster."""
    used = OneTimeLink.objects.filter(
        pk=link.pk, used_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now())
    if not used:
        raise LinkDead


def bring_along(link: OneTimeLink, user: User, who: Who) -> dict[str, Any]:
    """Let the person of a used invitation into its teams and give its grants, as far as teams and
    groups still are. For the log: {"teams", "grants"}, what there is of them.
    """
    teams = list(link.teams.order_by("name"))
    for team in teams:
        Membership.objects.get_or_create(team=team, user=user)
    grants = [words for one in _grants for words in one.give(link, user, who)]
    if teams or grants:
        epoch.raise_epoch()
    brought = {"teams": [team.name for team in teams], "grants": grants}
    return {name: words for name, words in brought.items() if words}


def admin_exists() -> bool:
    """True when somebody can sign in as administrator."""
    return User.objects.filter(role__name=ADMIN, is_active=True, kind=User.Kind.PERSON).exists()


def first_admin_link() -> str | None:
    """Path of a fresh link that makes the first administrator; None when there is one already.

    Lasts 24 hours; a link given out earlier dies, so call it only where the path is shown.
    """
    if admin_exists():
        return None
    who = Who(name="Haulout", door="console")
    with transaction.atomic():
        path = make_link(Kind.FIRST_ADMIN, made_by=who.name)
        write.event(who, "people.first_link", Target(kind="link", name="first administrator"))
    return path
