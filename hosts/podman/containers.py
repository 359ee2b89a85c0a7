"""Containers: one small function per call. `container` is a full id, or a name."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, cast

from hosts.podman.client import Podman
from hosts.podman.errors import Conflict, Malformed
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import ContainerListItem

# Without a time Podman waits for the container's own, which we do not know.
OWN_STOP_LIMIT_S: Final = 330.0
# Podman's default
DEFAULT_STOP_S: Final = 10


async def list_containers(
    podman: Podman,
    *,
    all: bool = True,  # noqa: A002 - Podman's own word
    filters: Filters | None = None,
    size: bool = False,
) -> list[ContainerListItem]:
    """`containers/json`. Filters such as `{"id": [...], "status": ["running"], "label": [...]}`;
    an id filter that matches nothing gives an empty list. `size`: with what each has written, which is slow.
    """
    params = {"all": all, "filters": filters or None, "size": size or None}
    answer = await podman.get(path("containers", "json"), params=params)
    return cast(list[ContainerListItem], answer.objects())


async def build_is_running(podman: Podman) -> bool:
    """Whether a build runs: Podman lists its working containers as external ones."""
    ids = []
    for external in (True, False):
        params = {"all": True, "external": external}
        answer = await podman.get(path("containers", "json"), params=params)
        ids.append({str(one.get("Id")) for one in answer.objects()})
    return bool(ids[0] - ids[1])


async def inspect(podman: Podman, container: str) -> dict[str, Any]:
    """All of a container. Raises NotFound."""
    return (await podman.get(path("containers", container, "json"))).object()


async def create(podman: Podman, spec: dict[str, Any]) -> tuple[str, list[str]]:
    """Create from a SpecGenerator (`{"name", "image", "command", "env", "portmappings", …}`).

    Returns the full id and Podman's warnings. NotFound: the image is not there. `raw_image_name` is
    set to the image where absent: auto-update fails without it.
    """
    if "image" in spec:
        spec = {"raw_image_name": spec["image"]} | spec
    answer = (await podman.call("POST", path("containers", "create"), body=spec)).object()
    container_id = answer.get("Id")
    if not isinstance(container_id, str):
        raise Malformed("Podman created a container but did not say its id.")
    return container_id, [str(line) for line in answer.get("Warnings") or []]


async def start(podman: Podman, container: str) -> bool:
    """False: it was running already."""
    return await podman.change(path("containers", container, "start"))


async def stop(podman: Podman, container: str, *, wait_s: int | None = None) -> bool:
    """False: it was not running. `wait_s`: until SIGKILL; None: the container's own (often 10)."""
    return await podman.change(
        path("containers", container, "stop"),
        params={"timeout": wait_s},
        timeout_s=_stop_limit_s(podman, wait_s),
    )


async def restart(podman: Podman, container: str, *, wait_s: int | None = None) -> bool:
    """Stop as in `stop`, then start."""
    if wait_s is None:
        # unlike in stop, a missing timeout means none (5.4.2): SIGKILL at once
        config = (await inspect(podman, container)).get("Config") or {}
        wait_s = int(config.get("StopTimeout", DEFAULT_STOP_S))
    return await podman.change(
        path("containers", container, "restart"),
        params={"timeout": wait_s},
        timeout_s=_stop_limit_s(podman, wait_s),
    )


async def kill(podman: Podman, container: str, *, signal: str = "SIGKILL") -> bool:
    """Send a signal. Raises Conflict where it is not running."""
    return await podman.change(path("containers", container, "kill"), params={"signal": signal})


async def pause(podman: Podman, container: str) -> bool:
    """Raises Conflict where it is not running, or paused already."""
    return await podman.change(path("containers", container, "pause"))


async def unpause(podman: Podman, container: str) -> bool:
    """Raises Conflict where it is not paused."""
    return await podman.change(path("containers", container, "unpause"))


async def remove(
    podman: Podman,
    container: str,
    *,
    force: bool = False,
    volumes: bool = False,
    wait_s: int | None = None,
) -> None:
    """Remove. `force`: also a running one, stopped for `wait_s` first. `volumes`: its anonymous ones too.

    Raises NotFound; Conflict where it runs or something depends on it.
    """
    answer = await podman.call(
        "DELETE",
        path("containers", container),
        params={"force": force, "v": volumes, "timeout": wait_s if force else None},
        timeout_s=_stop_limit_s(podman, wait_s) if force else None,
    )
    # from 4.0 on: 200 with a report per container, which holds its error
    reports = answer.objects() if answer.body.strip() else []
    for report in reports:
        if report.get("Err"):
            raise Conflict(str(report["Err"]), status=answer.status)


async def rename(podman: Podman, container: str, *, name: str) -> None:
    """Raises Conflict where the name is taken."""
    await podman.call("POST", path("containers", container, "rename"), params={"name": name})


