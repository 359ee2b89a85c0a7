"""One-time links: made, found, used. The token stands only in the link's path, and its hash is stored."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import epoch
from accounts.errors import LinkDead
from accounts.grant_source import verbs_anywhere, verbs_everywhere
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


class InvitationGrants(Protocol):
    """Where the grants of invitations are kept (hosts.actions.access.invitation_grants)."""

    def verbs_of(self, link: OneTimeLink) -> frozenset[str]:
        """Verbs that the link's grants give."""
        ...

    def give(self, link: OneTimeLink, user: User, who: Who) -> list[str]:
        """Give the link's grants to the person, who joins as `who`. Returns words for the log."""
        ...

    def links_with_role(self, role: Role) -> Q:
        """Condition on links with a grant of this role."""
        ...


_grants: list[InvitationGrants] = []


def register(grants: InvitationGrants) -> None:
    """Add a source of invitation grants. Called once at start."""
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
    """The path of a new link (`/invite/<token>/`). Earlier links of this kind and address are withdrawn."""
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
    """The live link of this kind with this token. LinkDead otherwise."""
    link = live().filter(kind=kind, token_hash=_hash(token)).first()
    if link is None or (kind == Kind.FIRST_ADMIN and admin_exists()) or not still_authorized(link):
        raise LinkDead
    return link


def still_authorized(link: OneTimeLink) -> bool:
    """True while the link's maker could still make it. They may have lost the right since, or the person
    may hold more by now.
    """
    maker = link.maker
    if maker is None:
        # made at the console
        return True
    gives = verbs_anywhere(link.user) if link.user else frozenset[str]()
    gives |= link.role.verb_names() if link.role else frozenset()
    gives = gives.union(*(verbs_anywhere(team) for team in link.teams.all()))
    granted = frozenset[str]().union(*(one.verbs_of(link) for one in _grants))
    may = maker.has_verb(PEOPLE_MANAGE.name) and (not granted or maker.has_verb(ACCESS_EDIT.name))
    return may and gives | granted <= verbs_everywhere(maker)


def invitations_with_role(role: Role) -> QuerySet[OneTimeLink]:
    """Live invitations that give this role, as own role or by a grant."""
    condition = Q(role=role)
    for one in _grants:
        condition |= one.links_with_role(role)
    return live().filter(condition).distinct()


def use_up(link: OneTimeLink) -> None:
    """Mark the link as used, in the caller's transaction. LinkDead if it was used meanwhile."""
    used = OneTimeLink.objects.filter(
        pk=link.pk, used_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now())
    if not used:
        raise LinkDead


def apply_teams_and_grants(link: OneTimeLink, user: User, who: Who) -> dict[str, Any]:
    """Add the person to the invitation's teams and give its grants, as far as they exist. Returns {"teams",
    "grants"} for the log, without empty ones.
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
    """The path of a new link that creates the first administrator. None if there is one. It lasts 24 hours.
    An earlier link is withdrawn, so call it only where the path is shown.
    """
    if admin_exists():
        return None
    who = Who(name="Haulout", door="console")
    with transaction.atomic():
        path = make_link(Kind.FIRST_ADMIN, made_by=who.name)
        write.event(who, "people.first_link", Target(kind="link", name="first administrator"))
    return path
