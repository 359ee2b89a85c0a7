"""Says of a connection that somebody signed in by it (dashboard.connections counts the others)."""

from typing import Any, Final

# in a scope's extensions
CONNECTION: Final = "haulout.connection"


def mark_signed_in(scope: dict[str, Any]) -> None:
    """Whoever asks is signed in: their connection is no stranger's. From any thread."""
    connection = (scope.get("extensions") or {}).get(CONNECTION)
    if connection is not None:
        connection.sign_in()
