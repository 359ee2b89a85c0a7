"""The link's control socket: scan, doctor, keys, reconnect, refresh, reload, statistics, health.

JSON over HTTP on a unix socket that only our own account can open. Passwords pass through
`/install-key` and are kept nowhere.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import structlog
from aiohttp import web

from hosts.link.errors import LinkError
from hosts.link.messages import DoctorStep
from hosts.link.sockets import control_socket
from hosts.link.supervise import operations
from hosts.link.supervise.database import Database
from hosts.link.supervise.fleet import Fleet
from hosts.podman import PodmanError
from hosts.vault import VaultError

log = structlog.get_logger(__name__)
_BODY_MAX_BYTES: Final = 256 * 1024
_REFRESH_S: Final = 20.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Serves `fleet` until closed."""

    def __init__(self, *, fleet: Fleet, database: Database, run: Path, shard: int) -> None:
        self._fleet = fleet
        self._database = database
        self._path = control_socket(run, shard)
        app = web.Application(client_max_size=_BODY_MAX_BYTES, middlewares=[_errors])
        app.add_routes(
            [
                web.get("/health", self._health),
                web.post("/scan", self._scan),
                web.post("/doctor", self._doctor),
                web.post("/install-key", self._install_key),
                web.post("/rotate-key", self._rotate_key),
                web.post("/open-held", self._open_held),
                web.post("/reconnect", self._reconnect),
                web.post("/refresh", self._refresh),
                web.post("/reload", self._reload),
                web.post("/stats", self._stats),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def start(self) -> None:
        """Listen (0600)."""
        await self._runner.setup()
        self._path.unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.bind(str(self._path))
        # before it listens: nobody can have connected with wider rights
        self._path.chmod(0o600)
        await web.SockSite(self._runner, sock).start()

    async def close(self) -> None:
        await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"state": "up", **self._fleet.counts()})

    async def _scan(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        key = await operations.scan(
            _text(asked, "address"),
            _number(asked, "port"),
            via=_via(asked),
            database=self._database,
        )
        return web.json_response(key)

    async def _doctor(self, request: web.Request) -> web.StreamResponse:
        asked = await _body(request)
        patient = await operations.doctor_target(asked, self._database)
        return await _stream(request, operations.doctor(patient))

    async def _install_key(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        added = await operations.install_key(
            address=_text(asked, "address"),
            port=_number(asked, "port"),
            user=_text(asked, "user"),
            password=_text(asked, "password"),
            public_key_line=_text(asked, "public_key_line"),
            host_key_line=_text(asked, "host_key_line"),
            via=_via(asked),
            database=self._database,
        )
        return web.json_response({"added": added})

    async def _rotate_key(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        await operations.rotate(
            _number(asked, "login_id"),
            sealed_new=_text(asked, "sealed_new"),
            old=_text(asked, "old"),
            new=_text(asked, "new"),
            last=asked.get("last") is True,
            database=self._database,
        )
        return web.json_response({"rotated": True})

    async def _open_held(self, request: web.Request) -> web.Response:
        entry = _number(await _body(request), "entry")
        return web.json_response(await operations.open_held(entry, database=self._database))

    async def _reconnect(self, request: web.Request) -> web.Response:
        login_id = _number(await _body(request), "login_id")
        login = self._fleet.login(login_id)
        if login is None:
            await self._fleet.reload()
            login = self._fleet.login(login_id)
        if login is None:
            raise web.HTTPNotFound(text="not a login of this link")
        login.reconnect()
        return web.json_response({"reconnecting": True})

    async def _refresh(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        watch = self._fleet.watch_of(_number(asked, "endpoint_id"))
        if watch is None:
            raise LinkError(
                "host-away",
                cause="There is no connection to the host.",
                cure="It is listed again when it is back.",
            )
        async with asyncio.timeout(_REFRESH_S):
            revision = await watch.refresh(_text(asked, "kind"), _text(asked, "id"))
        return web.json_response({"revision": revision})

    async def _reload(self, _request: web.Request) -> web.Response:
        async with asyncio.timeout(_REFRESH_S):
            await self._fleet.reload()
        return web.json_response({"reloaded": True})

    async def _stats(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        keys = [bytes.fromhex(key) for key in asked.get("keys") or () if isinstance(key, str)]
        watch = self._fleet.watch_of(_number(asked, "endpoint_id"))
        return web.json_response(watch.stats.tail(keys) if watch else {"times": [], "series": {}})


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as JSON `{"kind", "cause", "cure"}`: 422 for a host's, 503 when it is away, 504 when late."""
    try:
        return await handler(request)
    except LinkError as error:
        status = 503 if error.kind == "host-away" else 422
        return _refusal(status, kind=error.kind, cause=error.cause, cure=error.cure)
    except PodmanError as error:
        return _refusal(502, kind="podman", cause=error.message, cure="")
    except VaultError as error:
        return _refusal(422, kind="vault", cause=str(error), cure="")
    except TimeoutError:
        return _refusal(
            504, kind="deadline", cause="The host did not answer in time.", cure="Try again."
        )
    except ValueError as error:
        return _refusal(400, kind="request", cause=str(error), cure="")


def _refusal(status: int, *, kind: str, cause: str, cure: str) -> web.Response:
    return web.json_response({"kind": kind, "cause": cause, "cure": cure}, status=status)


async def _stream(request: web.Request, steps: AsyncIterator[DoctorStep]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    async for step in steps:
        await response.write(json.dumps(asdict(step)).encode() + b"\n")
    await response.write_eof()
    return response


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except json.JSONDecodeError as exc:
        raise ValueError("the body is not JSON") from exc
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value


def _via(asked: dict[str, Any]) -> int | None:
    return None if asked.get("via") is None else _number(asked, "via")


def _number(asked: dict[str, Any], name: str) -> int:
    value = asked.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} is not a number")
    return value
