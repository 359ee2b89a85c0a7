"""Requests for access for a while. Changed by hosts.actions.access_requests alone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from hosts.models.hosts import Endpoint, Group, Host


class AccessRequest(models.Model):
    """Somebody asks for a role at a place for a while. Approval makes a grant that ends by itself.

    `place`: the name that they gave, and all that they see of it. `group`, `host`, `endpoint`: the place
    of that name, if there is one. A name without a place is kept as well, so that a request reveals
    nothing about what exists.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waiting")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    class Kind(models.TextChoices):
        """What `place` names."""

        GROUP = "group", _("a group of hosts")
        HOST = "host", _("a host")
        ENDPOINT = "endpoint", _("one endpoint of a host")
        EVERYWHERE = "everywhere", _("everywhere")

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_requests"
    )
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField(auto_now_add=True)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    # the missing verb, where the request began with a refusal
    verb = models.CharField(max_length=60, blank=True)
    place_kind = models.CharField(max_length=12, choices=Kind)
    place = models.CharField(_("place"), max_length=200, blank=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, null=True, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, null=True, related_name="+")
    label = models.CharField(_("label"), max_length=250, blank=True)
    names = models.CharField(_("name pattern"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    # how long the grant lasts after approval
    minutes = models.PositiveIntegerField()

    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    # the decider's words to the asker
    answer = models.CharField(max_length=300, blank=True)
    # the grant that was made, also after its end; and when it ends
    grant_id = models.PositiveBigIntegerField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="access_request_state"),
            models.Index(fields=["asked_by", "id"], name="access_request_asker"),
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.asked_by_name}"

    @property
    def waiting(self) -> bool:
        """True until somebody has decided."""
        return self.state == self.State.ASKED

    @property
    def found(self) -> "Group | Host | Endpoint | None":
        """The place of that name, if there is one."""
        return self.group or self.host or self.endpoint
