"""The few lines on the terminal. A terminal that is held (Ctrl-S) or gone must not hold Haulout."""

import queue
import sys
import threading


class Terminal:
    """Prints lines from a thread of its own; what cannot be printed in time is dropped."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(maxsize=500)
        self._thread = threading.Thread(target=self._print, name="terminal", daemon=True)
        self._thread.start()

    def say(self, line: str) -> None:
        """Print a line, soon."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            pass

    def close(self, *, timeout_s: float = 1.0) -> None:
        """Print what is left, for at most `timeout_s`."""
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(timeout_s)

    def _print(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except (OSError, ValueError):
                return
