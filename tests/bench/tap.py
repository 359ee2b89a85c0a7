"""A socket in front of a host's Podman that notes when it answered a change and when it told of one.

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
        # and of each piece of its event stream
        self.told: list[float] = []

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
        # where the next piece from Podman is noted: an event stream goes on for ever
        notes: list[list[float]] = []
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_unix_connection(str(self._podman))
            there = asyncio.create_task(self._forward(reader, far_writer, notes))
            back = asyncio.create_task(self._back(far_reader, writer, notes))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                far_writer.close()
        writer.close()
        self._open.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, notes: list[list[float]]
    ) -> None:
        while data := await reader.read(CHUNK):
            line = data[:200].partition(b"\r\n")[0]
            if line.startswith(b"POST "):
                notes.append(self.answered)
            elif line.startswith(b"GET ") and b"/events?" in line:
                notes[:] = [self.told]
            writer.write(data)
            await writer.drain()

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, notes: list[list[float]]
    ) -> None:
        while data := await reader.read(CHUNK):
            if notes:
                notes[0].append(time.monotonic())
                if notes[0] is self.answered:
                    notes.clear()
            writer.write(data)
            await writer.drain()
