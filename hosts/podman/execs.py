"""Commands run inside a container: make one, start it as a pipe, resize it, ask how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from hosts.podman.attach import RawStream, upgrade
from hosts.podman.client import Podman
from hosts.podman.errors import Malformed
from hosts.podman.paths import path


async def create(  # noqa: PLR0913 - as Podman takes them
    podman: Podman,
    container: str,
    command: Sequence[str],
    *,
    tty: bool = False,
    stdin: bool = True,
    user: str = "",
    workdir: str = "",
    environment: Mapping[str, str] | None = None,
    privileged: bool = False,
    detach_keys: str = "",
) -> str:
    """Make an exec session; returns its id. Raises NotFound; Conflict: it does not run.

    `privileged` gives all capabilities: guard it first. `detach_keys` "" leaves every key to the
    program (Podman's default would swallow Ctrl-P Ctrl-Q).
    """
    body = {
        "Cmd": list(command),
        "Tty": tty,
        "AttachStdin": stdin,
        "AttachStdout": True,
        "AttachStderr": True,
        "User": user,
        "WorkingDir": workdir,
        "Env": [f"{name}={value}" for name, value in (environment or {}).items()],
        "Privileged": privileged,
        "DetachKeys": detach_keys,
    }
    target = path("containers", container, "exec")
    answer = (await podman.call("POST", target, body=body)).object()
    exec_id = answer.get("Id")
    if not isinstance(exec_id, str):
        raise Malformed("Podman made an exec session but did not say its id.")
    return exec_id


async def start(
    podman: Podman, exec_id: str, *, tty: bool, columns: int = 80, rows: int = 24
) -> RawStream:
    """Start it and take over its byte stream. Raises NotFound, Conflict.

    `tty`: as given to `create`. The size goes along with the start: no race with a resize.
    """
    body: dict[str, Any] = {"Detach": False, "Tty": tty}
    if tty:
        body |= {"w": columns, "h": rows}
    return await upgrade(podman, path("exec", exec_id, "start"), tty=tty, body=body)


async def resize(podman: Podman, exec_id: str, *, columns: int, rows: int) -> None:
    """Set its size. Fails before the start and after the end (500, 409); the session goes on."""
    await podman.change(path("exec", exec_id, "resize"), params={"w": columns, "h": rows})


async def resize_container(podman: Podman, container: str, *, columns: int, rows: int) -> None:
    """The same for the terminal of an attached container."""
    target = path("containers", container, "resize")
    await podman.change(target, params={"w": columns, "h": rows})


async def inspect(podman: Podman, exec_id: str) -> dict[str, Any]:
    """`{"Running", "ExitCode", "Pid", …}`. Podman forgets it soon after the end."""
    return (await podman.get(path("exec", exec_id, "json"))).object()


async def remove(podman: Podman, exec_id: str, *, timeout_s: float | None = None) -> None:
    """Forget a session; a running one gets SIGTERM. From 4.8 on.

    Raises ServerFault where the command did not end by it.
    """
    target = path("exec", exec_id, "remove")
    await podman.call("POST", target, body={"Force": True}, timeout_s=timeout_s)
