"""What simulated containers use: counters that rise as those of a real fleet do, most of them slowly.

Of ten containers six idle, three work a little, one is busy; none is ever still in the same way twice.
"""

import time
from typing import Final

from tests.bench.fleet import content

# cores, MiB and bytes a second of network and disk, by the last digit of a container's number
_IDLE, _SOME, _BUSY = (0.0004, 12, 0, 0), (0.03, 140, 4_000, 600), (0.6, 900, 250_000, 40_000)
_KINDS: Final = (*(_IDLE,) * 6, *(_SOME,) * 3, _BUSY)
_MIB: Final = 1024 * 1024
_ITEM: Final = (
    b'{"AvgCPU":1.5,"ContainerID":"%b","Name":"%b","PerCPU":null,"CPU":%.10f,"CPUNano":%d,'
    b'"CPUSystemNano":%d,"SystemNano":%d,"MemUsage":%d,"MemLimit":8589934592,'
    b'"MemPerc":1.7320508075688772,"Network":{"eth0":{"RxBytes":%d,"RxDropped":0,"RxErrors":0,'
    b'"RxPackets":%d,"TxBytes":%d,"TxDropped":0,"TxErrors":0,"TxPackets":%d}},'
    b'"BlockInput":%d,"BlockOutput":%d,"PIDs":%d,"UpTime":%d,"Duration":%d}'
)


def _noise(*numbers: int) -> float:
    """0 … 1, the same for the same numbers."""
    mixed = 0
    for number in numbers:
        mixed = (mixed ^ number) * 0x9E3779B1 & 0xFFFFFFFF
        mixed ^= mixed >> 15
    return mixed / 2**32


def line(host: int, running: list[int], *, interval_s: int, now_s: float | None = None) -> bytes:
    """A line of `containers/stats` for these containers."""
    now = time.time() if now_s is None else now_s
    tick = int(now) // interval_s
    items = b",".join(_item(host, n, now, tick, interval_s) for n in running)
    return b'{"Error":null,"Stats":[%b]}\n' % items


def _item(host: int, n: int, now: float, tick: int, interval_s: int) -> bytes:
    cores, mib, network, disk = _KINDS[n % 10]
    # up to a whole interval ahead of the mean: a rate of 0 … 2 times it, and never below zero
    ahead_s = now + interval_s * _noise(host, n, tick)
    since_s = ahead_s - 1_700_000_000
    cpu_ns = int(cores * since_s * 1e9)
    received, sent = int(network * since_s), int(network * since_s / 3)
    memory = int(mib * _MIB * (1 + 0.05 * _noise(n, host, tick // 6)))
    return _ITEM % (
        content.container_id(host, n).encode(),
        b"app-%d" % n,
        100 * cores,
        cpu_ns,
        cpu_ns // 9,
        int(now * 1e9),
        memory // 4096 * 4096,
        received,
        received // 900,
        sent,
        sent // 500,
        int(disk * since_s / 8),
        int(disk * since_s),
        3 + n % 10,
        cpu_ns,
        cpu_ns,
    )
