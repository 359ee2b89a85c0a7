"""A bad network cable: frames go from one tap device to another late, lost or slowly.

Done here and not with `tc netem`, which many kernels lack. Usage: python wire.py TAP_HOST
TAP_MACHINE FROM_HOST TO_HOST, the last two like "delay 300ms 100ms loss 5% rate 1mbit".
"""

import collections
import contextlib
import fcntl
import os
import random
import select
import struct
import sys
import time
from dataclasses import dataclass

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
FRAME_BYTES = 65_536
MOST_WAITING = 1000
UNITS = {"ms": 0.001, "s": 1.0, "%": 0.01, "kbit": 125.0, "mbit": 125_000.0, "gbit": 125_000_000.0}


@dataclass(frozen=True)
class Disturbance:
    """What one direction does to frames. `loss` is a share from 0 to 1; a rate of 0 is no limit."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    bytes_per_s: float = 0.0


def _number(text: str) -> float:
    for unit, factor in UNITS.items():
        value = text.removesuffix(unit)
        if value != text and value.replace(".", "", 1).isdigit():
            return float(value) * factor
    raise ValueError(f"{text!r} is not a number with a unit of {', '.join(UNITS)}")


def read(text: str) -> Disturbance:
    """Read "delay 300ms 100ms loss 5% rate 1mbit", each part optional; ValueError otherwise."""
    words = collections.deque(text.split())
    found: dict[str, float] = {}
    while words:
        word = words.popleft()
        if word == "delay" and words:
            found["delay_s"] = _number(words.popleft())
            if words and words[0][0].isdigit():
                found["jitter_s"] = _number(words.popleft())
        elif word == "loss" and words:
            found["loss"] = _number(words.popleft())
        elif word == "rate" and words:
            found["bytes_per_s"] = _number(words.popleft())
        else:
            raise ValueError(f"{word!r} in {text!r}: say delay TIME [JITTER], loss N%, rate NUNIT")
    return Disturbance(**found)


class Lane:
    """One direction. Frames keep their order, whatever their delay."""

    def __init__(self, source: int, target: int, disturbance: Disturbance) -> None:
        self.source, self.target, self.disturbance = source, target, disturbance
        self.waiting: collections.deque[tuple[float, bytes]] = collections.deque()
        self.free_at_s = 0.0
        self.last_due_s = 0.0

    def take(self) -> None:
        frame, how, now_s = os.read(self.source, FRAME_BYTES), self.disturbance, time.monotonic()
        if random.random() < how.loss or len(self.waiting) >= MOST_WAITING:
            return
        sent_s = now_s
        if how.bytes_per_s:
            self.free_at_s = max(now_s, self.free_at_s) + len(frame) / how.bytes_per_s
            sent_s = self.free_at_s
        due_s = sent_s + max(0.0, how.delay_s + random.uniform(-how.jitter_s, how.jitter_s))
        self.last_due_s = max(due_s, self.last_due_s)
        self.waiting.append((self.last_due_s, frame))

    def deliver(self) -> float | None:
        """Hand over what is due; seconds until the next frame is, None when nothing waits."""
        while self.waiting:
            left_s = self.waiting[0][0] - time.monotonic()
            if left_s > 0:
                return left_s
            frame = self.waiting.popleft()[1]
            with contextlib.suppress(OSError):  # a full or absent device loses frames, as cables do
                os.write(self.target, frame)
        return None


def open_tap(name: str) -> int:
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return handle


def main() -> None:
    host, machine = (open_tap(name) for name in sys.argv[1:3])
    lanes = {
        host: Lane(host, machine, read(sys.argv[3])),
        machine: Lane(machine, host, read(sys.argv[4])),
    }
    while True:
        waits = [wait for lane in lanes.values() if (wait := lane.deliver()) is not None]
        for ready in select.select(list(lanes), [], [], min(waits, default=None))[0]:
            with contextlib.suppress(BlockingIOError):
                lanes[ready].take()


if __name__ == "__main__":
    main()
