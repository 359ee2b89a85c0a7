"""One small GET to a Podman socket over a connection, where there is no relay yet."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

from hosts.link.channel import Channel, Connection
from hosts.link.errors import LinkError

_MAX_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`fields`: header fields, names in lower case. `body`: at most 4 MiB."""

    status: int
    fields: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


async def get(
    connection: Connection, socket_path: str, path: str, *, timeout_s: float = 15.0
) -> HttpAnswer:
    """GET a path. HTTP/1.0, so that all until the end is the answer.

    Raises what `open_channel` raises, and LinkError "service-not-answering".
    """
    collector = _Collector(f"GET {path} HTTP/1.0\r\nHost: d\r\n\r\n".encode("ascii"))
    try:
        async with asyncio.timeout(timeout_s):
            await connection.open_channel(lambda: collector, socket_path)
            await collector.ended.wait()
    except TimeoutError as exc:
        raise _no_answer(socket_path, f"nothing came within {timeout_s:g} s") from exc
    finally:
        collector.abort()
    return _parse(bytes(collector.data), socket_path)


class _Collector:
    def __init__(self, request: bytes) -> None:
        self.data = bytearray()
        self.ended = asyncio.Event()
        self._request = request
        self._channel: Channel | None = None

    def abort(self) -> None:
        if self._channel is not None:
            self._channel.abort()

    def connection_made(self, transport: Channel) -> None:
        self._channel = transport
        transport.write(self._request)

    def session_started(self) -> None:
        """Nothing to do: the request is on its way."""

    def connection_lost(self, _exc: Exception | None) -> None:
        self.ended.set()

    def data_received(self, data: bytes, _datatype: int | None = None) -> None:
        self.data += data[: max(0, _MAX_BYTES - len(self.data))]

    def eof_received(self) -> bool:
        self.ended.set()
        return False

    def pause_writing(self) -> None:
        """Nothing to do: the request is small."""

    def resume_writing(self) -> None:
        """Nothing to do: the request is small."""


def _parse(data: bytes, socket_path: str) -> HttpAnswer:
    head, separator, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if (
        not separator
        or not words[0].startswith("HTTP/1.")
        or not words[1:]
        or not words[1].isdigit()
    ):
        raise _no_answer(socket_path, "the connection ended without an HTTP answer")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return HttpAnswer(status=int(words[1]), fields=fields, body=body)


def _no_answer(socket_path: str, detail: str) -> LinkError:
    return LinkError(
        "service-not-answering",
        cause=f"{socket_path} can be opened, but Podman does not answer there: {detail}.",
        cure=(
            "Restart it: systemctl restart podman.socket podman.service "
            "(for a user's own: systemctl --user restart podman.socket podman.service)"
        ),
    )
