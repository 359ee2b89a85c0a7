"""All changes to API tokens, SSH keys and service accounts. As in accounts.actions.

People make tokens and add keys for themselves. For a service account, whoever may manage it does.
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

from accounts import epoch, ssh_keys, tokens
from accounts.models import Role, Token, User
from accounts.names import check_name
from accounts.permission import require_manage, target_of
from accounts.ssh_keys import PublicKey
from accounts.unique_names import refuse_taken
from accounts.verbs import is_registered
from audit import params, write
from audit.shapes import Target, Who

MAKE, REVOKE, USE, SERVICE = "token.make", "token.revoke", "token.use", "people.service"
ADD_KEY, REVOKE_KEY, USE_KEY = "key.add", "key.revoke", "key.use"
LONGEST = timedelta(days=365)
TOUCH = timedelta(minutes=1)
# stored addresses that a token was used from
KEPT_ADDRESSES = 20
MOST_TOKENS = 50
# nobody receives mail there (RFC 2606), and no provider vouches for it
SERVICE_DOMAIN = "service.invalid"
_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")

_CUT = ("owner", "everywhere", "read_only", "until", "reach", "verbs")
params.allow(MAKE, *_CUT)
params.allow(ADD_KEY, "fingerprint", *_CUT)


@dataclass(frozen=True)
class TokenOptions:
    """The options of a new token or key. `groups`, `hosts`: names by id. Neither: everywhere."""

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
    """The audit target of a token or key."""
    return Target(kind="key" if token.is_key else "token", id=token.pk or "", name=str(token))


def make(by: User, who: Who, options: TokenOptions, *, user: User) -> tuple[Token, str]:
    """(the token, its secret). The secret is returned only now. ValidationError, NotPermitted."""
    _require(by, who, user, Target(kind="token", name=options.name[:60]))
    name = _check_options(options, user)
    secret = tokens.new_secret()
    with refuse_taken(ValidationError({"name": [_name_taken()]})):
        prefix, digest = tokens.public_part(secret), tokens.digest_of(secret)
        token = Token(name=name, prefix=prefix, digest=digest)
        _store(token, by, who, options, user)
        write.event(who, MAKE, target_of_token(token), params=_log_params(token, options))
    return token, secret


def add_key(by: User, who: Who, options: TokenOptions, *, user: User, text: str) -> Token:
    """Add an SSH key, whose public half is `text`. As `make`."""
    _require(by, who, user, Target(kind="key", name=options.name[:60]))
    try:
        public = ssh_keys.read(text)
    except ValidationError as unfit:
        raise ValidationError({"public_key": unfit.messages}) from unfit
    name = _check_options(options, user, public)
    with refuse_taken(ValidationError({"name": [_name_taken()]})):
        # an expired one of the same owner is replaced
        ended = Token.objects.filter(user=user, digest=public.digest, revoked_at=None)
        ended.update(revoked_at=timezone.now(), revoked_by=who.name[:200])
        key = Token(name=name, prefix=public.prefix, digest=public.digest, public_key=public.line)
        _store(key, by, who, options, user)
        params = {"fingerprint": public.fingerprint, **_log_params(key, options)}
        write.event(who, ADD_KEY, target_of_token(key), params=params)
    return key


def _store(token: Token, by: User, who: Who, options: TokenOptions, user: User) -> None:
    """Save it with owner, limits and expiry."""
    token.user = user
    token.reach = options.reach
    token.role = options.role if options.reach == Token.Reach.ROLE else None
    token.verbs = sorted(set(options.verbs)) if options.reach == Token.Reach.VERBS else []
    token.read_only = options.read_only
    token.everywhere = options.everywhere
    token.groups = [] if options.everywhere else sorted(options.groups)
    token.hosts = [] if options.everywhere else sorted(options.hosts)
    token.made_by = who.name[:200]
    token.maker = by if by.pk else None
    token.expires_at = options.expires_at
    token.save()


def _log_params(token: Token, options: TokenOptions) -> dict[str, Any]:
    """What the entry keeps."""
    return {
        "owner": token.user.email,
        "reach": token.reach,
        "role": token.role.name if token.role else None,
        "verbs": token.verbs,
        "read_only": token.read_only,
        "everywhere": token.everywhere,
        "groups": [] if token.everywhere else sorted(options.groups.values()),
        "hosts": [] if token.everywhere else sorted(options.hosts.values()),
        "until": token.expires_at.isoformat(),
    }


def revoke(by: User, who: Who, *, token: Token) -> None:
    """Revoke it at once and for good. Twice is no error. NotPermitted."""
    target = target_of_token(token)
    if token.user_id != by.pk:
        require_manage(by, who, target=target, role=token.user.role, over=token.user)
    with transaction.atomic():
        now = timezone.now()
        live = Token.objects.filter(pk=token.pk, revoked_at=None)
        if live.update(revoked_at=now, revoked_by=who.name[:200]):
            epoch.raise_epoch()
            verb = REVOKE_KEY if token.is_key else REVOKE
            write.event(who, verb, target, params={"owner": token.user.email})


def revoke_all(who: Who, *, user: User) -> int:
    """Revoke all of the person's own. Returns how many there were."""
    found = list(Token.objects.filter(tokens.in_force(), user=user).select_related("user__role"))
    with transaction.atomic():
        for token in found:
            revoke(user, who, token=token)
    return len(found)


