"""What every page of one container stands in: its head as a live row, and the tabs."""

from typing import Any

from dashboard.live.page import live_row
from dashboard.live.visibility import verbs_for
from dashboard.pages.containers.lists import HEAD
from hosts.access import Person
from hosts.models import InventoryRow


def container_frame(person: Person, row: InventoryRow, *, tab: str) -> dict[str, Any]:
    """Context of containers/frame.html for a row fetched with its endpoint and host."""
    return {
        "row": row,
        "tab": tab,
        "verbs": verbs_for(person, row),
        "head": live_row(person, HEAD, row),
    }