async def wait(
    podman: Podman,
    container: str,
    *,
    conditions: tuple[str, ...] = ("stopped", "exited"),
    timeout_s: float = 3600.0,
) -> int:
    """Wait until one of the conditions holds (running, exited, healthy, removing, …).

    Returns the exit code, -1 for a condition without one. DeadlineExceeded ends only our waiting.
    """
    target = path("containers", container, "wait")
    params = {"condition": conditions}
    code = (await podman.call("POST", target, params=params, timeout_s=timeout_s)).json()
    if not isinstance(code, int):
        raise Malformed("Podman's answer is not an exit code.")
    return code


async def top(podman: Podman, container: str) -> tuple[list[str], list[list[str]]]:
    """Its processes: the titles of the columns, and the rows. Conflict: it does not run."""
    target = path("containers", container, "top")
    whole = await podman.get(target, params={"stream": False})
    if not whole.body.strip():
        # 4.3 answers 200 with an empty body
        raise Conflict("Only a running container has processes.", status=whole.status)
    answer = whole.object()
    return list(answer.get("Titles") or []), [list(row) for row in answer.get("Processes") or []]


async def healthcheck(
    podman: Podman, container: str, *, timeout_s: float = 120.0
) -> dict[str, Any]:
    """Run its health check now: `{"Status", "FailingStreak", "Log"}`. Conflict without one."""
    target = path("containers", container, "healthcheck")
    return (await podman.get(target, timeout_s=timeout_s)).object()


async def init(podman: Podman, container: str) -> bool:
    """Prepare it without starting it; False: it was prepared already. Conflict where it runs."""
    return await podman.change(path("containers", container, "init"))


async def update(
    podman: Podman,
    container: str,
    resources: dict[str, Any],
    *,
    restart: str = "",
    tries: int = 0,
) -> None:
    """Change limits of a container, which may run: `{"memory": {…}, "cpu": {…}, "pids": {…}}`.

    As in a spec's resource_limits. `restart`: a new policy (5.1 and later).
    """
    params = {"restartPolicy": restart or None, "restartRetries": tries or None}
    target = path("containers", container, "update")
    await podman.call("POST", target, params=params, body=resources)


async def commit(
    podman: Podman,
    container: str,
    *,
    repository: str,
    tag: str,
    author: str = "",
    message: str = "",
    pause: bool = True,
    changes: tuple[str, ...] = (),
    timeout_s: float = 1800.0,
) -> str:
    """Make an image of its root file system; the image's id. A message needs Docker's format."""
    params: dict[str, Any] = {
        "container": container,
        "repo": repository,
        "tag": tag,
        "author": author or None,
        "comment": message or None,
        "format": "docker" if message else "oci",
        "pause": pause,
        "changes": list(changes) or None,
    }
    answer = await podman.call("POST", path("commit"), params=params, timeout_s=timeout_s)
    found = answer.object()
    # Id; older versions: ID
    image_id = found.get("Id") or found.get("ID")
    if not isinstance(image_id, str):
        raise Malformed("Podman made an image but did not say its id.")
    return image_id


def export(podman: Podman, container: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """Its root file system as a tar, as it arrives. Raises NotFound."""
    return podman.stream("GET", path("containers", container, "export"), head_timeout_s=60.0)


async def changes(podman: Podman, container: str) -> list[dict[str, Any]]:
    """Differences to its image: `{"Path", "Kind"}`; 0 changed, 1 added, 2 removed."""
    target = path("containers", container, "changes")
    return (await podman.get(target, timeout_s=60.0)).objects()


async def mount(podman: Podman, container: str) -> str:
    """Mount its root file system on the host; the path there. Podman counts mounts."""
    answer = await podman.call("POST", path("containers", container, "mount"))
    # bare text, not JSON (5.4)
    where = answer.body.decode(errors="replace").strip().strip('"')
    if not where.startswith("/") or not where.isprintable():
        raise Malformed("Podman mounted a container but did not say where.")
    return where


async def unmount(podman: Podman, container: str) -> None:
    """Take one mount back."""
    await podman.change(path("containers", container, "unmount"))


async def checkpoint(
    podman: Podman,
    container: str,
    *,
    keep: bool = False,
    leave_running: bool = False,
    tcp: bool = False,
    timeout_s: float = 600.0,
) -> None:
    """Freeze its processes to disk (CRIU), and stop it. `tcp`: with its connections."""
    params = {"keep": keep, "leaveRunning": leave_running, "tcpEstablished": tcp}
    target = path("containers", container, "checkpoint")
    await podman.call("POST", target, params=params, timeout_s=timeout_s)


async def restore(podman: Podman, container: str, *, keep: bool = False, tcp: bool = False) -> None:
    """Let a checkpointed container go on where it was."""
    target = path("containers", container, "restore")
    params = {"keep": keep, "tcpEstablished": tcp}
    await podman.call("POST", target, params=params, timeout_s=600.0)


def _stop_limit_s(podman: Podman, wait_s: int | None) -> float:
    return OWN_STOP_LIMIT_S if wait_s is None else wait_s + podman.timeout_s
