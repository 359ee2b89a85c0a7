"""A socket in front of a real Podman that reads or tells otherwise: the lowest seam for the second look.

`bend.body(way, body)` changes what is sent: a Podman that reads it otherwise. `bend.answer` changes
what comes back: a host that lies. `bend.hang`: paths that are never answered.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from hosts.link.sockets import endpoint_socket

_PREFIX = re.compile(r"^/v[\d.]+/libpod")


class BentPodman:
    """What the socket changes; `asked` are all requests in their order, as (method, way)."""

    def __init__(self) -> None:
        self.body: Callable[[str, bytes], bytes] = lambda way, body: body
        self.answer: Callable[[str, Any], Any] = lambda way, told: told
        self.hang: Callable[[str, str], bool] = lambda method, way: False
        self.asked: list[tuple[str, str]] = []
        self.over = threading.Event()

    def spec(self, **more: Any) -> None:
        """Every container is made with these fields too."""

        def change(way: str, body: bytes) -> bytes:
            if way != "/containers/create":
                return body
            return json.dumps({**json.loads(body), **more}).encode()

        self.body = change

    def started(self) -> list[str]:
        """The ways of all requests that start something."""
        starts = re.compile(r"/(containers|pods)/[^/]+/(start|restart|init)")
        return [way for method, way in self.asked if method == "POST" and starts.fullmatch(way)]


class _Unix(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("podman", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    bend: BentPodman
    real: Path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def address_string(self) -> str:
        return "socket"

    def _pass(self) -> None:
        bend = self.server.bend
        way = _PREFIX.sub("", urlsplit(self.path).path)
        bend.asked.append((self.command, way))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if bend.hang(self.command, way):
            bend.over.wait(120)
            self.close_connection = True
            return
        body = bend.body(way, body)
        real = _Unix(self.server.real)
        try:
            kind = self.headers.get("Content-Type")
            real.request(self.command, self.path, body, {"Content-Type": kind} if kind else {})
            answer = real.getresponse()
            told = answer.read()
        finally:
            real.close()
        if self.command == "GET" and answer.getheader("Content-Type") == "application/json":
            told = json.dumps(bend.answer(way, json.loads(told))).encode()
        self.send_response(answer.status)
        for name in ("Content-Type", "Api-Version", "Libpod-API-Version"):
            if value := answer.getheader(name):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def __getattr__(self, name: str) -> Any:
        if name in ("do_GET", "do_POST", "do_DELETE", "do_PUT", "do_HEAD"):
            return self._pass
        raise AttributeError(name)


@contextmanager
def bent_podman(endpoint: Any, host: Any) -> Iterator[BentPodman]:
    """The worker's socket of the endpoint, bent, until the block ends."""
    link = endpoint_socket(settings.HAULOUT_RUN, endpoint.pk)
    # not resolve(): to a host with systemd the way leads through its first process's root
    real = link.readlink()
    bent = link.with_name(f"bent-{endpoint.pk}.sock")
    server = _Server(str(bent), _Handler)
    server.bend, server.real = BentPodman(), real
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    link.unlink()
    link.symlink_to(bent)
    try:
        yield server.bend
    finally:
        link.unlink()
        link.symlink_to(real)
        server.bend.over.set()
        server.shutdown()
        server.server_close()
        bent.unlink()
