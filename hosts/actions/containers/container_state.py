"""How containers stand, for settling: one look by full id."""

from typing import Any

from hosts.jobs.errand import Errand
from hosts.podman import containers


async def look(errand: Errand) -> dict[str, Any]:
    """How the errand's container stands, its health "" without a check. NotFound when it is gone."""
    found = await containers.inspect(errand.podman, errand.object_id)
    state = found.get("State") or {}
    return {
        "status": str(state.get("Status", "")),
        "running": bool(state.get("Running")),
        "paused": bool(state.get("Paused")),
        "pid": int(state.get("Pid") or 0),
        "started_at": str(state.get("StartedAt", "")),
        "restarts": int(found.get("RestartCount") or 0),
        "exit_code": int(state.get("ExitCode") or 0),
        # Podman 4 calls it Healthcheck
        "health": str((state.get("Health") or state.get("Healthcheck") or {}).get("Status") or ""),
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """True when the container is another process than before (snapshot, DESIGN: Actions)."""
    return any(before.get(key) != after[key] for key in ("pid", "started_at", "restarts"))
