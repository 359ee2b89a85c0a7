"""A fake bus in a folder with a short path."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.hosts.systemd.fake_bus import FakeBus


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeBus]:
    with tempfile.TemporaryDirectory(prefix="ho-", dir="/tmp") as name:
        bus = FakeBus(Path(name) / "bus")
        await bus.start()
        yield bus
        await bus.stop()
