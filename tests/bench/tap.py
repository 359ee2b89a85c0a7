"""A socket in front of a host's Podman that notes when Podman answered a change.

Lies in the lab host's own /run, so that SSH leads to it; adds about 0.1 ms.
"""

import asyncio
import contextlib
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 256 * 1024


class Tap:
    """Serves `path` within the `with` block, in a thread of its own."""

    def __init__(self, path: Path, podman: Path) -> None:
        self.path, self._podman = path, podman
        # monotonic seconds of the answer to each POST
        self.answered: list[float] = []

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self.path.unlink(missing_ok=True)

    async def _listen(self) -> None:
        self._open: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def _end(self) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        changes: list[bool] = []
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_unix_connection(str(self._podman))
            there = asyncio.create_task(self._forward(reader, far_writer, changes))
            back = asyncio.create_task(self._back(far_reader, writer, changes))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                far_writer.close()
        writer.close()
        self._open.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: list[bool]
    ) -> None:
        while data := await reader.read(CHUNK):
            if data.startswith(b"POST "):
                changes.append(True)
            writer.write(data)
            await writer.drain()

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: list[bool]
    ) -> None:
        while data := await reader.read(CHUNK):
            if changes:
                changes.clear()
                self.answered.append(time.monotonic())
            writer.write(data)
            await writer.drain()