def note_use(token: Token, who: Who) -> bool:
    """Note that it was used, at most once a minute. True when it was noted. The first use from an address
    gets an entry.
    """
    now = timezone.now()
    address = who.address[:64]
    if _noted(token, now, address):
        return False
    with transaction.atomic():
        found = Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
        if _noted(found, now, address):
            # by another one of many that came at once
            return False
        found.used_at, found.used_from = now, address
        strange = address not in found.addresses
        if strange:
            found.addresses = [*found.addresses, address][-KEPT_ADDRESSES:]
        found.save(update_fields=["used_at", "used_from", "addresses"])
        if strange:
            detail = f"first use from {address}"
            verb = USE_KEY if token.is_key else USE
            write.event(who, verb, target_of_token(token), detail=detail)
    return True


def _noted(token: Token, now: datetime, address: str) -> bool:
    """True where there is nothing to note."""
    recent = token.used_at is not None and now - token.used_at < TOUCH
    return recent and address == token.used_from and address in token.addresses


def note_refusal(who: Who, token: Token | None, why: str) -> None:
    """A token or key was refused: unknown or dead. Equal ones within a minute are counted."""
    target = target_of_token(token) if token else Target(kind="token")
    named = replace(who, name=str(token.user), user_id=token.user_id) if token else who
    write.refusal(named, USE_KEY if token and token.is_key else USE, target, reason=why)


def make_service(by: User, who: Who, *, name: str, words: str, role: Role) -> User:
    """Create an account for programs. Nobody signs in as it. ValidationError, NotPermitted."""
    name = name.strip()
    target = Target(kind="user", name=name[:60])
    require_manage(by, who, target=target, role=role)
    if not _SERVICE_NAME.fullmatch(name):
        rule = _("Lower-case letters, digits and “-”, at most 50, starting with a letter or digit.")
        raise ValidationError({"name": [rule]})
    for field_name, text in (("name", name), ("words", words.strip())):
        try:
            check_name(text)
        except ValidationError as unfit:
            raise ValidationError({field_name: unfit.messages}) from unfit
    email = f"{name}@{SERVICE_DOMAIN}"
    name_taken = ValidationError(
        {"name": [_("There is already a service account with this name.")]}
    )
    if User.objects.filter(email=email).exists():
        raise name_taken
    with refuse_taken(name_taken):
        user = User(email=email, name=words.strip()[:100] or name, role=role)
        user.kind = User.Kind.SERVICE
        user.set_unusable_password()
        user.save()
        write.event(who, SERVICE, target_of(user), params={"role": role.name, "email": email})
    return user


def _require(by: User, who: Who, user: User, target: Target) -> None:
    """Only oneself, or a service account that one may manage. Never another person."""
    if user.pk == by.pk and user.kind == User.Kind.PERSON and user.is_active:
        return
    require_manage(by, who, target=target, role=user.role, over=user)
    # at the console a person can read and write everything anyway
    if user.kind != User.Kind.SERVICE and by.pk is not None:
        raise ValidationError(_("People create their own tokens and keys."))


def _name_taken() -> str:
    return _("There is already a token or key with this name. Revoke it, or choose another name.")


def _check_options(options: TokenOptions, user: User, public: PublicKey | None = None) -> str:
    """The tidied name. ValidationError with every problem by field."""
    problems: dict[str, list[str]] = {}
    name = " ".join(options.name.split())
    live = Token.objects.filter(user=user, revoked_at=None)
    if not name or len(name) > 60:
        problems["name"] = [_("Give a name of at most 60 characters: the audit log shows it.")]
    elif live.filter(name=name).exists():
        problems["name"] = [_name_taken()]
    elif live.count() >= MOST_TOKENS:
        problems["name"] = [_("There are already %d tokens and keys. Revoke some.") % MOST_TOKENS]
    if public and (why := _why_not(public, user)):
        problems["public_key"] = [why]
    now = timezone.now()
    if not now < options.expires_at <= now + LONGEST:
        problems["expires"] = [_("A token must expire, within one year at the latest.")]
    if options.reach == Token.Reach.ROLE and options.role is None:
        problems["role"] = [_("Choose a role.")]
    if options.reach == Token.Reach.VERBS:
        unknown = [verb for verb in options.verbs if not is_registered(verb)]
        if unknown or not options.verbs:
            problems["verbs"] = [_("Tick what the token may be used for.")]
        elif never := sorted(tokens.NEVER & set(options.verbs)):
            problems["verbs"] = [_("A token cannot be used for %s.") % ", ".join(never)]
    if not options.everywhere and not options.groups and not options.hosts:
        problems["groups"] = [_("Choose a group or a host, or everywhere.")]
    if problems:
        raise ValidationError(problems)
    return name


def _why_not(public: PublicKey, user: User) -> str:
    """Why the key cannot be added: somebody else has or had it, or `user` uses it. "" if it can."""
    same = Token.objects.filter(digest=public.digest)
    if same.exclude(user=user).exists():
        return _("This key is registered for another person. Create your own key.")
    if live := same.filter(tokens.in_force()).first():
        return _("This key is already registered, as %(name)s. Revoke that one first.") % {
            "name": live.name
        }
    return ""
