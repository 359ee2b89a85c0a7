"""Pods: one small function per call. `pod` is a full id, or a name."""

import asyncio
from typing import Any, Final, cast

from hosts.podman.client import Podman
from hosts.podman.errors import Malformed, PodmanError
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import PodListItem

# Each container of a pod is stopped with a time of its own.
STOP_LIMIT_S: Final = 330.0
# Podman's issue 18477: an init container has ended, and Podman still takes it for running, for the
# second words when it is started again
_INIT_ENDS: Final = (
    "failed to remove once init container",
    "must be in Created or Stopped state to be started",
)
_START_AGAIN_S: Final = (0.3, 1.0, 3.0)


async def list_pods(podman: Podman, *, filters: Filters | None = None) -> list[PodListItem]:
    """`pods/json`, stopped ones too."""
    answer = await podman.get(path("pods", "json"), params={"filters": filters or None})
    return cast(list[PodListItem], answer.objects())


async def inspect(podman: Podman, pod: str) -> dict[str, Any]:
    """All of a pod. Raises NotFound."""
    return (await podman.get(path("pods", pod, "json"))).object()


async def create(podman: Podman, spec: dict[str, Any]) -> str:
    """Create from a PodSpecGenerator (`{"name", "shared_namespaces", "portmappings", …}`); its id.

    Conflict: the name is taken.
    """
    answer = (await podman.call("POST", path("pods", "create"), body=spec)).object()
    pod_id = answer.get("Id")
    if not isinstance(pod_id, str):
        raise Malformed("Podman made a pod but did not say its id.")
    return pod_id


async def top(podman: Podman, pod: str) -> dict[str, Any]:
    """`{"Titles": [...], "Processes": [[...], …]}` of all its containers. Conflict: none runs."""
    return (await podman.get(path("pods", pod, "top"))).object()


async def start(podman: Podman, pod: str) -> bool:
    """False: all its containers were running already. Init containers may run more than once."""
    for pause_s in _START_AGAIN_S:
        try:
            return await _start(podman, pod)
        except PodmanError as failed:
            if not any(words in failed.message for words in _INIT_ENDS):
                raise
        await asyncio.sleep(pause_s)
    return await _start(podman, pod)


async def _start(podman: Podman, pod: str) -> bool:
    return await podman.change(path("pods", pod, "start"), timeout_s=STOP_LIMIT_S)


async def stop(podman: Podman, pod: str, *, wait_s: int | None = None) -> bool:
    """False: none was running. `wait_s` until SIGKILL; None: each container's own."""
    params = {"t": wait_s}
    return await podman.change(path("pods", pod, "stop"), params=params, timeout_s=STOP_LIMIT_S)


async def restart(podman: Podman, pod: str) -> bool:
    return await podman.change(path("pods", pod, "restart"), timeout_s=STOP_LIMIT_S)


async def kill(podman: Podman, pod: str, *, signal: str = "SIGKILL") -> bool:
    return await podman.change(path("pods", pod, "kill"), params={"signal": signal})


async def pause(podman: Podman, pod: str) -> bool:
    return await podman.change(path("pods", pod, "pause"))


async def unpause(podman: Podman, pod: str) -> bool:
    return await podman.change(path("pods", pod, "unpause"))


async def remove(podman: Podman, pod: str, *, force: bool = False) -> None:
    """Remove it with its containers; running ones only with `force`. Raises NotFound, Conflict."""
    await podman.call("DELETE", path("pods", pod), params={"force": force}, timeout_s=STOP_LIMIT_S)
