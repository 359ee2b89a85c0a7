"""How pods stand, for settling: the pod's own word, and its members' processes."""

from typing import Any

from hosts.jobs.errand import Errand
from hosts.podman import containers, pods

# Podman's words (libpod/define/podstate.go), in lower case
STOPPED = frozenset({"created", "exited", "stopped"})


async def state_of(errand: Errand) -> str:
    """running, degraded, paused, exited, stopped, created, error. NotFound when it is gone."""
    found = await pods.inspect(errand.podman, errand.object_id)
    return str(found.get("State", "")).lower()


async def members(errand: Errand) -> dict[str, list[Any]]:
    """[pid, started_at] of each member that runs, by its id; the infra container is left out."""
    listed = await containers.list_containers(
        errand.podman, filters={"pod": [errand.object_id], "status": ["running", "paused"]}
    )
    return {
        one["Id"]: [one.get("Pid", 0), one.get("StartedAt", 0)]
        for one in listed
        if not one.get("IsInfra")
    }


def all_changed(before: dict[str, Any], after: dict[str, list[Any]]) -> bool:
    """True when none of the processes of before is left."""
    return all(after.get(container) != process for container, process in before.items())
