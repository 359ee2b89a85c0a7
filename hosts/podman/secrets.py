"""Podman's secrets: one small function per call. Their content is written, never read here."""

from collections.abc import Mapping
from typing import Any

from hosts.podman.client import Podman
from hosts.podman.errors import Malformed
from hosts.podman.paths import Filters, path


async def list_secrets(podman: Podman, *, filters: Filters | None = None) -> list[dict[str, Any]]:
    """`secrets/json`: `{"ID", "CreatedAt", "UpdatedAt", "Spec": {"Name", "Driver", "Labels"}}`."""
    answer = await podman.get(path("secrets", "json"), params={"filters": filters or None})
    return answer.objects()


async def inspect(podman: Podman, secret: str) -> dict[str, Any]:
    """The same of one, by name or id. Raises NotFound."""
    return (await podman.get(path("secrets", secret, "json"))).object()


async def create(
    podman: Podman,
    name: str,
    content: bytes,
    *,
    labels: Mapping[str, str] | None = None,
    driver: str | None = None,
    replace: bool = False,
) -> str:
    """Make a secret of 1 to 511,999 bytes; returns its id. Conflict: the name is taken.

    `replace`: take the place of the secret of that name, with a new id and the given labels. From 4.7
    on; older ones ignore it.
    """
    params = {
        "name": name,
        "labels": labels or None,
        "driver": driver,
        "replace": True if replace else None,
    }
    answer = await podman.call("POST", path("secrets", "create"), params=params, body=content)
    secret_id = answer.object().get("ID")
    if not isinstance(secret_id, str):
        raise Malformed("Podman made a secret but did not say its id.")
    return secret_id


async def remove(podman: Podman, secret: str) -> None:
    """Remove by name or id. Raises NotFound."""
    await podman.call("DELETE", path("secrets", secret))
