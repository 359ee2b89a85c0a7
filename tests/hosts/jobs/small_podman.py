"""A Podman of one page on a unix socket, with a state that tests can ask: the lowest seam.

Knows containers: inspect, start, stop, restart, kill, remove, create, list by label. Counts what
was really done, so that a test sees whether it was once or twice.
"""

import json
import re
import socketserver
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PREFIX = re.compile(r"/v[\d.]+/libpod")


class SmallPodman:
    """`done` counts effects by verb; `during` is called between effect and answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.containers: dict[str, dict[str, Any]] = {}
        self.done: Counter[str] = Counter()
        # what else it tells, by path
        self.answers: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.before: Callable[[str], None] = lambda verb: None
        self.during: Callable[[str], bool] = lambda verb: True
        self.bend: Callable[[dict[str, Any]], dict[str, Any]] = lambda told: told
        self._pids = 100
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        self._server = _Server(str(path), _Handler)
        self._server.podman = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.path.unlink(missing_ok=True)

    def add(self, podman_id: str, *, running: bool = True, labels: dict[str, str] | None = None):
        self.containers[podman_id] = {
            "running": running,
            "paused": False,
            "pid": self._next_pid() if running else 0,
            "restarts": 0,
            "labels": labels or {},
        }

    def told(self, one: dict[str, Any], podman_id: str) -> dict[str, Any]:
        """What inspect tells of how it was made; `bend` lets it be something else."""
        spec = one.get("spec", {})
        return self.bend(
            {
                "Name": spec.get("name", podman_id[:12]),
                "ImageName": spec.get("image", ""),
                "Config": {"Labels": one["labels"], "User": spec.get("user", "")},
                "HostConfig": {"Privileged": bool(spec.get("privileged"))},
            }
        )

    def _next_pid(self) -> int:
        self._pids += 1
        return self._pids

    def change(self, verb: str, podman_id: str) -> None:
        with self.lock:
            one = self.containers[podman_id]
            if verb in ("restart", "start", "restore"):
                one.update(running=True, pid=self._next_pid())
            elif verb in ("stop", "kill"):
                one.update(running=False, pid=0)
            elif verb in ("pause", "unpause"):
                one["paused"] = verb == "pause"
            elif verb == "remove":
                del self.containers[podman_id]
            self.done[verb] += 1


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    podman: SmallPodman

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def address_string(self) -> str:
        return "socket"

    def _answer(self, status: int, body: Any = b"") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Libpod-API-Version", "5.4.2")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _missing(self) -> None:
        words = {"cause": "no such container", "message": "no such container", "response": 404}
        self._answer(404, words)

    def do_GET(self) -> None:
        podman = self.server.podman
        parts = urlsplit(self.path)
        path = PREFIX.sub("", parts.path)
        if path == "/_ping":
            self._answer(200, b"OK")
        elif path in podman.answers:
            self._answer(200, podman.answers[path])
        elif path == "/containers/json":
            wanted = json.loads(parse_qs(parts.query).get("filters", ["{}"])[0]).get("label", [])
            self._answer(
                200,
                [
                    {"Id": key}
                    for key, one in podman.containers.items()
                    if all(f"{k}={v}" in wanted or not wanted for k, v in one["labels"].items())
                    and (not wanted or one["labels"])
                ],
            )
        elif path.startswith("/images/") and path.endswith("/exists"):
            self._answer(204)
        elif match := re.fullmatch(r"/containers/([^/]+)/json", path):
            one = podman.containers.get(unquote(match[1]))
            if one is None:
                self._missing()
                return
            self._answer(
                200,
                {
                    "Id": match[1],
                    **podman.told(one, match[1]),
                    "RestartCount": one["restarts"],
                    "State": {
                        "Status": "running" if one["running"] else "exited",
                        "Running": one["running"],
                        "Paused": one["paused"],
                        "Pid": one["pid"],
                        "StartedAt": f"2026-01-01T00:00:00.{one['pid']:09d}Z",
                    },
                },
            )
        else:
            self._answer(404, {"cause": "", "message": f"small: {path}", "response": 404})

    def do_POST(self) -> None:
        podman = self.server.podman
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = PREFIX.sub("", urlsplit(self.path).path)
        if path == "/containers/create":
            podman.before("create")
            spec = json.loads(body)
            podman_id = f"{len(podman.containers) + 1:064x}"
            with podman.lock:
                podman.add(podman_id, running=False, labels=spec["labels"])
                podman.done["create"] += 1
                podman.containers[podman_id]["spec"] = spec
            if podman.during("create"):
                self._answer(201, {"Id": podman_id, "Warnings": []})
            else:
                self.close_connection = True
            return
        match = re.fullmatch(r"/containers/([^/]+)/(\w+)", path)
        if match and match[1] in podman.containers:
            self._change(match[2], match[1])
        else:
            self._missing()

    def do_DELETE(self) -> None:
        path = PREFIX.sub("", urlsplit(self.path).path)
        match = re.fullmatch(r"/containers/([^/]+)", path)
        if match and match[1] in self.server.podman.containers:
            self._change("remove", match[1])
        else:
            self._missing()

    def _change(self, verb: str, podman_id: str) -> None:
        podman = self.server.podman
        podman.before(verb)
        podman.change(verb, podman_id)
        if podman.during(verb):
            self._answer(204)
        else:
            self.close_connection = True
