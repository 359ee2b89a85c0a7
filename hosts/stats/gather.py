"""One endpoint's samples in memory: counters become rates, rates become chunks of five minutes.

Knows no database and no clock: the caller gives the time.
"""

from array import array
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from hosts.podman.stats import Usage
from hosts.stats.codec import code
from hosts.stats.figures import Figure
from hosts.stats.metrics import (
    CPU_PER_CORE,
    FULL,
    INTERVAL_S,
    METRICS,
    MOST_SERIES,
    SPAN_S,
    TOTAL,
    key_of,
)
from hosts.stats.recent import Recent

_WIDTH: Final = len(METRICS)
_NOTHING: Final = array("H", bytes(2 * _WIDTH))
# counters this far apart have a gap between them
_GAP_S: Final = 4.5 * INTERVAL_S
# how long Podman may take to read all containers for one line
_READING_S: Final = 0.1
# a container's sample: the figures of METRICS
Sample = tuple[int, int, int, int, int, int, int, int]


class Rates:
    """Turns counters into rates. The first sample of a container, or after a gap, gives none."""

    def __init__(self, *, gap_s: float = _GAP_S) -> None:
        self._gap_s = gap_s
        self._before: dict[str, Usage] = {}
        self._at_s = 0.0
        # seconds since the line before, by our clock; 0.0: there was a gap
        self.since_s = 0.0
        # containers in the last line that repeat another's network counters
        self.repeats: frozenset[str] = frozenset()

    def of(self, usages: list[Usage], *, at_s: float) -> dict[str, Sample]:
        """Container id to its sample. `at_s`: our clock, which shows gaps and changes of the host's clock."""
        ours_s, self._at_s = at_s - self._at_s, at_s
        self.since_s = ours_s if self._before and 0 < ours_s <= self._gap_s else 0.0
        before = self._before if self.since_s else {}
        self._before = {usage.podman_id: usage for usage in usages[:MOST_SERIES]}
        samples = {
            podman_id: sample
            for podman_id, usage in self._before.items()
            if (last := before.get(podman_id)) and (sample := _sample(last, usage, ours_s))
        }
        self.repeats = _repeats([self._before[podman_id] for podman_id in samples], samples)
        return samples


def _sample(last: Usage, now: Usage, ours_s: float) -> Sample | None:
    elapsed_ns = now.system_ns - last.system_ns
    ours_ns = int(ours_s * 1e9)
    if not ours_ns // 3 < elapsed_ns < ours_ns * 3:
        # the host's clock was set meanwhile
        elapsed_ns = ours_ns
    used_ns = now.cpu_ns - last.cpu_ns
    if used_ns < 0 or elapsed_ns <= 0:
        # the container was started again
        return None
    return (
        used_ns * CPU_PER_CORE // elapsed_ns,
        now.memory_bytes,
        now.limit_bytes,
        max(0, now.received - last.received) * 1_000_000_000 // elapsed_ns,
        max(0, now.sent - last.sent) * 1_000_000_000 // elapsed_ns,
        max(0, now.read - last.read) * 1_000_000_000 // elapsed_ns,
        max(0, now.written - last.written) * 1_000_000_000 // elapsed_ns,
        now.pids,
    )


def _repeats(usages: list[Usage], samples: dict[str, Sample]) -> frozenset[str]:
    """Containers that repeat another's network counters, as those of one pod do (seen on 5.4).

    Counters are read one after the other, so they may differ by the traffic in between.
    """
    usages.sort(key=lambda usage: usage.received)
    found = set()
    for one, other in pairwise(usages):
        _, _, _, received, sent, *_ = samples[other.podman_id]
        if (
            other.received - one.received <= received * _READING_S
            and abs(other.sent - one.sent) <= sent * _READING_S
            and other.received + other.sent
        ):
            found.add(other.podman_id)
    return frozenset(found)


def total(samples: Mapping[Any, Sample], *, limit: int, repeats: Collection[str] = ()) -> Sample:
    """The sum of all, without the network of `repeats`; its limit is the machine's memory."""
    if not samples:
        return (0, 0, limit, 0, 0, 0, 0, 0)
    cpu, memory, _, received, sent, read, written, pids = map(
        sum, zip(*samples.values(), strict=True)
    )
    for podman_id in repeats:
        if sample := samples.get(podman_id):
            received, sent = received - sample[3], sent - sample[4]
    return (cpu, memory, limit, received, sent, read, written, pids)


