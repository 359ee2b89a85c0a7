"""Users, roles and one-time links. Only accounts.actions changes them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.identities import Identity
from accounts.roles import LABELS, WORDS
from accounts.saved_views import SavedView
from accounts.teams import Membership, Team
from accounts.tokens import Repeat, Token

__all__ = [
    "AccessEpoch",
    "Identity",
    "Membership",
    "OneTimeLink",
    "Repeat",
    "Role",
    "SavedView",
    "Team",
    "Token",
    "User",
    "UserManager",
    "tidy_email",
]


class Role(models.Model):
    """A named set of verbs. Built-in roles get theirs from the registry (accounts.verbs)."""

    name = models.SlugField(max_length=50, unique=True)
    words = models.CharField(max_length=200, blank=True)
    verbs = models.JSONField(default=list, blank=True)
    built_in = models.BooleanField(default=False)
    # people with this role, also by a grant, must set one up first
    second_factor = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The role's name for people."""
        return str(LABELS.get(self.name, self.name)) if self.built_in else self.name

    @property
    def describes(self) -> str:
        """One line about what the role permits."""
        return str(WORDS.get(self.name, self.words)) if self.built_in else self.words

    def verb_names(self) -> frozenset[str]:
        """Verbs that this role permits. Names that are not registered are left out."""
        if self.built_in:
            return verbs.built_in_verbs(self.name)
        return frozenset(name for name in self.verbs if verbs.is_registered(name))


def tidy_email(email: str) -> str:
    """The stored form of an address: trimmed and in lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Fetches the role with each user, since every request needs it."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("role")

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this address, in any case."""
        return self.get(email=tidy_email(username or ""))

    def create_user(self, email: str, *, name: str, role: Role, password: str | None) -> "User":
        """Create a user. Without a password they cannot sign in. The password is not checked here."""
        user = self.model(email=tidy_email(email), name=name.strip(), role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in by email address, or a service account that only has tokens. Users are
    disabled, never deleted: the log names them.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        SERVICE = "service", _("service account")

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    # a service account has no password, and an address without mail
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    made_at = models.DateTimeField(auto_now_add=True)

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = tidy_email(self.email)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.email = tidy_email(self.email)

    def has_verb(self, name: str) -> bool:
        """True when the person's own role permits the verb. False for a disabled person. Enough for verbs
        about the site. hosts.access also knows what grants give.
        """
        return self.is_active and name in self.role.verb_names()


class OneTimeLink(models.Model):
    """A link with which its holder sets a password once. Only its hash is stored."""

    class Kind(models.TextChoices):
        """What the link is for; the value is also part of its path."""

        FIRST_ADMIN = "first-admin", _("first administrator")
        INVITE = "invite", _("invitation")
        RESET = "reset", _("new password")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT)
    # teams that an invited person joins
    teams = models.ManyToManyField(Team, blank=True, related_name="invitations")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="links"
    )
    made_by = models.CharField(max_length=200)
    # None: the console
    maker = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="links_made"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["kind", "email"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.email}"


class AccessEpoch(models.Model):
    """One row. Its number grows with every change of rights (accounts.epoch)."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
