"""Hosts whose Podman is not what Haulout needs: none at all, or one that speaks like 3.4."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.lab.hosts.processes import wait_until

# what Podman 3.4.4 answers at the addresses of its API that it has
_SPEAKS_3_4 = """
import json, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
VERSION = {"Platform": {"Name": "linux/amd64"}, "Version": "3.4.4", "ApiVersion": "1.40",
           "Components": [{"Name": "Podman Engine", "Version": "3.4.4",
                           "Details": {"APIVersion": "3.4.4", "MinAPIVersion": "3.1.0"}}]}
class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        status, body = 404, json.dumps({"cause": "", "message": "Not Found", "response": 404})
        if self.path.endswith("/_ping"):
            status, body = 200, "OK"
        elif self.path.endswith("/version"):
            status, body = 200, json.dumps(VERSION)
        elif self.path.startswith(("/v4", "/v5")):
            status, body = 400, json.dumps({"cause": "", "response": 400,
                "message": "given version is not supported"})
        self.send_response(status)
        self.send_header("Libpod-API-Version", "3.4.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
    def address_string(self):
        return "unix"
    def log_message(self, *words):
        pass
class Server(HTTPServer):
    address_family = socket.AF_UNIX
    def server_bind(self):
        self.socket.bind(sys.argv[1])
        self.server_name, self.server_port = "unix", 0
Server(sys.argv[1], Answer).serve_forever()
"""


@contextmanager
def speaking_3_4(host: Any) -> Iterator[None]:
    """On the host's rootful socket answers a Podman 3.4.4; use the fixture `faults` too."""
    host.silence_podman()
    host.run("rm", "-f", host.socket)
    away = 'exec setsid -f /usr/bin/python3 -c "$@" </dev/null >/dev/null 2>&1'
    host.run("sh", "-c", away, "sh", _SPEAKS_3_4, host.socket)
    try:
        wait_until("the old Podman", host.listens)
        yield
    finally:
        host.silence_podman()


@contextmanager
def without_podman(host: Any) -> Iterator[None]:
    """No `podman` can be run on the host, and it has no rootful socket; use `faults` too."""
    host.silence_podman()
    host.run("rm", "-f", host.socket)
    host.run("mount", "--bind", "/dev/null", "/usr/bin/podman")
    try:
        yield
    finally:
        host.run("umount", "/usr/bin/podman")