@dataclass(slots=True)
class Chunk:
    """Samples of up to five minutes, column by column: codes of METRICS, series by key."""

    times: list[int] = field(default_factory=list)
    series: dict[bytes, "array[int]"] = field(default_factory=dict)

    def add(self, at_s: int, samples: dict[bytes, Sample]) -> None:
        """Add one column; a series without a sample has a gap."""
        done = len(self.times) * _WIDTH
        for key, sample in samples.items():
            codes = self.series.get(key)
            if codes is None:
                codes = self.series[key] = array("H")
            if len(codes) < done:
                codes.extend(_NOTHING * ((done - len(codes)) // _WIDTH))
            codes.extend(map(code, sample))
        self.times.append(at_s)

    def close(self) -> None:
        """Make every series as long as the times."""
        done = len(self.times) * _WIDTH
        for codes in self.series.values():
            if len(codes) < done:
                codes.extend(_NOTHING * ((done - len(codes)) // _WIDTH))

    def column(self, key: bytes, at: int) -> "array[int]":
        """The codes of a series at the `at`-th time; zeros where it has none."""
        codes = self.series[key][at * _WIDTH : (at + 1) * _WIDTH]
        return codes or _NOTHING


class Gatherer:
    """Takes the lines of one endpoint's stream, and gives full chunks."""

    def __init__(self, recent: Recent | None = None) -> None:
        self.recent = recent or Recent()
        self.machine_bytes = 0
        self.cpus = 0
        # what each container uses now, for its row; None: not known yet
        self.newest: dict[str, Figure] | None = None
        self.latest: Sample | None = None
        self.latest_at_s = 0
        self._rates = Rates()
        self._open = Chunk()
        self._full: deque[Chunk] = deque()
        self._keys: dict[str, bytes | None] = {}

    def feed(self, usages: list[Usage], *, at_s: float) -> None:
        """Take one line of the stream, at `at_s` of our clock."""
        samples = self._rates.of(usages, at_s=at_s)
        known = self._known(usages)
        second = int(at_s)
        if usages and not samples:
            # the first line after a gap: no rates yet
            self.newest = self._newest(usages, samples) if self._rates.since_s else None
            return
        self.newest = self._newest(usages, samples)
        named = {key: s for podman_id, s in samples.items() if (key := known[podman_id])}
        self.latest = total(samples, limit=self.machine_bytes, repeats=self._rates.repeats)
        self.latest_at_s = second
        times = self._open.times
        if times and (second // SPAN_S[FULL] != times[0] // SPAN_S[FULL] or second <= times[-1]):
            self._roll()
        self.recent.add(second, named)
        self._open.add(second, {TOTAL: self.latest, **named})

    def take(self, *, everything: bool = False) -> list[Chunk]:
        """Full chunks that nobody took yet; `everything`: the open one too."""
        if everything:
            self._roll()
        taken = list(self._full)
        self._full.clear()
        return taken

    def put_back(self, chunks: list[Chunk]) -> None:
        """The write failed: the next `take` gives these again, at most the newest few."""
        self._full.extendleft(reversed(chunks))
        while len(self._full) > _MOST_WAITING:
            self._full.popleft()

    def waiting(self) -> Iterator[Chunk]:
        """What is not written yet, oldest first."""
        yield from self._full
        if self._open.times:
            yield self._open

    def _newest(self, usages: list[Usage], samples: Mapping[str, Sample]) -> dict[str, Figure]:
        """Figures of all containers, also of those whose counters began since the line before."""
        most_ns = self._rates.since_s * 1e9
        found = {}
        for usage in usages[:MOST_SERIES]:
            if sample := samples.get(usage.podman_id):
                cpu = sample[0]
            elif most_ns and usage.cpu_ns <= most_ns * max(1, self.cpus):
                cpu = int(usage.cpu_ns * CPU_PER_CORE / most_ns)
            else:
                # it has run for long, but was not in the line before
                continue
            limited = usage.limit_bytes if usage.limit_bytes < self.machine_bytes else 0
            found[usage.podman_id] = Figure(cpu, usage.memory_bytes, limited)
        return found

    def _known(self, usages: list[Usage]) -> dict[str, bytes | None]:
        if len(self._keys) > 2 * MOST_SERIES:
            self._keys.clear()
        for usage in usages:
            if usage.podman_id not in self._keys:
                try:
                    self._keys[usage.podman_id] = key_of(usage.podman_id)
                except ValueError:
                    self._keys[usage.podman_id] = None
        return self._keys

    def _roll(self) -> None:
        if self._open.times:
            self._open.close()
            self._full.append(self._open)
            self._open = Chunk()


_MOST_WAITING: Final = 24
