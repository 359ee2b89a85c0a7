"""What containers use: one stream per endpoint, for all running containers.

The shape is libpod's; the compatible one is wrong for containers in pods.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final, NamedTuple

from hosts.podman.client import Podman, as_object
from hosts.podman.client import decode as decode_json
from hosts.podman.errors import Malformed, ServerFault, podman_errors
from hosts.podman.lines import json_lines
from hosts.podman.paths import path

_TARGET: Final = path("containers", "stats")
# a stream that is silent for this many intervals is dead
_SILENT_INTERVALS: Final = 6
_LEAST_SILENCE_S: Final = 30.0
_MOST: Final = 2**63 - 1


class Usage(NamedTuple):
    """One container at one moment. Counters (`_ns`, bytes of network and disks) begin at its start.

    `system_ns`: the host's clock when it was read.
    """

    podman_id: str
    cpu_ns: int
    system_ns: int
    memory_bytes: int
    limit_bytes: int
    received: int
    sent: int
    read: int
    written: int
    pids: int


async def follow(
    podman: Podman,
    *,
    interval_s: int,
    decode: Callable[[bytes], Any] = decode_json,
) -> AsyncGenerator[list[Usage], None]:
    """What every running container uses, about each `interval_s` seconds; the first at once.

    Podman's percentages are left out: its first is a mean since the container's start. Differences of
    counters are never wrong. Conflict: the host cannot (rootless on cgroups v1). ServerFault: Podman
    cannot read. Interrupted; DeadlineExceeded: a long silence.
    """
    params = {"stream": True, "interval": interval_s}
    silence_s = max(_LEAST_SILENCE_S, interval_s * _SILENT_INTERVALS)
    async with (
        podman.stream("GET", _TARGET, params=params, head_timeout_s=silence_s) as pieces,
        aclosing(json_lines(pieces, decode=decode)) as lines,
    ):
        while True:
            with podman_errors("GET", _TARGET, deadline_s=silence_s):
                async with asyncio.timeout(silence_s):
                    line = await anext(lines, None)
            if line is None:
                return
            yield usages(line)


def usages(line: dict[str, Any]) -> list[Usage]:
    """A line of the stream: `{"Error", "Stats": [...]}` (4.3, 5.4 and 5.8).

    Raises ServerFault for an error in the line, Malformed for another shape.
    """
    listed = line.get("Stats")
    if line.get("Error") and not listed:
        raise ServerFault(f"Podman cannot read what containers use: {_words(line['Error'])}")
    if listed is None:
        # Go's nil slice: nothing runs
        return []
    if not isinstance(listed, list):
        raise Malformed("Podman's statistics are not a list.")
    return [usage for item in listed if (usage := _usage(as_object(item)))]


def _usage(item: dict[str, Any]) -> Usage | None:
    podman_id = item.get("ContainerID")
    if not isinstance(podman_id, str) or not 12 <= len(podman_id) <= 64:
        return None
    received, sent = _network(item)
    return Usage(
        podman_id,
        _count(item.get("CPUNano")),
        _count(item.get("SystemNano")),
        _count(item.get("MemUsage")),
        _count(item.get("MemLimit")),
        received,
        sent,
        _count(item.get("BlockInput")),
        _count(item.get("BlockOutput")),
        _count(item.get("PIDs")),
    )


def _network(item: dict[str, Any]) -> tuple[int, int]:
    """Bytes received and sent over all interfaces: a map of them since 5.0, two sums before."""
    interfaces = item.get("Network")
    if not isinstance(interfaces, dict):
        return _count(item.get("NetInput")), _count(item.get("NetOutput"))
    found = [one for one in interfaces.values() if isinstance(one, dict)]
    return (
        sum(_count(one.get("RxBytes")) for one in found),
        sum(_count(one.get("TxBytes")) for one in found),
    )


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= _MOST else 0


def _words(error: Any) -> str:
    if isinstance(error, dict):
        error = error.get("message") or error.get("cause") or "no words came with it"
    return str(error)[:500]
