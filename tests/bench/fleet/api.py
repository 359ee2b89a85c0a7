"""Podman's API of one simulated host: a request's line to an answer. Knows nothing of sockets."""

import json
import re
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from tests.bench.fleet import content, usage
from tests.bench.fleet.machine import SimulatedHost

_VERSIONED = re.compile(r"/v[\d.]+/libpod/(.+)")
# as Podman's own client asks
_PING = re.compile(r"/v[\d.]+/libpod/_ping")
_CHANGES = frozenset({"start", "stop", "restart", "kill", "pause", "unpause"})
Query = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; `follow` goes on with events after it, `again` with itself each `every_s`."""

    status: int
    body: bytes = b""
    follow: bool = False
    again: Callable[[], bytes] | None = None
    every_s: float = 0.0
    content_type: str = "application/json"


def answer(host: SimulatedHost, method: str, target: str) -> Answer:
    """What the host says to this request."""
    url = urlsplit(target)
    query = parse_qs(url.query)
    if url.path == "/_ping" or _PING.fullmatch(url.path):
        return Answer(200, b"OK", content_type="text/plain; charset=utf-8")
    found = _VERSIONED.fullmatch(url.path)
    if not found:
        return _unknown()
    words = [unquote(word) for word in found[1].split("/")]
    if method == "GET" and (make := _READS.get(found[1])):
        return _json(make(host, query))
    if words == ["events"]:
        return _events(host, query)
    if words == ["containers", "stats"]:
        return _stats(host, query)
    if words[0] == "containers" and len(words) == 3:
        return _container(host, method, words[1], words[2])
    return _unknown()


def _info(host: SimulatedHost, query: Query) -> Any:
    states = dict(Counter(item["State"] for item in host.containers()))
    return content.info(host.number, states=states, images=len(host.images()))


def _version(host: SimulatedHost, query: Query) -> Any:
    return {"Version": content.VERSION, "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}


def _containers(host: SimulatedHost, query: Query) -> Any:
    filters = json.loads(query["filters"][0]) if "filters" in query else {}
    if ids := filters.get("id"):
        numbers = [n for one in ids if (n := host.find(one)) is not None]
        return [host.container(n) for n in numbers]
    every = query.get("all") == ["true"]
    return [item for item in host.containers() if every or item["State"] == "running"]


_READS: dict[str, Callable[[SimulatedHost, Query], Any]] = {
    "info": _info,
    "version": _version,
    "containers/json": _containers,
    "pods/json": lambda host, _: host.pods(),
    "images/json": lambda host, _: host.images(),
    "volumes/json": lambda host, _: host.volumes(),
    "networks/json": lambda host, _: host.networks(),
    "secrets/json": lambda host, _: [],
}


def _container(host: SimulatedHost, method: str, name: str, what: str) -> Answer:
    n = host.find(name)
    if n is None:
        return _error(404, f'no container with name or ID "{name}" found: no such container')
    if method == "GET" and what == "json":
        return _json(content.inspected(host.container(n)))
    if method == "GET" and what == "logs":
        return Answer(200, _log_frames(host.container(n)))
    if method == "POST" and what in _CHANGES:
        done = host.change(n, what)
        if done is None:
            state = host.container(n)["State"]
            return _error(409, f"container {name} is {state}: container state improper")
        return Answer(204 if done else 304)
    return _unknown()


def _log_frames(item: dict[str, Any]) -> bytes:
    lines = (f"{item['Names'][0]} line {n} of twenty\n".encode() for n in range(20))
    return b"".join(struct.pack(">BxxxI", 1, len(line)) + line for line in lines)


def _events(host: SimulatedHost, query: Query) -> Answer:
    since = query.get("since", [""])[0]
    moment_s = datetime.now(UTC).timestamp()
    if since:
        moment_s = datetime.fromisoformat(since).timestamp()
    lines = b"".join(map(event_line, host.events_since(moment_s)))
    return Answer(200, lines, follow=query.get("stream") != ["false"])


def _stats(host: SimulatedHost, query: Query) -> Answer:
    every_s = int(query.get("interval", ["5"])[0])
    return Answer(200, again=lambda: usage_line(host, every_s), every_s=every_s)


def usage_line(host: SimulatedHost, every_s: int) -> bytes:
    running = [n for n in range(host.count) if host.state(n) == "running"]
    return usage.line(host.number, running, interval_s=every_s)


def event_line(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event) + b"\n"


def _json(value: Any) -> Answer:
    return Answer(200, orjson.dumps(value))


def _error(status: int, message: str) -> Answer:
    body = {"cause": message.rpartition(": ")[2], "message": message, "response": status}
    return Answer(status, orjson.dumps(body))


def _unknown() -> Answer:
    return Answer(404, b"Not Found", content_type="text/plain")
