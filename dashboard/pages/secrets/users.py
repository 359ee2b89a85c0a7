"""Containers that use a secret. Podman inspects each of them, so their number is limited."""

from django.utils.translation import gettext_lazy as _

from dashboard.furniture.used_by import used_by
from hosts.models import InventoryRow
from hosts.podman import Podman
from hosts.podman.container_uses import ContainerUse, of_secret


async def _read(podman: Podman, row: InventoryRow) -> tuple[list[ContainerUse], int]:
    return await of_secret(podman, row.name)


USERS = used_by(_read, how=_("As"), nobody=_("No container uses it"))
