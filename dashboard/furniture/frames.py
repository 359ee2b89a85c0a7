"""The frame of each page of a host or an object: a live head, and the tabs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.live.page import live_row
from dashboard.live.spec import ListSpec, registered
from dashboard.live.visibility import verbs_for
from dashboard.words import Words
from hosts.access import Person, verbs_at
from hosts.models import Host, InventoryRow


@dataclass(frozen=True, slots=True)
class TabLink:
    """One of the tabs. `name`: of the page that it leads to, which says so as `tab`."""

    name: str
    word: Words
    url: str
    key: str = ""


# name, word, route, verb, key
_OF_CONTAINER = (
    ("summary", _("Summary"), "containers:page", "container.view", ""),
    ("logs", _("Logs"), "logs:page", "container.logs", "l"),
    ("terminal", _("Terminal"), "terminal:page", "container.exec", "t"),
    ("stats", _("Stats"), "stats:container", "container.stats", ""),
    ("files", _("Files"), "containerfiles:list", "container.files", ""),
    ("processes", _("Processes"), "containers:processes", "container.inspect", ""),
    ("health", _("Health"), "containers:health", "container.inspect", ""),
    ("changes", _("Changes"), "containers:changes", "container.inspect", ""),
    ("line", _("Run line"), "containers:line", "container.inspect", ""),
    ("inspect", _("Inspect"), "containers:inspect", "container.inspect", ""),
    ("history", _("History"), "containers:history", "container.view", ""),
)
# name, word, route, verb held anywhere
_OBJECTS_OF_HOST = (
    ("images", _("Images"), "hosts:images", "image.view"),
    ("volumes", _("Volumes"), "hosts:volumes", "volume.view"),
    ("secrets", _("Secrets"), "hosts:secrets", "secret.view"),
    ("networks", _("Networks"), "hosts:networks", "network.view"),
    ("pods", _("Pods"), "hosts:pods", "pod.view"),
    ("units", _("Units"), "hosts:units", "unit.view"),
)
_SYSTEM_OF_HOST = (
    ("disk", _("Disk"), "system:disk"),
    ("events", _("Events"), "system:events"),
    ("system", _("System"), "system:system"),
)


def container_frame(person: Person, row: InventoryRow, *, tab: str) -> dict[str, Any]:
    """Context of objects/frame.html for a row fetched with its endpoint and host."""
    place, verbs = [row.endpoint_id, row.podman_id], verbs_for(person, row)
    fits = {
        "processes": getattr(row, "state", "") == "running",
        "health": bool(getattr(row, "health", "") or not getattr(row, "started_at", None)),
    }
    tabs = [
        TabLink(name, word, reverse(route, args=place), key)
        for name, word, route, verb, key in _OF_CONTAINER
        if verb in verbs and fits.get(name, True)
    ]
    spec = registered("container-head")
    return object_frame(person, row, spec, (_now("Containers"), "containers:list"), tabs, tab=tab)


def object_frame(
    person: Person,
    row: InventoryRow,
    head: ListSpec,
    up: tuple[Words, str],
    tabs: list[TabLink],
    *,
    tab: str,
) -> dict[str, Any]:
    """The same for an object of any kind. `up`: word and route of its list."""
    kind = row._meta.model_name or ""
    about = {"endpoint": row.endpoint_id, "kind": kind, "id": row.podman_id}
    drawn = live_row(person, head, row)
    return _frame(person, row, drawn, up, [*tabs, _access(person, about)], tab=tab)


def host_frame(person: Person, row: Host, *, tab: str) -> dict[str, Any]:
    """The same for a host."""
    here, mine = verbs_for(person, row), verbs_at(person)
    head = live_row(person, registered("host-head"), row)
    named = [("summary", _("Summary"), "hosts:page")]
    if "container.stats" in here:
        named.append(("stats", _("Stats"), "stats:host"))
    named += [(name, word, route) for name, word, route, verb in _OBJECTS_OF_HOST if verb in mine]
    if not row.status.part:  # type: ignore[attr-defined]
        named += _SYSTEM_OF_HOST
    named.append(("history", _("History"), "hosts:history"))
    tabs = [TabLink(name, word, reverse(route, args=[row.pk])) for name, word, route in named]
    up = (_now("Hosts"), "hosts:list")
    return _frame(person, row, head, up, [*tabs, _access(person, {"host": row.pk})], tab=tab)


def _access(person: Person, about: dict[str, Any]) -> TabLink:
    route = "explain:who" if "access.view" in verbs_at(person) else "explain:person"
    return TabLink("access", _("Access"), f"{reverse(route)}?{urlencode(about)}")


def _frame(
    person: Person,
    row: Any,
    head: dict[str, Any],
    up: tuple[Words, str],
    tabs: Iterable[TabLink],
    *,
    tab: str,
) -> dict[str, Any]:
    return {
        "row": row,
        "called": row.name or row.podman_id[:12],
        "tab": tab,
        "tabs": tabs,
        "verbs": verbs_for(person, row),
        "head": head,
        "up_word": up[0],
        "up_url": reverse(up[1]),
    }
