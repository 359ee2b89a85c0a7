"""Disk usage of an endpoint: slow on the host, so requests share one measurement, and it is kept."""

import asyncio
import time

from asgiref.sync import sync_to_async
from django.utils import timezone

from hosts.dial import dial
from hosts.inventory import disk
from hosts.models import DiskUse, Endpoint
from hosts.podman import Podman, system

# Podman walks every layer and every volume
PATIENCE_S = 300.0
_running: dict[tuple[int, int], asyncio.Task[DiskUse]] = {}


async def measure(endpoint: Endpoint) -> DiskUse:
    """The new row. Requests during a measurement wait for it. Raises PodmanError."""
    key = (id(asyncio.get_running_loop()), endpoint.pk)
    task = _running.get(key)
    if task is None:
        task = asyncio.create_task(_measure(endpoint), name=f"disk of {endpoint.pk}")
        _running[key] = task
        task.add_done_callback(lambda _task: _running.pop(key, None))
    # a cancelled request does not cancel the measurement
    return await asyncio.shield(task)


async def _measure(endpoint: Endpoint) -> DiskUse:
    began = time.monotonic()
    async with Podman(dial(endpoint, streams=True)) as podman:
        found = await system.df(podman, timeout_s=PATIENCE_S)
    took_ms = round((time.monotonic() - began) * 1000)
    return await sync_to_async(disk.keep)(endpoint.pk, found, at=timezone.now(), took_ms=took_ms)
