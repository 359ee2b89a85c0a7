"""The interface that SSH channels and local sockets share, so that the relay need not tell them apart."""

from collections.abc import Callable
from typing import Protocol


class Channel(Protocol):
    """The writing end of a byte stream; asyncssh's and asyncio's transports both fit."""

    def write(self, data: bytes) -> None: ...
    def write_eof(self) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def get_write_buffer_size(self) -> int: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Receiver(Protocol):
    """Gets the stream's events, from asyncssh (with a datatype) or asyncio (without)."""

    def connection_made(self, transport: Channel) -> None: ...
    def session_started(self) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def data_received(self, data: bytes, datatype: int | None = None) -> None: ...
    def eof_received(self) -> bool: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


ReceiverFactory = Callable[[], Receiver]


class Connection(Protocol):
    """A connection to a host: over SSH, or to this machine itself."""

    @property
    def forwards(self) -> bool:
        """False while every channel is a `podman system dial-stdio`, which reaches Podman only."""
        ...

    async def open_channel(self, receiver: ReceiverFactory, socket_path: str) -> None:
        """Connect a new receiver to a socket of the host.

        Raises LinkError "channel-refused", "channel-timeout", "host-away"; where the cause is known
        "socket-missing", "socket-forbidden" or "service-not-answering".
        """
        ...

    async def run(
        self, command: str, *, stdin: bytes = b"", timeout_s: float = 15.0
    ) -> "CommandResult":
        """Run a shell command on the host. Raises LinkError "not-permitted" or "host-away"."""
        ...


class CommandResult:
    """The end of a command; `status` None: a signal ended it."""

    __slots__ = ("status", "stderr", "stdout")

    def __init__(self, *, status: int | None, stdout: str, stderr: str) -> None:
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
