"""How often a result runs: at once on the first bell, then no sooner than its cost allows."""

import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from dashboard.live.hub import hub
from dashboard.live.shared_result import MIN_PAUSE_S
from tests.dashboard.live.test_socket import change

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def test_a_storm_of_bells_is_a_few_runs(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    web = await sync_to_async(container)("web")
    one = await page(cast.alice)
    await one.watch()
    shared = next(iter(hub().results.values()))
    await asyncio.sleep(0)
    runs, began = shared.runs, time.monotonic()
    for n in range(60):
        await sync_to_async(change)(web, restarts=n)
    news: dict[str, Any] = {}
    async with asyncio.timeout(8):
        while "restarts" not in news:
            await one.rows()
            mark = shared.picture.marks[web.pk] if shared.picture else ""
            if mark.startswith(f"{web.revision}."):
                news["restarts"] = True
    lasted = time.monotonic() - began
    assert shared.runs - runs <= lasted / MIN_PAUSE_S + 2


async def test_what_looks_the_same_is_not_told(
    valkey: Any, cast: Any, container: Any, page: Any
) -> None:
    await sync_to_async(container)("web")
    one = await page(cast.alice)
    await one.watch()
    shared = next(iter(hub().results.values()))
    runs = shared.runs
    shared.ring()
    assert await one.socket.receive_nothing(timeout=0.8)
    assert shared.runs == runs + 1
