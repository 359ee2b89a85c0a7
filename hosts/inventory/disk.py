"""The answer of `system df`, bounded: by kind count, use and reclaimable bytes; sizes of objects."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hosts import bells
from hosts.inventory.bounds import integer, items, text
from hosts.models import DiskUse

KINDS = ("image", "container", "volume")
MOST_SIZES = 5000
MOST_ITEMS = 50_000


def used(df: Mapping[str, Any]) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """(kinds, sizes) as DiskUse keeps them, from Podman's `{"ImagesSize", "Images", …}`."""
    images, containers, volumes = (
        [one for one in items(df.get(name), count=MOST_ITEMS) if isinstance(one, dict)]
        for name in ("Images", "Containers", "Volumes")
    )
    running = [one for one in containers if text(one.get("Status"), limit=20) == "running"]
    written = {id(one): integer(one.get("RWSize")) for one in containers}
    kinds = {
        "image": _images(df, images),
        "container": _kind(
            count=len(containers),
            active=len(running),
            size=sum(written.values()),
            kept=sum(written[id(one)] for one in running),
        ),
        "volume": _kind(
            count=len(volumes),
            active=sum(1 for one in volumes if integer(one.get("Links"))),
            size=sum(integer(one.get("Size")) for one in volumes),
            kept=sum(integer(one.get("Size")) for one in volumes if integer(one.get("Links"))),
        ),
    }
    sizes = {
        "container": _biggest(
            (text(one.get("ContainerID"), limit=80), written[id(one)]) for one in containers
        ),
        "volume": _biggest(
            (text(one.get("VolumeName"), limit=255), integer(one.get("Size"))) for one in volumes
        ),
    }
    return kinds, sizes


def _images(df: Mapping[str, Any], images: list[dict[str, Any]]) -> dict[str, int]:
    # Podman lists a row per name; an image counts once as in use
    by_id = {text(one.get("ImageID"), limit=80): one for one in images}
    busy = [one for one in by_id.values() if integer(one.get("Containers")) > 0]
    size = integer(df.get("ImagesSize"))
    if not size:
        # Podman 4 has no sum
        size = sum(integer(one.get("UniqueSize")) for one in by_id.values())
    # Podman's UniqueSize counts shared layers too (5.4.2): at least the biggest used image stays
    kept = max((integer(one.get("Size")) for one in busy), default=0)
    idle = sum(integer(one.get("UniqueSize")) for one in by_id.values() if one not in busy)
    return {
        "count": len(images),
        "active": len(busy),
        "size_bytes": size,
        "reclaimable_bytes": max(0, min(idle, size - kept)),
    }


def _kind(*, count: int, active: int, size: int, kept: int) -> dict[str, int]:
    return {
        "count": count,
        "active": active,
        "size_bytes": size,
        "reclaimable_bytes": size - kept,
    }


def _biggest(pairs: Any) -> dict[str, int]:
    found = sorted((pair for pair in pairs if pair[0]), key=lambda pair: -pair[1])
    return dict(found[:MOST_SIZES])


def keep(endpoint_id: int, df: Mapping[str, Any], *, at: datetime, took_ms: int) -> DiskUse:
    """Write a measurement over the one before."""
    kinds, sizes = used(df)
    row, _new = DiskUse.objects.update_or_create(
        endpoint_id=endpoint_id,
        defaults={"measured_at": at, "took_ms": took_ms, "kinds": kinds, "sizes": sizes},
    )
    # the list of volumes shows sizes
    bells.ring("volumes")
    return row
