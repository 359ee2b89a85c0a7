"""The windows that are open now, for the banner above every page: those at hosts that one sees."""

from hosts.access import Person, visible_hosts
from hosts.guardrails.freezes import Open, open_among
from hosts.models import FreezeWindow


def open_for(person: Person) -> list[Open]:
    """Open windows that count on a host this person sees; one query where there is none."""
    windows = FreezeWindow.objects.filter(enabled=True)
    found = open_among(windows)
    if not found:
        return []
    seen = visible_hosts(person)
    there = set(windows.filter(groups__hosts__in=seen).values_list("pk", flat=True))
    anywhere = seen.exists()
    return [one for one in found if one.window.pk in there or (one.window.everywhere and anywhere)]
