"""Freeze windows: times in which hosts of some groups are not changed. hosts.actions.guardrails."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Group


class FreezeWindow(models.Model):
    """A time in which nothing changes: weekly or once.

    Weekly: `days`, `from_time`, `until_time` by the wall clock of `zone`. Once: `starts_at`, `ends_at`.
    """

    class Severity(models.TextChoices):
        REFUSE = "refuse", _("refuse")
        ASK = "ask", _("ask for approval")

    name = models.CharField(_("name"), max_length=80, unique=True)
    # why, for people who are refused
    words = models.CharField(_("words"), max_length=300, blank=True)
    groups = models.ManyToManyField(Group, blank=True, related_name="freezes")
    # every host; else hosts of the groups, maybe none any more
    everywhere = models.BooleanField(default=True)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.REFUSE)
    # names of verbs; none: all that change something
    verbs = models.JSONField(default=list)
    enabled = models.BooleanField(_("enabled"), default=True)

    # of the tz database
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    # 0 Monday … 6 Sunday: when it begins; none: once
    days = models.JSONField(default=list)
    from_time = models.TimeField(null=True)
    # at or before from_time: of the next day
    until_time = models.TimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
