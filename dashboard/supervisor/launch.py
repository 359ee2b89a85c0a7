"""Becomes a child of the supervisor: ask the kernel to end us with it, then exec. Runs by itself.

python -I -S launch.py SUPERVISOR_PID PROGRAM [ARGUMENT …]

It is a program of its own: a process with threads must not run code between fork and exec.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # man 2 prctl


def main(parent: int, words: list[str]) -> None:
    """Never returns."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)  # the supervisor went before the kernel knew
    os.execv(words[0], words)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
