"""Ends the processes of an exec session. Closing its connection does not; Podman has no call for it.

`exec/{id}/remove` with force sends SIGTERM twice, though documented as SIGKILL (5.4.2, seen).
Every interactive shell ignores that. So the processes are found from inside, by a mark in their
environment, and get the hangup of a real terminal.
"""

import asyncio
from typing import Final

from hosts.podman import execs
from hosts.podman.client import Podman
from hosts.podman.errors import DeadlineExceeded, NotFound, PodmanError, ServerFault, Unsupported

MARK: Final = "HAULOUT_TERMINAL"
WITHIN_S: Final = 5.0
LOOK_S: Final = 0.1
# this command does not carry the mark, so it does not end itself; grep reads binary files (busybox
# and GNU)
_SCRIPT: Final = (
    "for p in /proc/[0-9]*; do"
    ' grep -q "$1" "$p/environ" 2>/dev/null && kill -"$2" "${p#/proc/}"; done; exit 0'
)


async def signal(podman: Podman, container: str, *, mark: str, name: str, user: str = "") -> bool:
    """Send HUP or KILL to all processes that carry `mark`. False: impossible from inside (no sh).

    `user`: the session's own; environments of others cannot be read. Raises PodmanError.
    """
    command = ["sh", "-c", _SCRIPT, "sh", f"{MARK}={mark}", name]
    made = await execs.create(podman, container, command, stdin=False, user=user)
    pipe = await execs.start(podman, made, tty=False)
    try:
        async with asyncio.timeout(WITHIN_S):
            async for _frames in pipe.frames():
                pass
    except TimeoutError:
        return False
    finally:
        await pipe.close()
    return (await execs.inspect(podman, made)).get("ExitCode") == 0


async def end(
    podman: Podman,
    container: str,
    exec_id: str,
    *,
    mark: str,
    user: str = "",
    patience_s: float = 1.0,
) -> bool:
    """Hang up, wait, then kill, until the session has ended. True when Podman confirms the end.

    Raises PodmanError where the host cannot be asked.
    """
    for name in ("HUP", "KILL"):
        if not await _runs(podman, exec_id):
            return True
        try:
            if not await signal(podman, container, mark=mark, name=name, user=user):
                break
        except PodmanError:
            if not await _runs(podman, exec_id):
                return True
            raise
        for _ in range(round(patience_s / LOOK_S)):
            if not await _runs(podman, exec_id):
                return True
            await asyncio.sleep(LOOK_S)
    if await _runs(podman, exec_id):
        # for commands in containers without a shell: SIGTERM ends most of them
        try:
            await execs.remove(podman, exec_id, timeout_s=WITHIN_S)
        except (ServerFault, DeadlineExceeded, Unsupported):
            return False
    return not await _runs(podman, exec_id)


async def _runs(podman: Podman, exec_id: str) -> bool:
    try:
        return bool((await execs.inspect(podman, exec_id)).get("Running"))
    except NotFound:
        return False
