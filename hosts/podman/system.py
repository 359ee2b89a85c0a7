"""The Podman service itself: whether it is there, its version, and facts about its host."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hosts.podman.client import Podman
from hosts.podman.errors import Malformed
from hosts.podman.paths import path


@dataclass(frozen=True, slots=True)
class Ping:
    """`libpod`: Podman's version, empty where the server is no Podman.

    `now`: the host's clock, in whole seconds.
    """

    libpod: str
    now: datetime | None


async def ping(podman: Podman, *, timeout_s: float | None = None) -> Ping:
    """Cheap. Its path has no version, so every Podman answers."""
    answer = await podman.get("/_ping", timeout_s=timeout_s)
    if answer.body.strip() != b"OK":
        raise Malformed("What answers at the socket is not Podman.", status=answer.status)
    return Ping(
        libpod=answer.headers.get("Libpod-API-Version", ""),
        now=_clock(answer.headers.get("Date")),
    )


async def info(podman: Podman) -> dict[str, Any]:
    """`{"host", "store", "registries", "plugins", "version"}`. Podman forks for 250–400 ms: cache it."""
    return (await podman.get(path("info"))).object()


async def df(podman: Podman, *, timeout_s: float = 120.0) -> dict[str, Any]:
    """`{"ImagesSize", "Images", "Containers", "Volumes"}`. Slow: Podman walks its whole store."""
    return (await podman.get(path("system", "df"), timeout_s=timeout_s)).object()


async def check(podman: Podman, *, quick: bool, timeout_s: float) -> dict[str, Any]:
    """`{"Errors": bool, "Layers": {id: [words]} or null, "ROLayers", "Images", "ROImages",
    "Containers", "Removed…"}`. Reads only. Without `quick` every file is compared. From 5.2 on.
    """
    target = path("system", "check")
    params = {"quick": quick, "repair": False, "repair_lossy": False}
    answer = await podman.call("POST", target, params=params, timeout_s=timeout_s)
    return answer.object()


def _clock(date: str | None) -> datetime | None:
    if not date:
        return None
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None
