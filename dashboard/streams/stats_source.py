"""One fast stream of statistics per endpoint for all who look at any of its containers."""

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from hosts.podman import Dial, Podman, PodmanError, stats
from hosts.podman.errors import Conflict, Unsupported
from hosts.stats.gather import Rates, Sample
from hosts.stats.metrics import LIVE_INTERVAL_S

log = logging.getLogger(__name__)
RETRY_MAX_S = 5.0
REFUSED_RETRY_S = 60.0
GAP_S = 5 * LIVE_INTERVAL_S


@dataclass(frozen=True, slots=True)
class StatsLine:
    """One moment of an endpoint: samples by container id, and hosts.stats.gather.Rates.repeats."""

    at_ms: int
    samples: dict[str, Sample]
    repeats: frozenset[str]


class StatsViewer(Protocol):
    """Whoever looks. Neither call may block."""

    def sampled(self, endpoint_id: int, line: "StatsLine") -> None:
        """What all containers of the endpoint use now."""

    def state_changed(self, endpoint_id: int, state: dict[str, Any]) -> None:
        """How the stream stands: `{"state": connecting|live|away|refused, "cause"}`."""


class StatsSource:
    """Follows one endpoint while it has viewers."""

    def __init__(self, dial: Dial, endpoint_id: int) -> None:
        self._dial = dial
        self._endpoint_id = endpoint_id
        self._viewers: set[StatsViewer] = set()
        self._task: asyncio.Task[None] | None = None
        self._state: dict[str, Any] = {"state": "connecting"}

    @property
    def idle(self) -> bool:
        """True when nobody looks."""
        return not self._viewers

    def join(self, viewer: StatsViewer) -> None:
        """Tell the viewer from now on."""
        self._viewers.add(viewer)
        viewer.state_changed(self._endpoint_id, self._state)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"stats {self._endpoint_id}")

    def leave(self, viewer: StatsViewer) -> None:
        """The last one out ends the stream on the host."""
        self._viewers.discard(viewer)
        if not self._viewers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        delay_s = 0.25
        async with Podman(self._dial) as podman:
            while True:
                try:
                    async with aclosing(
                        stats.follow(podman, interval_s=LIVE_INTERVAL_S, decode=orjson.loads)
                    ) as lines:
                        await self._hand_on(lines)
                    delay_s = 0.25
                except (Conflict, Unsupported) as refused:
                    self._say({"state": "refused", "cause": refused.message})
                    delay_s = REFUSED_RETRY_S
                except (PodmanError, ValueError) as lost:
                    self._say({"state": "away", "cause": str(lost)})
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, RETRY_MAX_S)

    async def _hand_on(self, lines: Any) -> None:
        rates = Rates(gap_s=GAP_S)
        first = True
        async for usages in lines:
            samples = rates.of(usages, at_s=time.time())
            if first:
                # a mean since the start of each: nothing of now
                first = False
                continue
            self._say({"state": "live"})
            line = StatsLine(round(time.time() * 1000), samples, rates.repeats)
            for viewer in tuple(self._viewers):
                viewer.sampled(self._endpoint_id, line)

    def _say(self, state: dict[str, Any]) -> None:
        if state == self._state:
            return
        self._state = state
        for viewer in tuple(self._viewers):
            viewer.state_changed(self._endpoint_id, state)


class StatsSources:
    """The sources of this process."""

    def __init__(self) -> None:
        self._sources: dict[int, StatsSource] = {}

    def source(self, dial: Dial, endpoint_id: int) -> StatsSource:
        """The running source of this endpoint, or a new one."""
        for old in [key for key, source in self._sources.items() if source.idle]:
            del self._sources[old]
        return self._sources.setdefault(endpoint_id, StatsSource(dial, endpoint_id))


sources = StatsSources()
