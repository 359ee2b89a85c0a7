"""What a unit's row shows: why it failed, and what it makes."""

from collections import defaultdict
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.offer import words_possible
from dashboard.live.visibility import scope_to_visible, verbs_for
from dashboard.offers.units import OFFERS
from hosts.access import Person
from hosts.models import INVENTORY, Unit

_words = words_possible(OFFERS)
# what a unit makes that has a page of its own
_SHOWN = ("container", "pod", "volume", "network")


def why(row: Unit) -> str:
    """Why its last run ended badly; "" where it did not."""
    if row.result in ("", "success"):
        return ""
    words = {
        "exit-code": _("exit code %d") % (row.exit_code or 0),
        "signal": _("ended by signal %d") % (row.exit_signal or 0),
        "core-dump": _("crashed, signal %d") % (row.exit_signal or 0),
        "timeout": _("timed out"),
        "oom-kill": _("out of memory"),
        "watchdog": _("no sign of life (watchdog)"),
        "start-limit-hit": _("started too often in a short time"),
        "resources": _("not enough resources"),
        "exec-condition": _("its condition was not met"),
        "protocol": _("did not report that it is ready"),
    }
    return words.get(row.result, row.result)


def prepare(rows: list[Any], person: Person) -> None:
    """Set `can`, `url`, `why`, `detail`, `made` (the row of what it makes) and `look` on each row."""
    made = _made(rows, person)
    for row in rows:
        up = row.endpoint.state in ("up", "degraded")
        row.can = _words(row, verbs_for(person, row)) if up else []
        row.url = reverse("units:page", args=[row.endpoint_id, row.podman_id])
        row.why = why(row)
        # “failed (failed)” says nothing
        row.detail = "" if row.sub == row.state else row.sub
        row.made = made.get((row.endpoint_id, row.makes, row.makes_name))
        row.made_url = ""
        if row.made is not None:
            place = [row.made.endpoint_id, row.made.podman_id]
            row.made_url = reverse(f"{row.makes}s:page", args=place)
        row.look = row.made_url


def _made(rows: list[Unit], person: Person) -> dict[tuple[int, str, str], Any]:
    """What these units make and the person sees, by endpoint, kind and name: a query for each kind."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.makes in _SHOWN and row.makes_name:
            names[row.makes].add(row.makes_name)
    places = {row.endpoint_id for row in rows}
    return {
        (one.endpoint_id, kind, one.name): one
        for kind, wanted in names.items()
        for one in scope_to_visible(INVENTORY[kind].objects.all(), person).filter(
            endpoint_id__in=places, name__in=wanted
        )
    }
