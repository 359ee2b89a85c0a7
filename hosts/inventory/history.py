"""Events of hosts as rows: their columns, and how long they are kept. Synchronous."""

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from hosts.inventory.bounds import integer, mapping, text
from hosts.inventory.sightings import seconds_of
from hosts.models import HostEvent

KEPT_FOR = timedelta(days=7)
KEPT_ROWS = 10_000
_CHUNK = 500


def fields(event: dict[str, Any]) -> dict[str, Any]:
    """Columns of HostEvent from an event as Podman sends it; none of it is trusted."""
    actor = event["Actor"]
    attributes = mapping(actor.get("Attributes"), count=200)
    kind = text(event["Type"], limit=20)
    name = attributes.get("network") if kind == "network" else ""
    # removals repeat it
    died = event["Action"] == "died"
    code = attributes.get("containerExitCode", "") if died else ""
    return {
        "at": seconds_of(event),
        "kind": kind,
        "action": text(event["Action"], limit=30),
        "podman_id": text(actor.get("ID"), limit=255) or attributes.get("name", "")[:255],
        "name": (name or attributes.get("name", ""))[:255],
        "image": attributes.get("image", "")[:255],
        "exit_code": integer(int(code), low=-(2**31), high=2**31 - 1) if _number(code) else None,
    }


def _number(value: str) -> bool:
    return value.isascii() and value.removeprefix("-").isdigit() and len(value) < 12


def trim(endpoint_id: int) -> int:
    """Delete an endpoint's oldest events beyond KEPT_ROWS; how many."""
    mine = HostEvent.objects.filter(endpoint_id=endpoint_id)
    surplus = list(mine.order_by("-at", "-id").values_list("pk", flat=True)[KEPT_ROWS:])
    for start in range(0, len(surplus), _CHUNK):
        HostEvent.objects.filter(pk__in=surplus[start : start + _CHUNK]).delete()
    return len(surplus)


def tidy_events() -> int:
    """Delete events that are too old or too many; how many."""
    old = HostEvent.objects.filter(at__lt=timezone.now() - KEPT_FOR)
    deleted = int(old.delete()[0])
    rows = HostEvent.objects.order_by().values("endpoint").annotate(rows=Count("pk"))
    for endpoint_id in list(rows.filter(rows__gt=KEPT_ROWS).values_list("endpoint", flat=True)):
        deleted += trim(endpoint_id)
    return deleted
