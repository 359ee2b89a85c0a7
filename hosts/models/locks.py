"""Locks: nobody changes a locked object until it is unlocked, not even whoever locked it.

A row of ours, never a label: a container's maker could write any label. hosts.actions.guardrails.lock.
"""

from django.conf import settings
from django.db import models

from hosts.models.hosts import Endpoint, Host


class ObjectLock(models.Model):
    """One locked object of an endpoint, or a whole host.

    It is known by its id; one that was made anew, by its name.
    """

    # container, pod, volume, image, network, secret, host
    kind = models.CharField(max_length=12)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="locks")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, related_name="locks"
    )
    object_id = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    locked_by_name = models.CharField(max_length=200)
    locked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "kind", "object_id"],
                condition=models.Q(endpoint__isnull=False),
                name="lock_once",
            ),
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(kind="host"), name="lock_host_once"
            ),
        ]

    def __str__(self) -> str:
        return f"lock of {self.kind} {self.name}"
