"""How containers stand, for settling: one look by full id."""

from typing import Any

from hosts.jobs.errand import Errand
from hosts.podman import containers


async def look(errand: Errand) -> dict[str, Any]:
    """Pid, start, restarts and state of the errand's container. NotFound when it is gone."""
    found = await containers.inspect(errand.podman, errand.object_id)
    state = found.get("State") or {}
    return {
        "status": str(state.get("Status", "")),
        "running": bool(state.get("Running")),
        "paused": bool(state.get("Paused")),
        "pid": int(state.get("Pid") or 0),
        "started_at": str(state.get("StartedAt", "")),
        "restarts": int(found.get("RestartCount") or 0),
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """True when the container is another process than before (snapshot, DESIGN: Actions)."""
    return any(before.get(key) != after[key] for key in ("pid", "started_at", "restarts"))
