"""The supervisor itself: starts the children in order, waits for the end, and ends them in order."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.supervisor import lifeline, reaper
from dashboard.supervisor.child import Child, Spec

# together below the ten seconds that a stop may take
CHILDREN_END_S = 6.5
STORE_ENDS_S = 1.5
STORE = "valkey"


@dataclass
class Supervisor:
    """Runs children until told to stop. `first` start at once, `later` when the page answers."""

    logs: Path
    say: Callable[[str], None]
    lock_fd: int
    children: list[Child] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _keeping: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # our end closes with us, however we go; that is what guard and children wait for
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._guard: asyncio.subprocess.Process | None = None

    async def run(
        self,
        *,
        first: list[Spec],
        later: list[Spec],
        when_started: Callable[[], Coroutine[Any, Any, None]],
        afterwards: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Start everything; returns when all have ended. `later` starts when `when_started` returned."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup keeps its meaning
                loop.add_signal_handler(number, self._on_signal, number)
        await self._start_guard()
        try:
            for spec in first:
                self._start(spec)
            started = asyncio.create_task(when_started())
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait((started, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping.is_set():
                for spec in later:
                    self._start(spec)
                started = asyncio.create_task(afterwards())
            await stopped
            started.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await started
        finally:
            await self._end()

    def _on_signal(self, number: int) -> None:
        if not self._stopping.is_set():
            self.say("stopping")
        elif number == signal.SIGINT:
            # a person pressed Ctrl-C twice; programs may well send SIGTERM twice
            self._hurry.set()
        self._stopping.set()

    def _start(self, spec: Spec) -> None:
        environ = {**spec.environ, lifeline.ENV: str(self._lifeline_read)}
        descriptors = (*spec.descriptors, self._lifeline_read, self.lock_fd)
        whole = Spec(spec.name, spec.words, environ, descriptors)
        child = Child(whole, self.logs, self.say, self._tell_guard)
        self.children.append(child)
        self._keeping.append(asyncio.create_task(child.keep(), name=spec.name))

    async def _start_guard(self) -> None:
        self._guard = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", reaper.__file__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(self.lock_fd,),
            start_new_session=True,
        )

    def _tell_guard(self, group: int, lives: bool) -> None:  # noqa: FBT001 - a callback's shape
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.write(f"{'+' if lives else '-'}{group}\n".encode())

    async def _end(self) -> None:
        """All but Valkey first, since they speak with it to the last; then Valkey; then the guard."""
        store = [child for child in self.children if child.spec.name == STORE]
        others = [child for child in self.children if child.spec.name != STORE]
        await self._end_these(others, within_s=CHILDREN_END_S)
        await self._end_these(store, within_s=STORE_ENDS_S)
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._guard.wait(), 1.0)
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)

    async def _end_these(self, children: list[Child], *, within_s: float) -> None:
        for child in children:
            child.stop()
        end = time.monotonic() + within_s
        while any(child.running for child in children) and time.monotonic() < end:
            if self._hurry.is_set():
                break
            await asyncio.sleep(0.02)
        for child in children:
            if child.running:
                self.say(f"{child.spec.name} did not end in time and is killed")
                child.kill()
