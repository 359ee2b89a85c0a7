"""Streamed actions under way: a row for each, so that one whose web process died gets its outcome."""

from django.db import models


class OpenTransfer(models.Model):
    """An intent that some web process is carrying out without a job."""

    # number of the intent in the audit log
    intent = models.PositiveBigIntegerField(unique=True)
    # written every few seconds by the process that carries it out
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"intent {self.intent}"
