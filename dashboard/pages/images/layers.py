"""The layers of an image, newest first, and the images built on them. Text comes from strangers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.inspect_tree import trouble_of
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, images

MOST_LAYERS = 500
MOST_TEXT = 8000


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of the history. `made_by` is what the image's maker wrote."""

    id: str
    made_by: str
    comment: str
    size_bytes: int
    created_at: datetime | None
    names: tuple[str, ...]


def layers(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    """The tab's part, asked of the host."""
    try:
        history, tree = ask_host(row.endpoint, partial(_read, image=row.podman_id))
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint))
    found = [_layer(item) for item in history[:MOST_LAYERS]]
    context = {
        "layers": found,
        "more": max(0, len(history) - MOST_LAYERS),
        "bytes": sum(layer.size_bytes for layer in found),
        "tree": tree[: MOST_TEXT * 10],
    }
    return render(request, "images/layers.html", context)


async def _read(podman: Podman, *, image: str) -> tuple[list[dict[str, Any]], str]:
    return await images.history(podman, image), await images.tree(podman, image)


def _layer(item: dict[str, Any]) -> Layer:
    created = item.get("Created")
    known = isinstance(created, int) and 0 < created < 32_503_680_000
    size = item.get("Size")
    image_id = str(item.get("Id") or "")
    return Layer(
        id="" if image_id == "<missing>" else image_id[:12],
        made_by=str(item.get("CreatedBy") or "")[:MOST_TEXT],
        comment=str(item.get("Comment") or "")[:MOST_TEXT],
        size_bytes=size if isinstance(size, int) and size > 0 else 0,
        created_at=datetime.fromtimestamp(created, UTC) if known and created else None,
        names=tuple(str(name)[:500] for name in (item.get("Tags") or [])[:20]),
    )
