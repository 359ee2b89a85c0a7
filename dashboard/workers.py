"""One command, a process for each queue: forked once all is loaded, so that they share memory.

Threads of one Celery worker serve its queues together: ten pulls would hold up a restart.
"""

import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

import structlog

# man 2 prctl
PR_SET_PDEATHSIG: Final = 1
PR_SET_NAME: Final = 15
FIRST_DELAY_S: Final = 0.5
LAST_DELAY_S: Final = 30.0
# one that lived this long is well; its next death is a first one
WELL_AFTER_S: Final = 60.0
log = structlog.get_logger(__name__)


class Workers:
    """Runs `serve(queue)` in a process of its own for each queue, and anew where one dies.

    One that ends orderly by itself was told to (`celery control shutdown`): it stays ended.
    """

    def __init__(self, queues: Sequence[str], serve: Callable[[str], None]) -> None:
        self._queues, self._serve = queues, serve
        self._children: dict[int, tuple[str, float]] = {}
        self._delays: dict[str, float] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until SIGTERM or SIGINT, or until all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # what is loaded by now stays the same: without this the first collection would copy it
        gc.freeze()
        for queue in self._queues:
            self._start(queue)
        while self._children:
            pid, status = os.wait()
            queue, began = self._children.pop(pid, ("", 0.0))
            code = os.waitstatus_to_exitcode(status)
            if queue and code and not self._stopping.is_set():
                self._again(queue, code, lived_s=time.monotonic() - began)

    def _again(self, queue: str, code: int, *, lived_s: float) -> None:
        delay_s = (
            FIRST_DELAY_S if lived_s > WELL_AFTER_S else self._delays.get(queue, FIRST_DELAY_S)
        )
        self._delays[queue] = min(delay_s * 2, LAST_DELAY_S)
        log.warning("a worker ended", queue=queue, status=code, again_in_s=delay_s)
        self._stopping.wait(delay_s)
        if not self._stopping.is_set():
            self._start(queue)

    def _start(self, queue: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        ours = os.getpid()
        with warnings.catch_warnings():
            # the one thread beside us waits in read(), for the supervisor's end: it holds no lock
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if not pid:
            self._child(queue, ours)
        self._children[pid] = (queue, time.monotonic())
        if self._stopping.is_set():
            _terminate(pid)

    def _child(self, queue: str, parent: int) -> NoReturn:
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            if sys.platform == "linux":
                libc = ctypes.CDLL(None)
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                # for ps and top, which would show the same words for all
                libc.prctl(PR_SET_NAME, f"worker-{queue}".encode())
            if os.getppid() == parent:
                self._serve(queue)
                code = 0
        except SystemExit as told:
            code = told.code if isinstance(told.code, int) else bool(told.code)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # not the parent's own way out of here
            os._exit(code)

    def _stop(self, number: int, frame: object) -> None:
        self._stopping.set()
        for pid in list(self._children):
            _terminate(pid)


def _terminate(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
