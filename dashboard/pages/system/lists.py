"""The list of a host's events, live, kept for a week."""

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import HOST, KEY, USER, any_contains, contains, equals, one_of
from hosts.access import Person, on_endpoints
from hosts.models import INVENTORY, HostEvent

KINDS = {
    kind: Q(kind=kind)
    for kind in ("container", "pod", "image", "volume", "network", "secret", "system")
}
TROUBLE = (
    Q(action="died", exit_code__isnull=False) & ~Q(exit_code=0)
    | Q(action__in=("unhealthy", "oom"))
    | Q(kind="system", action="refresh")
)
_ROOMS = {kind: f"{kind}s" for kind in INVENTORY}


def _visible(person: Person) -> Q:
    """Events of visible hosts, of the kinds whose objects the person sees there."""
    there = on_endpoints(person, "host.view")
    seen = {kind: on_endpoints(person, f"{kind}.view") for kind in INVENTORY}
    if not any(seen.values()):
        # the person sees everything: a plain condition uses the index of times
        return there
    kinds = Q(kind="system")
    for kind, places in seen.items():
        kinds |= Q(kind=kind) & places
    return there & kinds


def _prepare(rows: list[Any], person: Person) -> None:
    """Set `url` ("" for a gone object), `tone` and `called` on each row."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.kind in _ROOMS and row.podman_id:
            wanted[row.kind].add(row.podman_id)
    there = {
        (kind, endpoint_id, podman_id)
        for kind, ids in wanted.items()
        for endpoint_id, podman_id in INVENTORY[kind]
        .objects.filter(podman_id__in=ids)
        .values_list("endpoint_id", "podman_id")
    }
    for row in rows:
        known = (row.kind, row.endpoint_id, row.podman_id) in there
        row.url = f"/{_ROOMS[row.kind]}/{row.endpoint_id}/{row.podman_id}/" if known else ""
        row.tone = _tone(row)
        row.display_name = _display_name(row.name or row.podman_id)


def _display_name(name: str) -> str:
    """The name; of an id its beginning."""
    is_id = len(name) == 64 and not set(name) - set("0123456789abcdef")
    return name[:12] if is_id else name


def _tone(row: Any) -> str:
    if (row.action == "died" and row.exit_code) or row.action in ("unhealthy", "oom"):
        return "bad"
    if row.action in ("start", "healthy", "unpause"):
        return "good"
    if row.action in ("remove", "prune", "kill", "died", "stop", "pause"):
        return "warn" if row.action in ("remove", "prune", "kill") else "idle"
    return "calm"


SPEC = register(
    ListSpec(
        name="events",
        verb="host.view",
        noun=(_("event"), _("events")),
        base=lambda person: HostEvent.objects.select_related("endpoint__host").filter(
            _visible(person)
        ),
        tokens=(
            one_of("kind", _("container, image, volume …"), KINDS),
            equals("action", _("start, died, remove, pull …"), "action"),
            contains("name", _("part of the name"), "name"),
            contains("image", _("part of the image name"), "image"),
            USER,
            one_of("is", _("trouble"), {"trouble": TROUBLE}),
            Token("host", "", HOST.to_q),
            KEY,
        ),
        text=any_contains("name", "action", "podman_id"),
        columns=(
            Column("since", _("When"), "-newest"),
            Column("middle", _("What")),
            Column("small", _("Kind"), rank=3),
            Column("name", _("Name")),
            Column("image", _("Image"), rank=3),
            Column("host", _("Podman of"), rank=3),
        ),
        sorts={"newest": ("at", "id")},
        default_sort="-newest",
        row_template="system/event.html",
        topics=frozenset({"events"}),
        fingerprint=lambda row: f"{row.at.timestamp()}.{row.count}.{row.url != ''}",
        prepare=_prepare,
        empty={
            "icon": "activity",
            "title": _("No events yet"),
            "text": _("Podman's events on this host appear here, for seven days."),
            "hint": _("name, or kind:container action:died is:trouble …"),
        },
    )
)
QUICK = (
    (_("All"), ""),
    (_("Trouble"), "is:trouble"),
    (_("Containers"), "kind:container"),
    (_("Images"), "kind:image"),
    (_("Removed"), "action:remove"),
)
