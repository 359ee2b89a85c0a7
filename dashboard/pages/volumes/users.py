"""Who uses a volume, and how much it holds as measured last."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.pages.usedby import used_by
from hosts.models import DiskUse, InventoryRow
from hosts.podman import Podman
from hosts.podman.users import User, mounts_of


async def _read(podman: Podman, row: InventoryRow) -> tuple[list[User], int]:
    return await mounts_of(podman, row.podman_id), 0


def size_of(row: InventoryRow) -> dict[str, Any]:
    """`{"size_bytes", "measured_at"}` where the host's disk was measured."""
    use = DiskUse.objects.filter(endpoint_id=row.endpoint_id).first()
    size = use.size_of("volume", row.podman_id) if use else None
    return {"size_bytes": size, "measured_at": use.measured_at if use else None}


def _more(request: HttpRequest, row: InventoryRow) -> dict[str, Any]:
    found = size_of(row)
    if found["size_bytes"] is None:
        found["measure_url"] = reverse("system:disk", args=[row.endpoint.host_id])
    return found


USERS = used_by(_read, how=_("Mounted at"), nobody=_("No container uses it"), more=_more)
