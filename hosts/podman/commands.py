"""Commands run inside a container to their end: with bounded output and an exit code."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from hosts.podman import execs
from hosts.podman.client import Podman
from hosts.podman.errors import BadRequest, DeadlineExceeded, PodmanError, ServerFault
from hosts.podman.frames import STDOUT

ERROR_LIMIT_BYTES: Final = 16 * 1024
# crun's and runc's codes for "cannot be started"; Podman says which in the stream
_NOT_STARTED: Final = (125, 126, 127)


class NoTool(PodmanError):
    """The container has no such program."""


@dataclass(frozen=True, slots=True)
class ExecResult:
    """`cut`: the output exceeded the limit; nobody waited for the rest."""

    code: int
    out: bytes
    err: str
    cut: bool


async def run(
    podman: Podman,
    container: str,
    command: Sequence[str],
    *,
    workdir: str = "/",
    limit_bytes: int = 1024 * 1024,
    timeout_s: float = 30.0,
) -> ExecResult:
    """Run `command` as the container's root, without a shell. Words must be UTF-8.

    Raises NoTool where the program is missing, Conflict where the container does not run, NotFound,
    DeadlineExceeded (the program goes on).
    """
    if any("\0" in word for word in command):
        raise BadRequest("A word of a command has no zero byte.")
    session = await execs.create(podman, container, command, stdin=False, user="0", workdir=workdir)
    pipe = await execs.start(podman, session, tty=False)
    out, err, cut = bytearray(), bytearray(), False
    try:
        async with asyncio.timeout(timeout_s):
            async for frames in pipe.frames():
                for stream, data in frames:
                    if stream == STDOUT:
                        out += data
                    elif len(err) < ERROR_LIMIT_BYTES:
                        err += data
                if len(out) > limit_bytes:
                    cut = True
                    break
    except TimeoutError as exc:
        raise DeadlineExceeded(f"{command[0]} did not end within {timeout_s:g} s.") from exc
    finally:
        await pipe.close()
    said = err.decode(errors="replace").strip()
    if cut:
        return ExecResult(0, bytes(out[:limit_bytes]), said, cut=True)
    code = (await execs.inspect(podman, session)).get("ExitCode")
    code = code if isinstance(code, int) else -1
    if code in _NOT_STARTED and "executable file" in said:
        raise NoTool(f"This container has no “{command[0]}”.", cause=said)
    return ExecResult(code, bytes(out), said, cut=False)


async def stream(
    podman: Podman, container: str, command: Sequence[str]
) -> AsyncGenerator[bytes, None]:
    """The output of `command` as it comes, at the reader's pace.

    Raises NoTool; ServerFault with its stderr where it ends with a code above 1.
    """
    session = await execs.create(podman, container, command, stdin=False, user="0", workdir="/")
    pipe = await execs.start(podman, session, tty=False)
    err = bytearray()
    try:
        async for frames in pipe.frames():
            for stream, data in frames:
                if stream == STDOUT:
                    yield data
                elif len(err) < ERROR_LIMIT_BYTES:
                    err += data
    finally:
        await pipe.close()
    said = err.decode(errors="replace").strip()
    code = (await execs.inspect(podman, session)).get("ExitCode")
    if code in _NOT_STARTED and "executable file" in said:
        raise NoTool(f"This container has no “{command[0]}”.", cause=said)
    if not isinstance(code, int) or code > 1:
        raise ServerFault(f"{command[0]} ended with {code}.", cause=said)
