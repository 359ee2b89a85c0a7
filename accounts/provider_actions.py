"""Signs in a person whom an OpenID provider names, and syncs the provider's groups.

Groups take back only what they gave. What was given by hand stays. The caller has verified the provider's
answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import epoch, invitations
from accounts.errors import EmailUnverified, LinkDead, NotInvited, RoleUnknown
from accounts.invitations import Kind
from accounts.models import Identity, Membership, OneTimeLink, Role, Team, User, tidy_email
from accounts.names import check_name, name_of
from accounts.permission import target_of
from accounts.verbs import ADMIN
from audit import params, write
from audit.shapes import Who

params.allow("people.identity", "provider", "issuer", "subject")
params.allow("people.provider_groups", "provider", "joined", "left", "unknown", "role")

# the limit of mail itself; a cut address would be another person's
MOST_EMAIL = 254


@dataclass(frozen=True)
class ProviderClaims:
    """What the provider says about the person. `groups` are the provider's names."""

    provider: str
    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str]


@dataclass(frozen=True)
class ProviderRules:
    """Who may join by a provider, and what its groups give. `join`: existing, invited, domain."""

    join: str
    domains: tuple[str, ...] = ()
    role: str = "member"
    teams: Mapping[str, Iterable[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


def come_in(who: Who, claims: ProviderClaims, rules: ProviderRules) -> User:
    """The person, with what their groups give. They may be disabled. EmailUnverified, NotInvited,
    RoleUnknown.
    """
    try:
        return _come_in(who, claims, rules)
    except (IntegrityError, LinkDead, NotInvited):
        # They were created in the same moment by another browser or by their invitation. NotInvited too:
        # the other request may have used the invitation up.
        return _come_in(who, claims, rules)


def _come_in(who: Who, claims: ProviderClaims, rules: ProviderRules) -> User:
    with transaction.atomic():
        identity = (
            Identity.objects.select_for_update()
            .filter(issuer=claims.issuer, subject=claims.subject)
            .first()
        )
        if identity is None:
            identity = _first_time(who, claims, rules)
        user = User.objects.get(pk=identity.user_id)
        identity.used_at = timezone.now()
        if user.is_active:
            _give_and_take(who, user, identity, claims, rules)
        identity.save(update_fields=["used_at", "role_given"])
    return User.objects.get(pk=user.pk)


def _first_time(who: Who, claims: ProviderClaims, rules: ProviderRules) -> Identity:
    """Link the provider's account to the person with that address, or create a person."""
    email = tidy_email(claims.email)
    if not claims.email_verified or not _is_address(email):
        raise EmailUnverified(email)
    user = User.objects.filter(email=email).first()
    if user is not None and user.kind != User.Kind.PERSON:
        # nobody signs in as a service account, whatever a provider says
        raise NotInvited(email)
    given = ""
    if user is None:
        role, link = _role_of_newcomer(email, rules)
        user = User.objects.create_user(
            email, name=_name(claims.name, email), role=role, password=None
        )
        given = "" if link else role.name
        joined: dict[str, Any] = {"email": email, "role": role.name}
        if link:
            joined |= invitations.apply_teams_and_grants(link, user, who)
        detail = f"invited by {link.made_by}" if link else f"by {claims.provider}"
        write.event(who, "people.accept", target_of(user), params=joined, detail=detail)
    linked = {"provider": claims.provider, "issuer": claims.issuer, "subject": claims.subject}
    write.event(who, "people.identity", target_of(user), params=linked)
    return Identity.objects.create(
        user=user,
        provider=claims.provider,
        issuer=claims.issuer,
        subject=claims.subject,
        role_given=given,
    )


def _name(given: str, email: str) -> str:
    """The provider's name, if it can be a person's name."""
    try:
        check_name(given)
    except ValidationError:
        return name_of(email)
    return given or name_of(email)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MOST_EMAIL


def _role_of_newcomer(email: str, rules: ProviderRules) -> tuple[Role, OneTimeLink | None]:
    """(role, invitation or None). NotInvited, RoleUnknown."""
    link = invitations.live().filter(kind=Kind.INVITE, email=email).first()
    if link is not None and not invitations.still_authorized(link):
        link = None
    if link is not None and link.role is not None and rules.join in ("invited", "domain"):
        invitations.use_up(link)
        return link.role, link
    if rules.join == "domain" and email.rpartition("@")[2] in rules.domains:
        role = Role.objects.filter(name=rules.role).first()
        if role is None:
            raise RoleUnknown(rules.role)
        return role, None
    raise NotInvited(email)


def _give_and_take(
    who: Who, user: User, identity: Identity, claims: ProviderClaims, rules: ProviderRules
) -> None:
    params: dict[str, Any] = {
        **_sync_teams(user, claims, rules),
        **_sync_role(user, identity, claims, rules),
    }
    if not params:
        return
    epoch.raise_epoch()
    params["provider"] = claims.provider
    write.event(who, "people.provider_groups", target_of(user), params=params)


def _sync_teams(user: User, claims: ProviderClaims, rules: ProviderRules) -> dict[str, Any]:
    wanted = {team for group in claims.groups for team in rules.teams.get(group, ())}
    known = {team.name: team for team in Team.objects.filter(name__in=wanted)}
    held = Membership.objects.filter(user=user).select_related("team")
    gone = [m for m in held if m.given_by == claims.provider and m.team.name not in wanted]
    fresh = sorted(known.keys() - {membership.team.name for membership in held})
    if not gone and not fresh:
        return {}
    for membership in gone:
        membership.delete()
    for name in fresh:
        Membership.objects.create(team=known[name], user=user, given_by=claims.provider)
    return {
        "joined": fresh,
        "left": sorted(membership.team.name for membership in gone),
        "unknown": sorted(wanted - known.keys()),
    }


def _sync_role(
    user: User, identity: Identity, claims: ProviderClaims, rules: ProviderRules
) -> dict[str, Any]:
    """The role of the first of `rules.roles` whose group they are in; by hand given ones stay."""
    if not rules.roles or user.role.name != identity.role_given:
        return {}
    name = next((role for group, role in rules.roles.items() if group in claims.groups), rules.role)
    if name == user.role.name:
        return {}
    # one at a time, as in accounts.actions, so that the last administrator stays
    Role.objects.select_for_update().get(name=ADMIN)
    user.refresh_from_db(fields=["role"])
    if user.role.name != identity.role_given:
        # the role was changed by hand meanwhile
        return {}
    admins = User.objects.filter(role__name=ADMIN, is_active=True, kind=User.Kind.PERSON)
    others = admins.exclude(pk=user.pk)
    role = Role.objects.filter(name=name).first()
    if role is None or (user.role.name == ADMIN and not others.exists()):
        return {}
    before, user.role = user.role.name, role
    user.save(update_fields=["role"])
    identity.role_given = role.name
    return {"before": {"role": before}, "after": {"role": role.name}}
