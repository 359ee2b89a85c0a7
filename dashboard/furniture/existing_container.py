"""A container that is there, as the fields of the run form."""

from dashboard.furniture.inspect_tree import fetch
from hosts.actions.run.existing import ExistingContainer, inspect_with_image, read_existing
from hosts.models import InventoryRow, Pod


def read_container(row: InventoryRow, *, keep_volumes: bool) -> ExistingContainer:
    """Ask the host. PodmanError."""
    found = fetch(row.endpoint, row.podman_id, inspect_with_image)
    there = read_existing(found, row.endpoint_id, keep_volumes=keep_volumes)
    pod = there.texts.get("pod", "")
    if pod:
        # inspect tells the id
        named = Pod.objects.filter(endpoint=row.endpoint, podman_id=pod).first()
        there.texts["pod"] = named.name if named is not None else pod
    return there
