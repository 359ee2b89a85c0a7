"""The processes of a pod, asked of the host."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.inspect_tree import trouble_of
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, pods
from hosts.podman.errors import Conflict

MOST_SHOWN = 500


def processes(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    """Podman's `pod top` as a table."""
    try:
        found = ask_host(row.endpoint, partial(_top, pod=row.podman_id))
    except Conflict as still:
        context: dict[str, Any] = {
            "title": _("Nothing runs in this pod"),
            "words": still.message,
            "tone": "warn",
        }
        context["cure"] = _("Start the pod to see its processes.")
        return render(request, "parts/away.html", context)
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint))
    titles = [str(one) for one in found.get("Titles") or []]
    lines = [[str(cell) for cell in one] for one in found.get("Processes") or []]
    table = {"titles": titles, "lines": lines[:MOST_SHOWN], "more": len(lines) - MOST_SHOWN}
    return render(request, "pods/processes.html", table)


async def _top(podman: Podman, *, pod: str) -> dict[str, Any]:
    return await pods.top(podman, pod)
