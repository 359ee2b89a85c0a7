"""A Podman on a unix socket that answers as a test says: the lowest seam, for code that waits for it."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from django.conf import settings

from hosts.link.sockets import endpoint_socket


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def address_string(self) -> str:
        return "socket"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        told = self.server.tell(self.path)
        body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Libpod-API-Version", "5.4.2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    tell: Callable[[str], Any]
    asked: list[str]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


@contextmanager
def scripted_podman(endpoint_id: int, tell: Callable[[str], Any]) -> Iterator[list[str]]:
    """What was asked by GET, path and query. `tell(that)` is the answer: JSON, or a text as it is.

    Where web processes look for this endpoint.
    """
    path = endpoint_socket(settings.HAULOUT_RUN, endpoint_id, "web")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    server = _Server(str(path), _Answers)
    server.tell, server.asked = tell, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.asked
    finally:
        server.shutdown()
        server.server_close()
        path.unlink(missing_ok=True)
