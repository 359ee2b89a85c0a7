"""Finds the registry credential of a request: the longest match, and a group's before the general one."""

from collections.abc import Collection

from asgiref.sync import sync_to_async
from django.db.models import Q

from hosts import vault
from hosts.actions.images.references import Reference
from hosts.models import Endpoint, RegistryCredential
from hosts.podman.registry_auth import Credential

PURPOSE = "registry"


def credential_for(endpoint: Endpoint, reference: Reference) -> RegistryCredential | None:
    """The row for this reference and the endpoint's host. None: anonymous."""
    return _fitting([endpoint.host_id], reference)


def _fitting(host_ids: Collection[int], reference: Reference) -> RegistryCredential | None:
    full = f"{reference.registry}/{reference.path}"
    rows = RegistryCredential.objects.filter(
        Q(group=None) | Q(group__hosts__in=host_ids)
    ).distinct()
    fitting = [
        row
        for row in rows
        if full == row.registry or full.startswith(row.registry.rstrip("/") + "/")
    ]
    return max(fitting, key=lambda row: (len(row.registry), row.group_id is not None), default=None)


def open_auth(endpoint: Endpoint, reference: Reference) -> Credential | None:
    """The credential to send. Only link, worker and console can open it."""
    return open_auth_of([endpoint.host_id], reference)


def open_auth_of(host_ids: Collection[int], reference: Reference) -> Credential | None:
    """The credential that fits best for any of these hosts, to ask once for all of them."""
    row = _fitting(host_ids, reference)
    if row is None:
        return None
    password = vault.open_sealed(bytes(row.sealed_password), PURPOSE).decode()
    return Credential(username=row.username, password=password, registry=reference.registry)


async def auth_for(endpoint: Endpoint, reference: Reference) -> Credential | None:
    """`open_auth` for the event loop."""
    return await sync_to_async(open_auth, thread_sensitive=False)(endpoint, reference)
