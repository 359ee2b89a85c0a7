"""Joins one local connection to one channel on a host: bytes, backpressure and half-closes.

It joins at the protocol level, without streams or tasks for the bytes: that makes it fast.
"""

import asyncio
import select
import socket
from collections.abc import Awaitable, Callable
from typing import Final, cast

from hosts.link.channel import Channel, Receiver, ReceiverFactory
from hosts.link.error_response import error_response
from hosts.link.errors import LinkError
from hosts.link.framing import HEAD_MAX_BYTES
from hosts.link.web_filter import RequestRefusedError, WebFilter

_EARLY_MAX_BYTES: Final = 64 * 1024
_DRAIN_S: Final = 2.0
_LINGER_S: Final = 10.0
_HANGUP_POLL_S: Final = 1.0

Opener = Callable[[ReceiverFactory], Awaitable[None]]


class Splice(asyncio.Protocol):
    """The local side. `opener` connects the far side, or raises LinkError.

    `on_end` is called once, when the local connection is gone.
    """

    def __init__(
        self, opener: Opener, *, web_filter: WebFilter | None, on_end: Callable[["Splice"], None]
    ) -> None:
        self._opener = opener
        self._filter = web_filter
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._near: asyncio.Transport | None = None
        self._far: Channel | None = None
        self._opening: asyncio.Task[None] | None = None
        self._early = bytearray()
        self._failure: LinkError | None = None
        self._draining = False
        self._near_eof = False
        self._far_eof = False
        self._far_full = False
        self._near_full = False
        self._timer: asyncio.TimerHandle | None = None
        self._linger: asyncio.TimerHandle | None = None

    # Events of the local connection, from asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._near = cast(asyncio.Transport, transport)
        if self._filter is None:
            self._open()

    def data_received(self, data: bytes) -> None:
        if self._draining:
            return
        if self._filter is not None and self._failure is None:
            try:
                data = self._filter.feed(data)
            except RequestRefusedError as exc:
                self._refuse(exc)
                return
        if self._far is not None:
            # After a host has hung up, bytes may still be on the way to a slow caller.
            if data and not self._far.is_closing():
                self._far.write(data)
        elif data:
            self._early += data
            if self._failure is not None:
                self._answer_when_read(self._failure)
            elif self._opening is None:
                self._open()
        self._steer()

    def eof_received(self) -> bool:
        self._near_eof = True
        if self._draining:
            return False
        if self._failure is not None:
            self._answer(503, self._failure)
            return False
        if self._far is None:
            # No request came, or the opening will pass on the half-close.
            return self._opening is not None
        self._pass_eof()
        self._watch_hangup()
        return True

    def pause_writing(self) -> None:
        # Later, not at once. If asyncssh is paused while it hands out held data, it stops there,
        # but has granted the host a whole new window. Each round it would hold back more.
        self._near_full = True
        self._loop.call_soon(self._hold_far)

    def resume_writing(self) -> None:
        self._near_full = False
        if self._far is not None:
            self._far.resume_reading()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._near = None
        self._stop_timer()
        if self._opening is not None:
            self._opening.cancel()
        self._close_far()
        self._on_end(self)

    # Events of the far side

    def far_opened(self, far: Channel) -> None:
        if self._near is None or self._draining:
            far.abort()
            return
        self._far = far
        if self._early:
            far.write(bytes(self._early))
            self._early.clear()
        if self._near_eof:
            self._pass_eof()
            self._watch_hangup()
        self._steer()

    def far_data(self, data: bytes) -> None:
        if self._filter is not None and self._filter.watching:
            held = self._filter.answered(data)
            if held and self._far is not None:
                self._far.write(held)
            if self._near_eof:
                self._pass_eof()
            self._steer()
        if self._near is not None and not self._draining:
            self._near.write(data)

    def far_ended(self) -> None:
        self._far_eof = True
        if self._near is None or self._draining:
            return
        if self._near_eof:
            self._close_far()
            self._near.close()
        elif not self._near.is_closing():
            self._near.write_eof()

    def far_lost(self) -> None:
        # No 503 in the middle of a connection: nobody knows what was done already.
        self._far = None
        if self._linger is not None:
            self._linger.cancel()
        if self._near is not None and not self._draining:
            self._near.close()

    def far_paused(self) -> None:
        self._far_full = True
        self._steer()

    def far_resumed(self) -> None:
        self._far_full = False
        self._steer()

    # Orders of the relay

    def abort(self) -> None:
        self._close_far()
        if self._near is not None:
            self._near.abort()

    def lose(self) -> None:
        """The host is away: end the far side. A caller that is not joined yet gets a 503."""
        if self._far is not None:
            self._far.abort()
            self.far_lost()

    # Internals

    def _close_far(self) -> None:
        far, self._far = self._far, None
        if far is None:
            return
        if not far.get_write_buffer_size():
            # also after our end of file (`is_closing` is true then): not every server closes by
            # itself
            far.close()
            return
        # The caller's last bytes are sent, but a host that reads nothing is not waited for. No
        # close() here: asyncssh would wait for the last byte for ever, despite abort().
        far.write_eof()
        self._linger = self._loop.call_later(_LINGER_S, far.abort)

    def _open(self) -> None:
        self._opening = self._loop.create_task(self._connect_far())
        self._opening.add_done_callback(self._opened)

    async def _connect_far(self) -> None:
        try:
            await self._opener(lambda: _Far(self))
        except LinkError as exc:
            self._failure = exc
            if self._draining:
                return
            if self._near_eof:
                self._answer(503, exc)
            else:
                self._answer_when_read(exc)

    def _opened(self, opening: asyncio.Task[None]) -> None:
        if not opening.cancelled() and opening.exception() is not None:
            self.abort()  # a fault of our own: the loop's handler tells it

    def _steer(self) -> None:
        """Read from the caller only while its bytes can go somewhere."""
        if self._near is None or self._near_eof:
            return
        waiting = self._filter is not None and self._filter.waiting
        if self._far_full or waiting or len(self._early) >= _EARLY_MAX_BYTES:
            self._near.pause_reading()
        else:
            self._near.resume_reading()

    def _hold_far(self) -> None:
        """Stop reading from the host while the caller does not take more."""
        if self._near_full and self._far is not None:
            self._far.pause_reading()

    def _pass_eof(self) -> None:
        if self._far is None or (self._filter is not None and self._filter.waiting):
            return
        if self._far_eof:
            self._close_far()
            if self._near is not None:
                self._near.close()
        elif not self._far.is_closing():
            self._far.write_eof()

    def _watch_hangup(self) -> None:
        """Notice when the caller goes after its half-close: asyncio no longer watches the socket."""
        if self._near is None or self._near.is_closing():
            return
        sock = cast(socket.socket, self._near.get_extra_info("socket"))
        poll = select.poll()
        poll.register(sock.fileno(), 0)
        if poll.poll(0):
            self._near.abort()
            return
        self._timer = self._loop.call_later(_HANGUP_POLL_S, self._watch_hangup)

    def _refuse(self, exc: RequestRefusedError) -> None:
        self._close_far()
        cause = f"This is not open to the web process: {exc}."
        if self._filter is not None and self._filter.caller == "gate":
            cause = f"This is not open to the gate: {exc}."
        refused = LinkError("not-permitted", cause=cause, cure="Have it done as a job.")
        self._answer(403, refused)

    def _answer_when_read(self, error: LinkError) -> None:
        if b"\r\n\r\n" in self._early or len(self._early) > HEAD_MAX_BYTES:
            self._answer(503, error)
        elif self._timer is None:
            self._timer = self._loop.call_later(_DRAIN_S, self._answer, 503, error)

    def _answer(self, status: int, error: LinkError) -> None:
        """Answer in Podman's place. Unread input is drained: closing with it would lose the answer."""
        self._stop_timer()
        self._early.clear()
        self._draining = True
        if self._near is None or self._near.is_closing():
            return
        self._near.resume_reading()
        self._near.write(self._answer_bytes(status, error))
        if self._near_eof:
            self._near.close()
            return
        self._near.write_eof()
        self._timer = self._loop.call_later(_DRAIN_S, self._near.close)

    def _answer_bytes(self, status: int, error: LinkError) -> bytes:
        return error_response(status, error)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Far:
    """The side on the host, for asyncssh and asyncio."""

    __slots__ = ("_splice",)

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def connection_made(self, transport: Channel) -> None:
        self._splice.far_opened(transport)

    def session_started(self) -> None:
        """Nothing to do: sockets have no session."""

    def connection_lost(self, _exc: Exception | None) -> None:
        self._splice.far_lost()

    def data_received(self, data: bytes, _datatype: int | None = None) -> None:
        self._splice.far_data(data)

    def eof_received(self) -> bool:
        self._splice.far_ended()
        return True

    def pause_writing(self) -> None:
        self._splice.far_paused()

    def resume_writing(self) -> None:
        self._splice.far_resumed()


def _conforms(splice: Splice) -> Receiver:
    # Checks the type of _Far, which asyncssh is given.
    return _Far(splice)
