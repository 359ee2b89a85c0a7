"""Tabs of a container that ask its host: processes, changes, run line, health."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.furniture.changed_files import show_changes
from dashboard.furniture.frames import container_frame
from dashboard.furniture.inspect_tree import fetch, trouble_of
from dashboard.person import person_of
from hosts.access import get_object
from hosts.actions.run.existing import inspect_with_image, read_existing
from hosts.actions.run.run_spec import params_of, run_line
from hosts.actions.run.table.inspected import listing, mapping
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, containers
from hosts.refusals import Refusal

# a busy host starts its checks late
SLACK = timedelta(seconds=30)

_TO_THE_NANOSECOND = re.compile(r"^((?:\d+[hm])*\d+)\.\d+s$")

Read = Callable[[Podman, str], Awaitable[dict[str, Any]]]
Show = Callable[[InventoryRow, dict[str, Any]], dict[str, Any]]


def tab(name: str, read: Read, show: Show) -> Callable[..., HttpResponse]:
    """The view of a tab: first the page, then (htmx) the part with the host's answer."""

    @require_GET
    @never_cache
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        ref = (endpoint_id, podman_id)
        row = get_object(person, "container", *ref, verb="container.inspect")
        if "HX-Request" not in request.headers:
            context = container_frame(person, row, tab=name)
            return render(request, "objects/inspect.html", context)
        try:
            found = fetch(row.endpoint, podman_id, read)
        except PodmanError as error:
            return render(request, "parts/away.html", trouble_of(error, row.endpoint))
        return render(request, f"containers/{name}.html", {"row": row} | show(row, found))

    return view


def whole_seconds(cell: str) -> str:
    """6m54.193626598s without the fraction. Other text stays as it is."""
    return _TO_THE_NANOSECOND.sub(r"\1s", cell)


async def _top(podman: Podman, container: str) -> dict[str, Any]:
    found = await containers.inspect(podman, container)
    if not mapping(found.get("State")).get("Running"):
        return {"running": False}
    titles, rows = await containers.top(podman, container)
    shown = [[whole_seconds(str(cell)) for cell in row] for row in rows]
    return {"running": True, "titles": titles, "rows": shown}


async def _changes(podman: Podman, container: str) -> dict[str, Any]:
    return {"changes": await containers.changes(podman, container)}


def _show_line(row: InventoryRow, found: dict[str, Any]) -> dict[str, Any]:
    there = read_existing(found, row.endpoint_id, keep_volumes=False)
    params: dict[str, Any] = {}
    unread = []
    for name, text in there.texts.items():
        try:
            params |= params_of({name: text})
        except Refusal:
            unread.append(name)
    params["image"] = there.texts.get("image", "")
    line = run_line(params, list(there.env))
    return {"line": line, "source": there.source.value, "untold": there.untold, "env": there.env}


def show_health(row: InventoryRow, found: dict[str, Any]) -> dict[str, Any]:
    """The health check, its log, and whether the host runs it at all."""
    state, config = mapping(found.get("State")), mapping(found.get("Config"))
    health = mapping(state.get("Health"))
    check = mapping(config.get("Healthcheck"))
    log = [
        {"when": _time(one.get("Start")), "code": one.get("ExitCode"), "said": one.get("Output")}
        for one in listing(health.get("Log"))
        if isinstance(one, dict)
    ]
    return {
        "check": check,
        "command": " ".join(str(word) for word in listing(check.get("Test"))[1:]),
        "on_failure": config.get("HealthcheckOnFailureAction") or "none",
        "status": str(health.get("Status") or ""),
        "streak": health.get("FailingStreak") or 0,
        "log": log[::-1],
        "unrun_since": _unrun_since(state, config, log),
        "running": bool(state.get("Running")),
        "seconds": {
            name: _seconds(check.get(name)) for name in ("Interval", "Timeout", "StartPeriod")
        },
    }


def _unrun_since(
    state: dict[str, Any], config: dict[str, Any], log: list[dict[str, Any]]
) -> datetime | None:
    """When the container started, if its first check is overdue; else None.

    Podman runs checks by systemd timers, which some hosts do not have.
    """
    started, check = _time(state.get("StartedAt")), mapping(config.get("Healthcheck"))
    status = mapping(state.get("Health")).get("Status")
    if started is None or status != "starting" or not state.get("Running"):
        return None
    if config.get("StartupHealthCheck") or any(
        one["when"] and one["when"] >= started for one in log
    ):
        return None
    tries = check.get("Retries")
    times = tries if isinstance(tries, int) and tries > 0 else 1
    due_s = _seconds(check.get("StartPeriod")) + _seconds(check.get("Interval")) * times
    return started if timezone.now() - started > timedelta(seconds=due_s) + SLACK else None


def _seconds(value_ns: Any) -> float:
    return value_ns / 1e9 if isinstance(value_ns, int) else 0.0


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


processes = tab("processes", _top, lambda _row, found: found)
changes = tab("changes", _changes, show_changes)
line = tab("line", inspect_with_image, _show_line)
health = tab("health", containers.inspect, show_health)
