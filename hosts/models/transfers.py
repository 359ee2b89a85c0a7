"""Streamed actions under way: a row for each, so that one whose web process died gets its outcome."""

from django.db import models

from hosts.models.hosts import Endpoint


class OpenTransfer(models.Model):
    """An intent that some web process carries out without a job."""

    # number of the intent in the audit log
    intent = models.PositiveBigIntegerField(unique=True)
    # written every few seconds by the process that carries it out
    seen_at = models.DateTimeField()
    # where a file is being written under a name of its own: what stays there when that breaks off
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, null=True)
    container = models.CharField(max_length=80, blank=True)
    part = models.TextField(blank=True)
    # the first name of an image that is being built, and how it stood before (actions.builds.look_back)
    image = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    # nobody carries it out any more; its outcome is written, and `part` is still to be removed, or what
    # became of `image` to be found
    lost_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"intent {self.intent}"
