"""Guardrails: rules on what may be created, for the hosts of some groups or for all."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Group


class Guardrail(models.Model):
    """One rule: its kind (hosts.guardrails.kinds) with settings, where it applies, and how strictly."""

    class Severity(models.TextChoices):
        REFUSE = "refuse", _("refuse")
        ASK = "ask", _("ask for approval")
        WARN = "warn", _("warn")

    name = models.CharField(_("name"), max_length=80, unique=True)
    # why the rule exists, for people who meet it
    words = models.TextField(_("why"), blank=True, max_length=1000)
    kind = models.CharField(max_length=40)
    settings = models.JSONField(default=dict, blank=True)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.REFUSE)
    # apart from the groups: a rule whose last group is removed must not apply everywhere
    everywhere = models.BooleanField(default=True)
    groups = models.ManyToManyField(Group, related_name="guardrails", blank=True)
    enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RuleMet(models.Model):
    """A rule found something, once or `n` times in a day, and what followed. Kept for some weeks.

    It shows whom a rule concerns before it is made stricter; the log has the names.
    """

    # no constraint: a rule that is deleted must not take a job along that met it
    rule = models.ForeignKey(
        Guardrail, on_delete=models.CASCADE, db_constraint=False, related_name="met"
    )
    severity = models.CharField(max_length=8, choices=Guardrail.Severity)
    # of several: the last
    at = models.DateTimeField(default=timezone.now)
    n = models.PositiveIntegerField(default=1)

    class Meta:
        # counted from the index alone
        indexes = [models.Index(fields=["at", "rule", "severity"], name="rulemet_counted")]

    def __str__(self) -> str:
        return f"rule {self.rule_id} at {self.at}"
