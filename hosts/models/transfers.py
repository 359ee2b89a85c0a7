"""Streamed actions under way: a row for each, so that one whose web process died gets its outcome."""

from django.db import models

from hosts.models.hosts import Endpoint


class OpenTransfer(models.Model):
    """An intent that some web process carries out without a job."""

    # number of the intent in the audit log
    intent = models.PositiveBigIntegerField(unique=True)
    # written every few seconds by the process that carries it out
    seen_at = models.DateTimeField()
    # the temporary file that is being written: it stays there if the transfer breaks off
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, null=True)
    container = models.CharField(max_length=80, blank=True)
    part = models.TextField(blank=True)
    # the first name of an image that is being built, and the image before
    # (actions.builds.look_back)
    image = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    # lost: its outcome is written; `part` must still be removed, or the fate of `image` found out
    lost_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"intent {self.intent}"
