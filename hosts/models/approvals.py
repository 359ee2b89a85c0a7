"""Approvals: a second person's yes, without which a guardrail does not let a job through.

Rows come from hosts.jobs.approvals; hosts.actions.approvals.decide decides on them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.jobs import Job


class Approval(models.Model):
    """One question about one job.

    A job can have several, one after the other: what it really sends may break another rule.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waiting")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")
        # by the asker, with a right of their own: a freeze window
        OVERRIDDEN = "overridden", _("overridden")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="approvals")
    # [{"rule", "rule_id", "field", "words", "why", "said"}]: these are to be let through, nothing
    # else
    findings = models.JSONField(default=list)
    # hosts.guardrails.digest of the proposal: another proposal is another question
    digest = models.CharField(max_length=64, blank=True)
    # the proposal, for the decider: hosts.guardrails.digest.facts
    proposed = models.JSONField(default=list)
    # the kube file or Containerfile with likely secrets hidden: hosts.guardrails.masked
    text = models.TextField(blank=True)
    # the asker's; empty where the worker found the rule
    reason = models.CharField(max_length=300, blank=True)
    # of one command of a client, which asks for several: "compose shop"
    group = models.CharField(max_length=200, blank=True)
    at_work = models.BooleanField(default=False)
    asked_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"], name="approval_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(state="asked"), name="approval_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"approval of job {self.job_id}"

    @property
    def waiting(self) -> bool:
        """True until somebody has decided."""
        return self.state == self.State.ASKED
