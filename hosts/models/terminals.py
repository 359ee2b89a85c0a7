"""Open terminals: a row for each, so that every process can list and settle them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Endpoint


class OpenTerminal(models.Model):
    """A terminal that some web process holds open, or a lost one that must still be ended."""

    class Kind(models.TextChoices):
        EXEC = "exec", _("shell")
        ATTACH = "attach", _("main process")

    # the session's name in addresses; it opens nothing without the right
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    podman_id = models.CharField(max_length=255)
    name = models.CharField(max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    owner_name = models.CharField(max_length=200)
    # what runs, for people: a shell's name or the command
    command = models.CharField(max_length=500, blank=True)
    user = models.CharField(max_length=200, blank=True)
    directory = models.CharField(max_length=1000, blank=True)
    # number of the intent in the audit log
    intent = models.PositiveBigIntegerField()
    exec_id = models.CharField(max_length=128, blank=True)
    # in the environment of its processes, which are found again by it
    mark = models.CharField(max_length=64)
    started_at = models.DateTimeField(auto_now_add=True)
    # written every second by the process that holds it
    seen_at = models.DateTimeField(auto_now_add=True)
    # the outcome (unknown) is written; its processes on the host must still be ended
    lost_at = models.DateTimeField(null=True)
    # names of people who watch
    watchers = models.JSONField(default=list)

    class Meta:
        ordering = ["started_at", "id"]

    def __str__(self) -> str:
        return f"{self.command} in {self.name}"
