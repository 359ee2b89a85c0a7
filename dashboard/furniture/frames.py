"""What every page of one host, or of one container, stands in: its head as a live row, and the tabs."""

from typing import Any

from dashboard.live.page import live_row
from dashboard.live.spec import registered
from dashboard.live.visibility import verbs_for
from hosts.access import Person
from hosts.models import Host, InventoryRow


def container_frame(person: Person, row: InventoryRow, *, tab: str) -> dict[str, Any]:
    """Context of containers/frame.html for a row fetched with its endpoint and host."""
    return _frame("container-head", person, row, tab)


def host_frame(person: Person, row: Host, *, tab: str) -> dict[str, Any]:
    """Context of hosts/frame.html."""
    return _frame("host-head", person, row, tab)


def _frame(head: str, person: Person, row: Any, tab: str) -> dict[str, Any]:
    return {
        "row": row,
        "tab": tab,
        "verbs": verbs_for(person, row),
        "head": live_row(person, registered(head), row),
    }
