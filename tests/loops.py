"""Loops of asynchronous tests: their threads close the database's connections when the loop ends."""

import asyncio
from collections.abc import Callable, Mapping

import pytest


def _loop() -> asyncio.AbstractEventLoop:
    from hosts.database_threads import DatabaseThreads

    loop = asyncio.new_event_loop()
    loop.set_default_executor(DatabaseThreads())
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"database": _loop}
