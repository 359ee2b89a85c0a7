"""One child: started, its output kept, started again when it dies, ended when asked."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.supervisor import launch
from dashboard.supervisor.logfiles import LogFile

FIRST_DELAY_S = 0.5
LAST_DELAY_S = 30.0
# a child that lived this long is well; its next death is a first one
WELL_AFTER_S = 60.0
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Spec:
    """What a child is: its name, its command line, its environment and the descriptors it inherits."""

    name: str
    words: tuple[str, ...]
    environ: Mapping[str, str]
    descriptors: tuple[int, ...] = ()


@dataclass
class Child:
    """Keeps one process running. `on_change(group, lives)`: at each start and end of its group."""

    spec: Spec
    folder: Path
    say: Callable[[str], None]
    on_change: Callable[[int, bool], None]
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=6))

    async def keep(self) -> None:
        """Run it until `stop` is called; after a death wait longer each time."""
        log = LogFile(self.folder, self.spec.name)
        delay_s = FIRST_DELAY_S
        try:
            while not self.stopping.is_set():
                started = time.monotonic()
                status = await self._once(log)
                if self.stopping.is_set():
                    break
                if time.monotonic() - started > WELL_AFTER_S:
                    delay_s = FIRST_DELAY_S
                self._mourn(status, delay_s)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), delay_s)
                delay_s = min(delay_s * 2, LAST_DELAY_S)
        finally:
            log.close()

    async def _once(self, log: LogFile) -> int:
        """One life: from start to the last byte of output. Its exit status, negative for a signal."""
        words = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *self.spec.words)
        self.process = await asyncio.create_subprocess_exec(
            *words,
            env=dict(self.spec.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=self.spec.descriptors,
            # a group of its own: Ctrl-C reaches the supervisor alone, and an end reaches all of it
            start_new_session=True,
        )
        group = self.process.pid
        self.starts += 1
        self.on_change(group, True)
        reading = asyncio.create_task(self._read(self.process, log))
        try:
            status = await self.process.wait()
        finally:
            # grandchildren that it left would hold its output and the lock
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
            self.on_change(group, False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, 1.0)
        return status

    async def _read(self, process: asyncio.subprocess.Process, log: LogFile) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(CHUNK_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._keep_line(log, line)
            if len(rest) > CHUNK_BYTES:
                self._keep_line(log, rest)
                rest = b""
        if rest:
            self._keep_line(log, rest)

    def _keep_line(self, log: LogFile, line: bytes) -> None:
        if line.strip():
            self.last_words.append(line.decode(errors="replace").rstrip()[:300])
        was_lost = log.lost_lines
        if not log.write(line + b"\n") and was_lost == 0:
            self.say(
                f"{self.spec.name}: its log cannot be written (disk full?); it goes on without"
            )

    def _mourn(self, status: int, delay_s: float) -> None:
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        self.say(
            f"{self.spec.name} ended {how}; again in {delay_s:g} s (all of it: {self.folder}"
            f"/{self.spec.name}.log)"
        )
        if status > 0 and self.starts <= 2:
            for line in self.last_words:
                self.say(f"  {self.spec.name}: {line}")

    def stop(self) -> None:
        """Ask it to end, and start it no more."""
        self.stopping.set()
        if self.running:
            assert self.process is not None
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def kill(self) -> None:
        """End its whole group now."""
        self.stopping.set()
        if self.running:
            assert self.process is not None
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def running(self) -> bool:
        """True while its process lives."""
        return self.process is not None and self.process.returncode is None
