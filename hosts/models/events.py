"""Events of hosts as Podman told them: kept for a week, bounded per endpoint."""

from django.db import models

from hosts.models.hosts import Endpoint


class HostEvent(models.Model):
    """One event. Only the link writes it; health checks and execs are not kept."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="events")
    # by the host's own clock
    at = models.DateTimeField()
    # container, pod, image, volume, network, secret, system, machine
    kind = models.CharField(max_length=20)
    # Podman's word: create, start, died, remove, pull …
    action = models.CharField(max_length=30)
    podman_id = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    image = models.CharField(max_length=255, blank=True)
    # of a container that died
    exit_code = models.IntegerField(null=True)
    # how often the same happened to the same object in a row
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["endpoint", "at", "id"], name="event_time"),
            # for deletion of old events, and for a list of all hosts
            models.Index(fields=["at", "id"], name="event_at"),
            models.Index(fields=["endpoint", "kind", "podman_id", "at"], name="event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.name}"
