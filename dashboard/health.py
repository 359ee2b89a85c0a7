"""/healthz: this process answers. /readyz: each part with its state. Open to all, so no inner words."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import aiohttp
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.supervisor.pulse import GATE_KEY, PULSE_KEY, SENT_ENDS_S, SENT_KEY
from hosts.jobs import workers
from hosts.link.sockets import control_socket

TIMEOUT_S = 2.0
UP, DOWN, OFF = "up", "down", "off"
# without it nothing of the pages or the API is missing
BESIDE = frozenset({"gate"})


async def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process serves; asks nobody else."""
    return JsonResponse({"state": UP})


async def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, Redis, link, worker, queues and beat are well, else 503. JSON with the
    state of each. The gate is listed but does not count.
    """
    parts: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "database": _database,
        "redis": _redis,
        "link": _link,
        "worker": _worker,
        "queues": _queues,
        "beat": _beat,
        "gate": _gate,
    }
    states = await asyncio.gather(*(_state_of(part) for part in parts.values()))
    answer = dict(zip(parts, states, strict=True))
    whole = all(one["state"] == UP for name, one in answer.items() if name not in BESIDE)
    return JsonResponse({"state": UP if whole else DOWN, **answer}, status=200 if whole else 503)


async def _state_of(part: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        state = await asyncio.wait_for(part(), TIMEOUT_S)
    except TimeoutError:
        state = {"state": DOWN, "why": f"no answer within {TIMEOUT_S:g} s"}
    except (OSError, aiohttp.ClientError, redis.RedisError, DatabaseError, json.JSONDecodeError):
        state = {"state": DOWN, "why": "does not answer"}
    return {**state, "took_ms": round((time.monotonic() - started) * 1000, 1)}


async def _database() -> dict[str, Any]:
    def select() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()

    await sync_to_async(select)()
    return {"state": UP, "kind": connection.vendor}


async def _redis() -> dict[str, Any]:
    client = _client()
    try:
        # typed as sync or async by one stub
        await cast(Awaitable[bool], client.ping())
    finally:
        await client.aclose()
    return {"state": UP}


async def _worker() -> dict[str, Any]:
    """A worker writes its pulse to Redis every few seconds, with an end of its own."""
    count = await _alive(PULSE_KEY)
    if count == 0:
        return {"state": DOWN, "why": "no worker has reported in the last seconds"}
    return {"state": UP, "count": count}


async def _gate() -> dict[str, Any]:
    """The same; where both its ports are 0 there is to be none."""
    ports = settings.HAULOUT_GATE_PORT, settings.HAULOUT_GATE_HTTP_PORT
    if not any(ports):
        return {"state": OFF}
    if not await _alive(GATE_KEY):
        return {"state": DOWN, "why": "no gate has shown itself in the last seconds"}
    return {"state": UP, "port": ports[0], "http_port": ports[1]}


async def _alive(prefix: str) -> int:
    """How many processes write keys like this."""
    client = _client()
    try:
        return len([key async for key in client.scan_iter(match=f"{prefix}*", count=100)])
    finally:
        await client.aclose()


async def _queues() -> dict[str, Any]:
    """Each is served: by the workers' own rows, so also without Redis."""
    lacking = await sync_to_async(workers.unserved)()
    if lacking:
        return {"state": DOWN, "why": f"no worker serves {', '.join(lacking)}"}
    return {"state": UP}


async def _beat() -> dict[str, Any]:
    """Beat says in Redis when it has sent something: every ten seconds, where its clock goes."""
    client = _client()
    try:
        left_s = await client.ttl(SENT_KEY)
    finally:
        await client.aclose()
    if left_s < 0:
        return {"state": DOWN, "why": f"sent nothing in the last {SENT_ENDS_S} s"}
    return {"state": UP, "sent_s_ago": SENT_ENDS_S - left_s}


async def _link() -> dict[str, Any]:
    connector = aiohttp.UnixConnector(path=str(control_socket(settings.HAULOUT_RUN)))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get("http://link/health") as answer,
    ):
        if answer.status != 200:
            return {"state": DOWN, "why": f"answered {answer.status}"}
        told = await answer.json()
    counts = {k: v for k, v in told.items() if isinstance(v, int)} if isinstance(told, dict) else {}
    return {"state": UP, **counts}


def _client() -> "redis.asyncio.Redis":
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
