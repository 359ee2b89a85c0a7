"""Grants: who has which role where, until when. Changed by hosts.actions.access alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OneTimeLink, Role
from accounts.teams import Team
from hosts.models.hosts import Endpoint, Group, Host


def _exactly_one(*fields: str) -> Q:
    ways = [Q(**{f"{other}__isnull": other != chosen for other in fields}) for chosen in fields]
    found = ways[0]
    for way in ways[1:]:
        found |= way
    return found


def _at_most_one(*fields: str) -> Q:
    return _exactly_one(*fields) | Q(**{f"{field}__isnull": True for field in fields})


class Grant(models.Model):
    """A team or a person holds a role: everywhere, on a group, on a host or at an endpoint.

    With `label` or `names` it covers only containers that fit, and nothing else on the host. A label is
    "app" or "app=shop", a name may have * and ?.
    """

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="grants",
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    # none of the three: everywhere
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    host = models.ForeignKey(
        Host, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    label = models.CharField(_("label"), max_length=250, blank=True)
    names = models.CharField(_("name pattern"), max_length=200, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # why it was given, in the words of the person who asked or gave
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["until"], name="grant_until", condition=Q(until__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one("team", "user"), name="grant_to_somebody"
            ),
            models.CheckConstraint(
                condition=_at_most_one("group", "host", "endpoint"), name="grant_at_one_place"
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"

    @property
    def narrowed(self) -> bool:
        """True when it covers some containers only."""
        return bool(self.label or self.names)


class InvitedGrant(models.Model):
    """A role on a group, for whoever joins by this invitation."""

    link = models.ForeignKey(OneTimeLink, on_delete=models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["group__name"]
        constraints = [
            models.UniqueConstraint(fields=["link", "group"], name="invited_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role.name} on group {self.group}"
