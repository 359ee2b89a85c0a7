"""The state of a pod, for settling: its own word, and its containers' processes."""

from typing import Any

from hosts.jobs.errand import Errand
from hosts.podman import containers, pods

# Podman's words (libpod/define/podstate.go), in lower case
STOPPED = frozenset({"created", "exited", "stopped"})


async def state_of(errand: Errand) -> str:
    """running, degraded, paused, exited, stopped, created or error. NotFound when it is gone."""
    found = await pods.inspect(errand.podman, errand.object_id)
    return str(found.get("State", "")).lower()


async def members(errand: Errand) -> dict[str, list[Any]]:
    """[pid, started_at] of each running container by id, without the infra container."""
    listed = await containers.list_containers(
        errand.podman, filters={"pod": [errand.object_id], "status": ["running", "paused"]}
    )
    return {
        one["Id"]: [one.get("Pid", 0), one.get("StartedAt", 0)]
        for one in listed
        if not one.get("IsInfra")
    }


def all_changed(before: dict[str, Any], after: dict[str, list[Any]]) -> bool:
    """True when none of the processes from before is left."""
    return all(after.get(container) != process for container, process in before.items())
