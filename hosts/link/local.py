"""This machine's own Podman, with the interface of an SSH connection."""

import asyncio
from typing import Any, cast

from hosts.link.channel import CommandResult, ReceiverFactory
from hosts.link.errors import LinkError


class LocalConnection:
    """Sockets and commands of this machine (`channel.Connection`)."""

    @property
    def closed(self) -> bool:
        """Never true: this machine is always here."""
        return False

    @property
    def forwards(self) -> bool:
        """Always true: all sockets are here."""
        return True

    async def open_channel(
        self, receiver: ReceiverFactory, socket_path: str, *, timeout_s: float = 15.0
    ) -> None:
        """Connect a new receiver to a socket of this machine."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                await loop.create_unix_connection(cast(Any, receiver), socket_path)
        except TimeoutError as exc:
            raise LinkError(
                "channel-timeout",
                cause=f"{socket_path} did not take a connection within {timeout_s:g} s.",
                cure="Look at the load of this machine: uptime",
            ) from exc
        except FileNotFoundError as exc:
            raise LinkError(
                "socket-missing",
                cause=f"There is no socket {socket_path} on this machine.",
                cure=enable_socket(socket_path),
            ) from exc
        except PermissionError as exc:
            raise LinkError(
                "socket-forbidden",
                cause=f"Haulout's account may not open {socket_path}.",
                cure="Use the account's own socket: systemctl --user enable --now podman.socket",
            ) from exc
        except OSError as exc:
            raise LinkError(
                "service-not-answering",
                cause=f"Nothing serves {socket_path} ({exc.strerror or exc}).",
                cure=enable_socket(socket_path),
            ) from exc

    async def run(
        self, command: str, *, stdin: bytes = b"", timeout_s: float = 15.0
    ) -> CommandResult:
        """Run a shell command on this machine."""
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(timeout_s):
                stdout, stderr = await process.communicate(stdin)
        except TimeoutError as exc:
            raise LinkError(
                "not-permitted",
                cause=f"A command on this machine did not end within {timeout_s:g} s.",
                cure="Look at the load of this machine: uptime",
            ) from exc
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return CommandResult(
            status=process.returncode,
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
        )


def enable_socket(socket_path: str) -> str:
    """The command that starts a Podman socket at its usual place."""
    if socket_path.startswith("/run/user/"):
        return (
            "As that user: systemctl --user enable --now podman.socket; "
            'then as root: loginctl enable-linger "USER"'
        )
    return "As root: systemctl enable --now podman.socket"
