"""The state of a container, for settling: one inspect by full id."""

from typing import Any

from hosts.jobs.errand import Errand
from hosts.podman import containers


async def inspect_state(errand: Errand) -> dict[str, Any]:
    """The container's state. `health` is "" without a check. NotFound when it is gone."""
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


def is_new_process(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """True when the container runs another process than in the snapshot before."""
    return any(before.get(key) != after[key] for key in ("pid", "started_at", "restarts"))
