"""Events of hosts as rows: their columns, and how long they are kept. Synchronous."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from hosts.inventory.bounds import integer, mapping, text
from hosts.inventory.sightings import seconds_of
from hosts.inventory.tidy import trim_each
from hosts.models import HostEvent

KEPT_FOR = timedelta(days=7)
KEPT_ROWS = 10_000
NEWEST_FIRST = ("-at", "-id")


def fields(event: dict[str, Any]) -> dict[str, Any]:
    """Columns of HostEvent from an event as Podman sends it; none of it is trusted."""
    actor = event["Actor"]
    attributes = mapping(actor.get("Attributes"), count=200)
    kind = text(event["Type"], limit=20)
    name = attributes.get("network") if kind == "network" else ""
    # events of removals repeat the exit code
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


def tidy_events() -> int:
    """Delete events that are too old or too many; how many."""
    old = HostEvent.objects.filter(at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0] + trim_each(HostEvent.objects.all(), KEPT_ROWS, *NEWEST_FIRST)
