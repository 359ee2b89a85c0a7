"""All changes to API tokens and service accounts. As in accounts.actions.

One makes tokens for oneself; for a service account, whoever may manage it does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import epoch, tokens
from accounts.at_once import unless_taken
from accounts.models import Role, Token, User
from accounts.names import check_name
from accounts.permission import require_manage, target_of
from accounts.verbs import is_registered
from audit import params, write
from audit.shapes import Target, Who

MAKE, REVOKE, USE, SERVICE = "token.make", "token.revoke", "token.use", "people.service"
LONGEST = timedelta(days=365)
TOUCH = timedelta(minutes=1)
# of the addresses that a token was used from
KEPT_ADDRESSES = 20
MOST_TOKENS = 50
# nobody receives mail there (RFC 2606), and no provider vouches for it
SERVICE_DOMAIN = "service.invalid"
_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")

params.allow(MAKE, "owner", "everywhere", "read_only", "until", "reach", "verbs")


@dataclass(frozen=True)
class Wanted:
    """What a new token shall be. `groups`, `hosts`: names by id; neither: everywhere."""

    name: str
    expires_at: datetime
    reach: str = Token.Reach.ALL
    role: Role | None = None
    verbs: tuple[str, ...] = ()
    read_only: bool = False
    everywhere: bool = True
    groups: Mapping[int, str] = field(default_factory=dict)
    hosts: Mapping[int, str] = field(default_factory=dict)


def target_of_token(token: Token) -> Target:
    """The audit log's words for a token."""
    return Target(kind="token", id=token.pk or "", name=str(token))


def make(by: User, who: Who, wanted: Wanted, *, user: User) -> tuple[Token, str]:
    """(the token, what its holder sends). The second is told this once. ValidationError, NotPermitted."""
    _require(by, who, user, Target(kind="token", name=wanted.name[:60]))
    name = _checked(wanted, user)
    secret = tokens.fresh()
    with unless_taken(ValidationError({"name": [_name_taken()]})):
        token = Token.objects.create(
            user=user,
            name=name,
            prefix=tokens.public_part(secret),
            digest=tokens.digest_of(secret),
            reach=wanted.reach,
            role=wanted.role if wanted.reach == Token.Reach.ROLE else None,
            verbs=sorted(set(wanted.verbs)) if wanted.reach == Token.Reach.VERBS else [],
            read_only=wanted.read_only,
            everywhere=wanted.everywhere,
            groups=[] if wanted.everywhere else sorted(wanted.groups),
            hosts=[] if wanted.everywhere else sorted(wanted.hosts),
            made_by=who.name[:200],
            maker=by if by.pk else None,
            expires_at=wanted.expires_at,
        )
        told: dict[str, Any] = {
            "owner": user.email,
            "reach": token.reach,
            "role": token.role.name if token.role else None,
            "verbs": token.verbs,
            "read_only": token.read_only,
            "everywhere": token.everywhere,
            "groups": [] if token.everywhere else sorted(wanted.groups.values()),
            "hosts": [] if token.everywhere else sorted(wanted.hosts.values()),
            "until": token.expires_at.isoformat(),
        }
        write.event(who, MAKE, target_of_token(token), params=told)
    return token, secret


def revoke(by: User, who: Who, *, token: Token) -> None:
    """It is dead at once and for good. Twice is once. NotPermitted."""
    target = target_of_token(token)
    if token.user_id != by.pk:
        require_manage(by, who, target=target, role=token.user.role, over=token.user)
    with transaction.atomic():
        now = timezone.now()
        live = Token.objects.filter(pk=token.pk, revoked_at=None)
        if live.update(revoked_at=now, revoked_by=who.name[:200]):
            epoch.raise_epoch()
            write.event(who, REVOKE, target, params={"owner": token.user.email})


def revoke_all(who: Who, *, user: User) -> int:
    """All of one's own die. How many there were."""
    found = list(Token.objects.filter(tokens.in_force(), user=user).select_related("user__role"))
    with transaction.atomic():
        for token in found:
            revoke(user, who, token=token)
    return len(found)


