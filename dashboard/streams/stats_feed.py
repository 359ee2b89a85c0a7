"""Statistics of some subjects as they come, from streams shared by all, for one who looks."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.streams.stats_source import StatsLine, sources
from dashboard.streams.stats_subject import StatsSubject
from hosts.dial import dial
from hosts.stats.gather import total
from hosts.stats.metrics import METRICS

# whoever takes none for so many samples gets the newest only
MOST_WAITING = 32
# an endpoint that was silent for longer counts no more in a host's sum
FRESH_MS = 10_000
LIMIT = METRICS.index("limit")


class StatsFeed:
    """`found`: whose; it may be set anew, with the same endpoints."""

    def __init__(self, found: list[StatsSubject]) -> None:
        self.found = found
        self._endpoints = {e.pk: e for one in found for e in one.endpoints}
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._latest: dict[int, StatsLine] = {}

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Take part in the streams while the block runs."""
        joined = []
        try:
            for endpoint in self._endpoints.values():
                source = sources.source(dial(endpoint, streams=True), endpoint.pk)
                source.join(self)
                joined.append(source)
            yield
        finally:
            for source in joined:
                source.leave(self)

    async def message(self) -> dict[str, Any]:
        """The next: {"type": "sample", "at": ms, "of": {subject: [a value per metric] or null}};
        {"type": "status", "endpoint", "host", "state": connecting|live|away|refused, "cause"}.
        """
        return await self._waiting.get()

    def sampled(self, endpoint_id: int, line: StatsLine) -> None:
        """A line of an endpoint's stream: the subjects that it concerns."""
        self._latest[endpoint_id] = line
        concerned = [one for one in self.found if endpoint_id in one.members]
        self._offer(
            {
                "type": "sample",
                "at": line.at_ms,
                "of": {one.name: self._sum(one, line.at_ms) for one in concerned},
            }
        )

    def state_changed(self, endpoint_id: int, state: dict[str, Any]) -> None:
        """How an endpoint's stream stands."""
        host = str(self._endpoints[endpoint_id])
        self._offer({"type": "status", "endpoint": endpoint_id, "host": host, **state})

    def _sum(self, one: StatsSubject, at_ms: int) -> list[int] | None:
        sums = []
        for endpoint_id, members in one.members.items():
            line = self._latest.get(endpoint_id)
            if line is None or at_ms - line.at_ms > FRESH_MS:
                continue
            parts = {
                podman_id: sample
                for podman_id, sample in line.samples.items()
                if members is None or podman_id in members
            }
            if parts:
                limit = max(sample[LIMIT] for sample in parts.values())
                repeats = line.repeats if len(parts) > 1 else ()
                sums.append(total(parts, limit=limit, repeats=repeats))
        if not sums:
            return None
        limit = max(sample[LIMIT] for sample in sums)
        return list(total(dict(enumerate(sums)), limit=limit))

    def _offer(self, message: dict[str, Any]) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(message)
