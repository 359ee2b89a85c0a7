"""Files that an image's newest layer changed. Names come from strangers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.furniture.changed_files import show_changes
from dashboard.furniture.inspect_tree import fetch, trouble_of
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, images


def changes(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    """The tab's part, asked of the host."""
    try:
        found = fetch(row.endpoint, row.podman_id, _read)
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint))
    return render(request, "images/changes.html", show_changes(row, found))


async def _read(podman: Podman, image: str) -> dict[str, Any]:
    return {"changes": await images.changes(podman, image)}
