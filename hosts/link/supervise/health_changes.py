"""Which health events tell something new: those are kept, repetitions are not.

The mirror cannot tell: a list may show a container healthy before its event comes.
"""

from collections.abc import Callable
from typing import Any, Final

from hosts.inventory.bounds import BoundedDict
from hosts.inventory.rows import HEALTHS

_REMEMBERED: Final = 20_000
_BEGINS: Final = frozenset({"create", "start", "restart"})


class HealthChanges:
    """One endpoint's. `known(id, health)`: whether it was so before this watch began to listen."""

    def __init__(self, known: Callable[[str, str], bool]) -> None:
        self._known = known
        self._last: BoundedDict[str, str] = BoundedDict(_REMEMBERED)

    def is_change(self, event: dict[str, Any]) -> bool:
        """True for a `health_status` event that says something new. Hand in every event."""
        podman_id = event["Actor"]["ID"]
        if event["Type"] == "container" and event["Action"] in _BEGINS:
            self._last[podman_id] = ""
        health = event.get("HealthStatus")
        if event["Action"] != "health_status" or health not in HEALTHS:
            return False
        last = self._last.get(podman_id)
        new = health != last if last is not None else not self._known(podman_id, health)
        self._last[podman_id] = health
        return new
