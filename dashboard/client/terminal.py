"""This terminal, while a command far away has it: raw, and its size whenever it changes."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
import tty
from typing import Any


class Terminal:
    """As a context it is raw, and afterwards as it was, however it ends. `resized` wakes select."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._before: list[Any] = termios.tcgetattr(number)
        self.resized, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def __enter__(self) -> Terminal:
        self._handler = signal.signal(signal.SIGWINCH, self._tell)
        tty.setraw(self._number)
        return self

    def __exit__(self, *_error: object) -> None:
        termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)
        signal.signal(signal.SIGWINCH, self._handler)
        os.close(self.resized)
        os.close(self._wake)

    def _tell(self, _number: int, _frame: Any) -> None:
        try:
            os.write(self._wake, b"\0")
        except BlockingIOError:
            return

    def size(self) -> tuple[int, int]:
        """(columns, rows)."""
        return size_of(self._number)


def size_of(number: int) -> tuple[int, int]:
    """(columns, rows) of a terminal; 80 by 24 of one that does not say."""
    try:
        told = fcntl.ioctl(number, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return 80, 24
    rows, columns, _width, _height = struct.unpack("HHHH", told)
    return columns or 80, rows or 24
