"""Says of a connection that somebody signed in by it (dashboard.connections counts the others)."""

from typing import Any, Final

# in a scope's extensions
DOOR: Final = "haulout.door"


def let_in(scope: dict[str, Any]) -> None:
    """Whoever asks is signed in: their connection is no stranger's. From any thread."""
    door = (scope.get("extensions") or {}).get(DOOR)
    if door is not None:
        door.let_in()
