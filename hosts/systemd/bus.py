"""One connection to a host's bus, as the link relays it: sign in, call, wait for a signal.

A host may be hostile: each answer has a deadline and a size, and is looked through before it is
parsed. One call at a time.
"""

import asyncio
import json
import struct
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_call
from jeepney.low_level import calc_msg_size

from hosts.systemd.errors import (
    BusInterrupted,
    BusMalformed,
    BusRejected,
    BusUnavailable,
    CallFailed,
    NotPermitted,
)
from hosts.systemd.methods import (
    BUS,
    BUS_PATH,
    HELLO,
    MANAGER_PATH,
    SYSTEMD,
    Call,
    Method,
    permitted,
)

# 4,000 units in a list; it takes a third of a second to parse
MESSAGE_MAX_BYTES: Final = 1024 * 1024
_LINE_MAX_BYTES: Final = 8192
_SIGNALS_MAX: Final = 1000
_HEAD_BYTES: Final = 16
# what jeepney raises for bytes that are no message, and for one nested too deeply
_NO_MESSAGE: Final = (
    ValueError,
    LookupError,
    TypeError,
    AssertionError,
    RecursionError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class BusDial:
    """The relayed socket, and the account's number on the host."""

    path: str
    uid: int


@dataclass(frozen=True, slots=True)
class Signal:
    member: str
    body: tuple[Any, ...]


@dataclass(slots=True)
class Bus:
    """`async with Bus(dial) as bus`. Raises BusUnavailable, BusRejected, BusMalformed.

    `timeout_s` bounds each call. `quadlets`: units that were found to be made by a quadlet
    (hosts.systemd.quadlets); only those may be changed.
    """

    dial: BusDial
    timeout_s: float = 5.0
    quadlets: set[str] = field(default_factory=set)
    _signals: deque[Signal] = field(default_factory=lambda: deque(maxlen=_SIGNALS_MAX))
    _serial: int = 0
    _reader: asyncio.StreamReader = field(init=False)
    _writer: asyncio.StreamWriter = field(init=False)

    async def __aenter__(self) -> Self:
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(
                self.dial.path, limit=_LINE_MAX_BYTES
            )
        except OSError as exc:
            raise BusUnavailable("Haulout's link relays no bus of this endpoint.") from exc
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._sign_in()
        except TimeoutError as exc:
            self._writer.transport.abort()
            raise BusUnavailable(
                f"The host's bus did not let Haulout in within {self.timeout_s:g} s."
            ) from exc
        except BaseException:
            self._writer.transport.abort()
            raise
        try:
            await self.call(HELLO, path=BUS_PATH)
        except BaseException:
            self._writer.transport.abort()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.transport.abort()

    async def call(self, method: Method, *args: Any, path: str = MANAGER_PATH) -> Any:
        """What it gives: nothing, one value, or a tuple.

        Raises NotPermitted and CallFailed; BusInterrupted, BusMalformed: nobody knows whether it was
        done.
        """
        home = BUS if method.interface == BUS else SYSTEMD
        address = DBusAddress(path, bus_name=home, interface=method.interface)
        message = new_method_call(address, method.member, method.takes or None, args)
        method = permitted(_as_sent(message), quadlets=self.quadlets)
        self._serial += 1
        serial = self._serial
        self._writer.write(message.serialise(serial=serial))
        try:
            async with asyncio.timeout(self.timeout_s):
                while True:
                    reply = await self._read()
                    if reply.header.fields.get(HeaderFields.reply_serial) == serial:
                        return _value(reply, method)
        except TimeoutError as exc:
            raise BusInterrupted(
                f"systemd did not answer {method.member} within {self.timeout_s:g} s."
            ) from exc

    async def signal(self, member: str) -> tuple[Any, ...]:
        """The next signal of this name. Without a deadline. Raises BusInterrupted, BusMalformed."""
        while True:
            while self._signals:
                found = self._signals.popleft()
                if found.member == member:
                    return found.body
            await self._read()

    async def _sign_in(self) -> None:
        uid = str(self.dial.uid).encode().hex().encode()
        self._writer.write(b"\0AUTH EXTERNAL " + uid + b"\r\n")
        try:
            line = await self._reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError as exc:
            raise BusMalformed("What answers at the host's bus is no D-Bus.") from exc
        except (asyncio.IncompleteReadError, OSError) as exc:
            raise BusUnavailable("The host's bus hung up.") from exc
        word = line.split(maxsplit=1)[0] if line.strip() else b""
        if word == b"OK":
            self._writer.write(b"BEGIN\r\n")
        elif word == b"ERROR":
            raise _from_relay(line.removeprefix(b"ERROR"))
        elif word == b"REJECTED":
            raise BusRejected(
                f"The host's bus does not take this login for the account {self.dial.uid}."
            )
        else:
            raise BusMalformed("What answers at the host's bus is no D-Bus.")

    async def _read(self) -> Message:
        """The next message; a signal is also kept for `signal`."""
        try:
            head = await self._reader.readexactly(_HEAD_BYTES)
            size = calc_msg_size(head)
            if size > MESSAGE_MAX_BYTES:
                raise BusMalformed(
                    f"systemd's answer of {size} bytes is larger than Haulout reads."
                )
            raw = head + await self._reader.readexactly(size - _HEAD_BYTES)
            if _has_empty_struct(raw):
                raise BusMalformed("systemd's answer is no D-Bus message.")
            message = Message.from_buffer(raw)
        except (asyncio.IncompleteReadError, OSError) as exc:
            raise BusInterrupted("The host's bus hung up.") from exc
        except _NO_MESSAGE as exc:
            raise BusMalformed("systemd's answer is no D-Bus message.") from exc
        if message.header.message_type is MessageType.signal:
            member = message.header.fields.get(HeaderFields.member, "")
            self._signals.append(Signal(str(member), tuple(message.body)))
        return message


def _as_sent(message: Message) -> Call:
    """Read from the message itself, so that nothing else can be sent."""
    fields = message.header.fields
    if message.header.message_type is not MessageType.method_call:
        raise NotPermitted("Only calls are sent to a host's bus.")
    return Call(
        destination=fields.get(HeaderFields.destination, ""),
        path=fields.get(HeaderFields.path, ""),
        interface=fields.get(HeaderFields.interface, ""),
        member=fields.get(HeaderFields.member, ""),
        signature=fields.get(HeaderFields.signature, ""),
        body=tuple(message.body),
    )


def _value(reply: Message, method: Method) -> Any:
    fields = reply.header.fields
    if reply.header.message_type is MessageType.error:
        said = reply.body[0] if reply.body and isinstance(reply.body[0], str) else ""
        raise CallFailed(str(fields.get(HeaderFields.error_name, "")), said)
    if fields.get(HeaderFields.signature, "") != method.gives:
        raise BusMalformed(f"systemd answered {method.member} in another shape.")
    body = tuple(reply.body)
    return body[0] if len(body) == 1 else body


def _from_relay(said: bytes) -> BusUnavailable:
    """The link's reason (hosts.link.bus), or the host's own words."""
    try:
        found = json.loads(said)
        return BusUnavailable(str(found["cause"]), cure=str(found["cure"]), kind=str(found["kind"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return BusUnavailable("The host's bus answered with an error.")


def _has_empty_struct(raw: bytes) -> bool:
    """True where it holds a signature with `()`, which D-Bus forbids: jeepney would read it for ever.

    A signature stands there as its length, its letters and a zero.
    """
    if b"()" not in raw:
        return False
    return any(
        piece[-length - 1] == length
        for piece in raw.split(b"\0")
        if b"()" in piece[-255:]
        for length in range(2, min(len(piece), 256))
        if b"()" in piece[-length:]
    )