def used(token: Token, who: Who) -> bool:
    """Note that it was used, at most once a minute; the first use from an address gets an entry.
    True when it was noted.
    """
    now = timezone.now()
    address = who.address[:64]
    strange = address not in token.addresses
    if not strange and token.used_at and now - token.used_at < TOUCH and address == token.used_from:
        return False
    with transaction.atomic():
        found = Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
        found.used_at, found.used_from = now, address
        strange = address not in found.addresses
        if strange:
            found.addresses = [*found.addresses, address][-KEPT_ADDRESSES:]
        found.save(update_fields=["used_at", "used_from", "addresses"])
        if strange:
            detail = f"first use from {address}"
            write.event(who, USE, target_of_token(token), detail=detail)
    return True


def refused(who: Who, token: Token | None, why: str) -> None:
    """A token that was not taken: unknown, or dead. Equal ones within a minute are counted."""
    target = target_of_token(token) if token else Target(kind="token")
    named = replace(who, name=str(token.user), user_id=token.user_id) if token else who
    write.refusal(named, USE, target, reason=why)


def make_service(by: User, who: Who, *, name: str, words: str, role: Role) -> User:
    """An account for programs: nobody signs in as it. ValidationError, NotPermitted."""
    name = name.strip()
    target = Target(kind="user", name=name[:60])
    require_manage(by, who, target=target, role=role)
    if not _SERVICE_NAME.fullmatch(name):
        rule = _("Small letters, digits and “-”, at most 50, beginning with a letter or digit.")
        raise ValidationError({"name": [rule]})
    for field_name, text in (("name", name), ("words", words.strip())):
        try:
            check_name(text)
        except ValidationError as unfit:
            raise ValidationError({field_name: unfit.messages}) from unfit
    email = f"{name}@{SERVICE_DOMAIN}"
    taken = ValidationError({"name": [_("There is a service account of this name already.")]})
    if User.objects.filter(email=email).exists():
        raise taken
    with unless_taken(taken):
        user = User(email=email, name=words.strip()[:100] or name, role=role)
        user.kind = User.Kind.SERVICE
        user.set_unusable_password()
        user.save()
        write.event(who, SERVICE, target_of(user), params={"role": role.name, "email": email})
    return user


def _require(by: User, who: Who, user: User, target: Target) -> None:
    """Oneself, or a service account that one may manage: never another person."""
    if user.pk == by.pk and user.kind == User.Kind.PERSON and user.is_active:
        return
    require_manage(by, who, target=target, role=user.role, over=user)
    if user.kind != User.Kind.SERVICE:
        raise ValidationError(_("Tokens of people are made by themselves."))


def _name_taken() -> str:
    return _("There is a token of this name already. Revoke it, or name another.")


def _checked(wanted: Wanted, user: User) -> str:
    """The tidy name. ValidationError with every problem by its field."""
    problems: dict[str, list[str]] = {}
    name = " ".join(wanted.name.split())
    live = Token.objects.filter(user=user, revoked_at=None)
    if not name or len(name) > 60:
        problems["name"] = [_("Give a name of at most 60 characters: the log will show it.")]
    elif live.filter(name=name).exists():
        problems["name"] = [_name_taken()]
    elif live.count() >= MOST_TOKENS:
        problems["name"] = [_("There are %d tokens already. Revoke some.") % MOST_TOKENS]
    now = timezone.now()
    if not now < wanted.expires_at <= now + LONGEST:
        problems["expires"] = [_("It has to end, at the latest in a year.")]
    if wanted.reach == Token.Reach.ROLE and wanted.role is None:
        problems["role"] = [_("Choose the role.")]
    if wanted.reach == Token.Reach.VERBS:
        unknown = [verb for verb in wanted.verbs if not is_registered(verb)]
        if unknown or not wanted.verbs:
            problems["verbs"] = [_("Tick what it may be used for.")]
        elif never := sorted(tokens.NEVER & set(wanted.verbs)):
            problems["verbs"] = [_("No token is for %s.") % ", ".join(never)]
    if not wanted.everywhere and not wanted.groups and not wanted.hosts:
        problems["groups"] = [_("Choose a group or a host, or everywhere.")]
    if problems:
        raise ValidationError(problems)
    return name
