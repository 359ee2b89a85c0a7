"""Users of a volume, from the inventory and from the host, and its last measured size."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.used_by import used_by
from dashboard.live.spec import Token
from dashboard.live.tokens import matching
from dashboard.live.visibility import scope_to_visible
from hosts.access import Person
from hosts.models import Container, DiskUse, InventoryRow
from hosts.models.inventory import LIVE
from hosts.models.mounts import volumes_of
from hosts.podman import Podman
from hosts.podman.container_uses import ContainerUse, mounts_of


def _of_container(value: str) -> Q:
    return volumes_of(Container.objects.filter(LIVE, matching("name", value)))


USED_BY = Token(
    "container", _("container that mounts it, * for any end"), _of_container, verb="container.view"
)


def attach_users(rows: list[Any], person: Person) -> None:
    """Set `users` on each row: (name, URL) of containers that mount it.

    None when a container of the endpoint has not been inspected yet, and so may mount it.
    """
    found: dict[tuple[int, str], list[tuple[str, str]]] = {
        (row.endpoint_id, row.podman_id): [] for row in rows
    }
    seen = scope_to_visible(Container.objects.all(), person).exclude(mounts=[]).exclude(volumes=[])
    there = seen.filter(endpoint_id__in={row.endpoint_id for row in rows}).order_by("name", "pk")
    unknown: set[int] = set()
    for endpoint_id, podman_id, name, volumes in there.values_list(
        "endpoint_id", "podman_id", "name", "volumes"
    ):
        if volumes is None:
            unknown.add(endpoint_id)
        for volume in volumes or ():
            if (users := found.get((endpoint_id, volume))) is not None:
                users.append((name, reverse("containers:page", args=[endpoint_id, podman_id])))
    for row in rows:
        users = found[row.endpoint_id, row.podman_id]
        row.users = users or (None if row.endpoint_id in unknown else [])


async def _read(podman: Podman, row: InventoryRow) -> tuple[list[ContainerUse], int]:
    return await mounts_of(podman, row.podman_id), 0


def size_of(row: InventoryRow) -> dict[str, Any]:
    """{"size_bytes", "measured_at"}, None when the disk was not measured."""
    use = DiskUse.objects.filter(endpoint_id=row.endpoint_id).first()
    size = use.size_of("volume", row.podman_id) if use else None
    return {"size_bytes": size, "measured_at": use.measured_at if use else None}


def _more(request: HttpRequest, row: InventoryRow) -> dict[str, Any]:
    found = size_of(row)
    if found["size_bytes"] is None:
        found["measure_url"] = reverse("system:disk", args=[row.endpoint.host_id])
    return found


USERS = used_by(_read, how=_("Mounted at"), nobody=_("No container uses it"), more=_more)
