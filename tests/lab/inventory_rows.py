"""Rows of the inventory for objects of a lab host, where no link runs to write them."""

import json
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from hosts.dial import dial
from hosts.inventory.rows import fields, listed_objects
from hosts.models import INVENTORY
from hosts.podman import Podman
from hosts.podman.paths import path


def mirror(endpoint: Any, kind: str) -> dict[str, Any]:
    """Write what Podman lists now, as the link does; rows by name."""
    now = timezone.now()
    rows = {}
    for one in listed_objects(kind, listed(endpoint, kind)).values():
        values = fields(kind, one) | {
            "digest": one.digest,
            "seen_at": now,
            "changed_at": now,
            "gone": None,
        }
        row, _new = INVENTORY[kind].objects.update_or_create(
            endpoint=endpoint, podman_id=one.podman_id, defaults=values
        )
        rows[row.name] = row
    return rows


def listed(endpoint: Any, kind: str) -> list[Any]:
    """The API's own list, through the host's socket."""

    async def ask() -> list[Any]:
        async with Podman(dial(endpoint)) as podman:
            params = {"all": True} if kind == "container" else None
            return (await podman.get(path(f"{kind}s", "json"), params=params)).objects()

    return async_to_sync(ask)()


def inspected(host: Any, kind: str, name: str, *, user: str = "root") -> dict[str, Any]:
    """Podman's inspect of one object, asked for inside the host."""
    (found,) = json.loads(host.podman(kind, "inspect", name, user=user))
    return dict(found)


def names(host: Any, kind: str, *, user: str = "root") -> set[str]:
    """Names of what is there, asked for inside the host."""
    word = "{{.Names}}" if kind == "container" else "{{.Name}}"
    ask = ("ps", "-a") if kind == "container" else (kind, "ls")
    return set(host.podman(*ask, "--format", word, user=user).split())
