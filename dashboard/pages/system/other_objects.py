"""Artifacts and quadlets of newer Podmans, asked of the host. Names come from strangers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.furniture.artifacts import MOST, MOST_TEXT, Artifact, artifact_of
from dashboard.furniture.inspect_tree import fetch, trouble_of
from dashboard.live.visibility import verbs_for
from dashboard.person import person_of
from hosts.access import get_endpoint
from hosts.inventory import bounds
from hosts.podman import Podman, PodmanError
from hosts.podman.artifacts import list_artifacts
from hosts.podman.errors import ServerFault
from hosts.podman.quadlets import list_quadlets


@dataclass(frozen=True, slots=True)
class Quadlet:
    """`state`: systemd's word for its unit. `app`: what it was installed with, often ""."""

    name: str
    unit: str
    path: str
    state: str
    app: str


def quadlet_of(item: dict[str, Any]) -> Quadlet:
    """One item of `list_quadlets`, cut to size."""
    words = [
        bounds.text(item.get(name), limit=MOST_TEXT)
        for name in ("Name", "UnitName", "Path", "Status", "App")
    ]
    return Quadlet(*words)


_Row = Artifact | Quadlet
_KINDS: dict[
    str,
    tuple[Callable[[Podman], Awaitable[list[dict[str, Any]]]], Callable[[dict[str, Any]], _Row]],
] = {
    "artifacts": (list_artifacts, artifact_of),
    "quadlets": (list_quadlets, quadlet_of),
}


@require_GET
@never_cache
def other_objects(request: HttpRequest, endpoint_id: int, kind: str) -> HttpResponse:
    """The part of the System tab with an endpoint's artifacts or quadlets."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, "host.view")
    read, shown = _KINDS[kind]

    async def ask(podman: Podman, _id: str) -> dict[str, Any]:
        return {"found": await read(podman)}

    try:
        found = fetch(endpoint, "", ask)["found"]
    except PodmanError as error:
        if (
            kind == "quadlets"
            and isinstance(error, ServerFault)
            and "systemd dbus" in error.message
        ):
            return render(request, "system/quadlets.html", {"rows": [], "no_systemd": True})
        return render(request, "parts/away.html", trouble_of(error, endpoint))
    rows = sorted((shown(item) for item in found), key=lambda row: row.name)
    context = {
        "rows": rows[:MOST],
        "more": len(rows[MOST:]),
        "endpoint": endpoint,
        "verbs": verbs_for(person, endpoint),
    }
    return render(request, f"system/{kind}.html", context)
