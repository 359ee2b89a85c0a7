"""A Podman on a unix socket, in a thread of its own, whose lists and events a test decides."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

PREFIX = "/v5.0.0/libpod"
HEADERS = {"Libpod-API-Version": "5.4.2", "API-Version": "1.41"}


class OwnPodman:
    """`lists` by kind; `overrides` by path replace an answer; `told` are the paths asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lists: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in ("containers", "pods", "images", "volumes", "networks", "secrets")
        }
        self.inspects: dict[str, dict[str, Any]] = {}
        self.overrides: dict[str, Callable[[], web.StreamResponse]] = {}
        self.headers = dict(HEADERS)
        self.graph_root = f"/var/lib/{path.name}"
        self.told: list[str] = []
        self.streams = 0
        self._queues: list[asyncio.Queue[bytes | None]] = []
        self._ready = threading.Event()

    def start(self) -> "OwnPodman":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def send(self, line: bytes) -> None:
        """A line to everybody who follows events."""
        for queue in self._queues:
            self._loop.call_soon_threadsafe(queue.put_nowait, line)

    def end_streams(self) -> None:
        for queue in self._queues:
            self._loop.call_soon_threadsafe(queue.put_nowait, None)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        self.path.unlink(missing_ok=True)
        await web.UnixSite(runner, str(self.path)).start()
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        self.told.append(path)
        if path in self.overrides:
            return self.overrides[path]()
        if path == "/_ping":
            return web.Response(text="OK", headers=self.headers)
        if path == "/info":
            return web.json_response(
                {"host": {"memTotal": 7}, "store": {"graphRoot": self.graph_root}},
                headers=self.headers,
            )
        if path == "/events":
            return await self._events(request)
        words = path.strip("/").split("/")
        if words[-1] == "json" and words[0] in self.lists:
            if len(words) == 2:
                return web.json_response(self._listed(request, words[0]), headers=self.headers)
            if found := self.inspects.get(words[1]):
                return web.json_response(found, headers=self.headers)
        return web.json_response(
            {"cause": "no such object", "message": "no such object", "response": 404},
            status=404,
            headers=self.headers,
        )

    def _listed(self, request: web.Request, kind: str) -> list[dict[str, Any]]:
        filters = request.query.get("filters", "")
        if not filters:
            return self.lists[kind]
        return [one for one in self.lists[kind] if str(one.get("Id")) in filters]

    async def _events(self, request: web.Request) -> web.StreamResponse:
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._queues.append(queue)
        self.streams += 1
        response = web.StreamResponse(headers=self.headers)
        await response.prepare(request)
        while (line := await queue.get()) is not None:
            await response.write(line)
        self._queues.remove(queue)
        return response


def event(action: str, podman_id: str, *, kind: str = "container", **attributes: str) -> bytes:
    """An event line as Podman 5.4 sends it."""
    now_ns = time.time_ns()
    line = {
        "status": action,
        "Type": kind,
        "Action": action,
        "Actor": {"ID": podman_id, "Attributes": {"name": podman_id[:5], **attributes}},
        "time": now_ns // 10**9,
        "timeNano": now_ns + 2 * 10**9,
    }
    if action == "health_status":
        line["HealthStatus"] = attributes["health"]
    return json.dumps(line).encode() + b"\n"


def container(podman_id: str, *, state: str = "running", **more: Any) -> dict[str, Any]:
    return {"Id": podman_id, "Names": [podman_id[:5]], "State": state, "Image": "i", **more}
