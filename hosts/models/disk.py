"""The last `system df` of a host: slow to ask for, so kept."""

from django.db import models

from hosts.models.hosts import Endpoint


class DiskUse(models.Model):
    """Disk use of one endpoint by kind, as of `measured_at`."""

    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, related_name="disk_use")
    measured_at = models.DateTimeField()
    # how long Podman took to walk its store
    took_ms = models.PositiveIntegerField(default=0)
    # {"image" | "container" | "volume": {"count", "active", "size_bytes", "reclaimable_bytes"}}
    kinds = models.JSONField(default=dict)
    # {"container": {id: bytes it wrote}, "volume": {name: bytes}}, the biggest first, bounded
    sizes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"disk of {self.endpoint}"

    def size_of(self, kind: str, podman_id: str) -> int | None:
        """Bytes of one object; None: it was not there, or too small to be kept."""
        found = self.sizes.get(kind, {}).get(podman_id)
        return found if isinstance(found, int) else None
