"""A container that is there, as the fields of the run form."""

from dashboard.furniture.inspecting import fetch
from hosts.actions.run.existing import Existing, existing, look
from hosts.models import InventoryRow, Pod


def read_container(row: InventoryRow, *, keep_volumes: bool) -> Existing:
    """Ask the host. PodmanError."""
    found = fetch(row.endpoint, row.podman_id, look)
    there = existing(found, row.endpoint_id, keep_volumes=keep_volumes)
    pod = there.texts.get("pod", "")
    if pod:
        # inspect tells the id
        named = Pod.objects.filter(endpoint=row.endpoint, podman_id=pod).first()
        there.texts["pod"] = named.name if named is not None else pod
    return there
