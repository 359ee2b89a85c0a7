"""A Podman socket over `podman system dial-stdio`: a command's output as a byte stream."""

import asyncssh

from hosts.link.channel import Channel, Receiver


class StdioSession(asyncssh.SSHClientSession[bytes]):
    """Hands a command's standard output to a receiver; its standard error goes nowhere."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._started = False

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._chan = chan

    def session_started(self) -> None:
        # Not before: sshd drops what is written to a channel that runs no command yet.
        self._started = True
        self._receiver.connection_made(_as_channel(self._chan))
        self._receiver.session_started()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._started:
            self._receiver.connection_lost(exc)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype is None:
            self._receiver.data_received(data)

    def eof_received(self) -> bool:
        return self._receiver.eof_received()

    def pause_writing(self) -> None:
        self._receiver.pause_writing()

    def resume_writing(self) -> None:
        self._receiver.resume_writing()


def _as_channel(chan: asyncssh.SSHClientChannel[bytes]) -> Channel:
    return chan
