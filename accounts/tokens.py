"""API tokens and SSH keys: a person's or service account's rights, limited, for programs.

A token is shown once. Its SHA-256 and a public beginning are stored, of a key the public half
(accounts.ssh_keys). Only accounts.token_actions changes them. Hosts are stored as ids, and
hosts.access.token_scope makes a Scope of them at each use.
"""

import hashlib
import re
import secrets
import zlib
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import verbs

MARK = "haulout_"
# characters after the mark: a public beginning, the rest of the secret, a checksum
_PUBLIC, _SECRET, _CHECK = 8, 40, 6
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(rf"{MARK}[0-9A-Za-z]{{{_SECRET + _CHECK}}}", re.ASCII)
# OpenSSH's prefix of a fingerprint, and how many of its characters name a key
KEY_MARK, KEY_PUBLIC = "SHA256:", 12
# the end of str(token)
_NAMED = re.compile(
    rf"\(({MARK}[0-9A-Za-z]{{{_PUBLIC}}}|{KEY_MARK}[0-9A-Za-z+/]{{{KEY_PUBLIC}}})…\)\Z"
)
# verbs that no token can do, so that a leaked one cannot raise anybody's rights
NEVER = frozenset({"people.manage", "access.edit", "access.approve", "guardrail.approve"})
# endings of verbs that only read; environment and files are not among them
_LOOKS = (".view", ".inspect", ".logs", ".stats", ".processes")
SOON = timedelta(days=7)
# after so long without use a token counts as unused
UNUSED = timedelta(days=90)


class Token(models.Model):
    """A token or SSH key. It is dead when revoked or expired, or when its owner is disabled."""

    class Reach(models.TextChoices):
        """Which of its owner's verbs it may be used for."""

        ALL = "all", _("All rights of the owner")
        ROLE = "role", _("Only what a role permits")
        VERBS = "verbs", _("Only what is ticked")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    # the public beginning: names the token on pages and in the log
    prefix = models.CharField(max_length=20, db_index=True)
    # SHA-256 in hex of the token's secret or of the public key
    digest = models.CharField(max_length=64, db_index=True)
    # "ssh-ed25519 AAAA…" for an SSH key, empty for an API token
    public_key = models.TextField(blank=True)
    reach = models.CharField(max_length=8, choices=Reach)
    # a deleted role permits nothing
    role = models.ForeignKey(
        "accounts.Role", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verbs = models.JSONField(default=list, blank=True)
    read_only = models.BooleanField(default=False)
    # everywhere its owner may, or only on these hosts and on those in these groups
    everywhere = models.BooleanField(default=True)
    groups = models.JSONField(default=list, blank=True)
    hosts = models.JSONField(default=list, blank=True)
    made_by = models.CharField(max_length=200)
    # the person behind `made_by`. None: the console, or made before this was stored
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tokens_made",
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    # written at most once a minute
    used_at = models.DateTimeField(null=True, blank=True)
    used_from = models.CharField(max_length=64, blank=True)
    # the last few addresses it was used from; a new one gets an entry
    addresses = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at=None),
                name="token_name_once",
            ),
            # a revoked key may be added again
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(revoked_at=None),
                name="token_digest_once",
            ),
            models.UniqueConstraint(
                fields=["prefix"],
                condition=models.Q(revoked_at=None),
                name="token_prefix_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_key(self) -> bool:
        """True for an SSH key, which opens the gate by SSH. A token opens REST, and the gate by HTTP."""
        return bool(self.public_key)

    def verb_names(self) -> frozenset[str]:
        """Verbs that it may be used for, within its owner's rights."""
        found = frozenset(verb.name for verb in verbs.all_verbs()) - NEVER
        if self.reach == self.Reach.ROLE:
            found &= self.role.verb_names() if self.role else frozenset()
        elif self.reach == self.Reach.VERBS:
            found &= frozenset(self.verbs)
        if self.read_only:
            found = frozenset(name for name in found if is_read_only(name))
        if not self.everywhere:
            found = frozenset(name for name in found if not verbs.is_site(name))
        return found


class Repeat(models.Model):
    """A request with an idempotency key, so that a repeated one is not done twice. `status` 0: it began,
    and its end is not known. Kept for a day (accounts.repeats).
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="repeats")
    key = models.CharField(max_length=200)
    # keyed hash of method, URL and body: another request must not get this answer
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["token", "key"], name="repeat_once")
        ]

    def __str__(self) -> str:
        return self.key


def is_read_only(verb: str) -> bool:
    """True for a verb that a read-only token may be used for."""
    return verb.endswith(_LOOKS) or verb == verbs.AUDIT_READ.name


def new_secret() -> str:
    """A new token as its holder sends it: the mark, 238 random bits, and a checksum."""
    body = "".join(secrets.choice(_LETTERS) for _place in range(_SECRET))
    return f"{MARK}{body}{_checksum(body)}"


def public_part(secret: str) -> str:
    """The public beginning, which names the token."""
    return secret[: len(MARK) + _PUBLIC]


def digest_of(secret: str) -> str:
    """The stored hash. So many random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def well_formed(text: str) -> bool:
    """True when the text has the form of a token. Asks no database."""
    if not _SHAPE.fullmatch(text):
        return False
    body = text[len(MARK) : -_CHECK]
    return secrets.compare_digest(text[-_CHECK:], _checksum(body))


def find_by_secret(secret: str) -> Token | None:
    """The token, dead or alive."""
    if not well_formed(secret):
        return None
    found = Token.objects.select_related("user__role", "role").filter(digest=digest_of(secret))
    return found.filter(public_key="").first()


def find_by_public_key(blob: bytes) -> Token | None:
    """The SSH key with this public half (wire form), dead or alive. A live one comes first."""
    digest = hashlib.sha256(blob).hexdigest()
    found = Token.objects.select_related("user__role", "role").filter(digest=digest)
    live_first = models.F("revoked_at").desc(nulls_first=True)
    return found.exclude(public_key="").order_by(live_first, "-pk").first()


def find_by_label(words: str) -> Token | None:
    """The token with this label in the log (`str(token)`), dead or alive."""
    match = _NAMED.search(words)
    return Token.objects.select_related("role").filter(prefix=match[1]).first() if match else None


def in_force() -> models.Q:
    """Condition on tokens that can be used now."""
    return models.Q(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


def expiring() -> models.Q:
    """Condition on usable tokens that expire within a week."""
    return in_force() & models.Q(expires_at__lt=timezone.now() + SOON)


def long_unused() -> models.Q:
    """Condition on usable tokens that are three months old and were not used for as long."""
    before = timezone.now() - UNUSED
    idle = models.Q(used_at=None) | models.Q(used_at__lt=before)
    return in_force() & models.Q(made_at__lt=before) & idle


def why_dead(token: Token) -> str:
    """Why it is not accepted, for the log only. "" when it is."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at <= timezone.now():
        return "expired"
    return "" if token.user.is_active else "its owner is disabled"


def _checksum(body: str) -> str:
    number, found = zlib.crc32(body.encode()), ""
    for _place in range(_CHECK):
        number, rest = divmod(number, len(_LETTERS))
        found = _LETTERS[rest] + found
    return found
