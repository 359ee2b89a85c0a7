"""Outlives a killed supervisor for seconds, only to end every process group that it left. Runs by itself.

    python -I -S guard.py [GRACE_S] < PIPE

The supervisor writes `+PGID` and `-PGID` lines; the end of the pipe means that it is gone.
"""

import os
import signal
import sys
import time

GRACE_S = 4.0
EVERY_S = 0.05


def alive(group: int) -> bool:
    """True while a process of the group exists."""
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def send(group: int, number: int) -> None:
    """Signal a group; one that is gone already is what we want."""
    try:
        os.killpg(group, number)
    except OSError:
        return


def main(grace_s: float = GRACE_S) -> None:
    """Follow the pipe to its end, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word[1:].isdigit():
            (groups.add if word[0] == "+" else groups.discard)(int(word[1:]))
    for group in groups:
        send(group, signal.SIGTERM)
    end = time.monotonic() + grace_s
    while any(alive(group) for group in groups) and time.monotonic() < end:
        time.sleep(EVERY_S)
    for group in groups:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    main(*(float(word) for word in sys.argv[1:]))
