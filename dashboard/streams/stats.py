"""Statistics in a browser as they come: containers, pods and hosts, from streams shared by all."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from dashboard.sockets.consumer import LeanConsumer
from dashboard.streams.stats_source import StatsLine, sources
from dashboard.streams.stats_subject import StatsSubject, subjects
from hosts.access import NotVisible
from hosts.access.rights_threads import in_rights_thread
from hosts.dial import dial
from hosts.stats.gather import total
from hosts.stats.metrics import METRICS

# a browser that takes none for so many samples gets the newest only
MOST_WAITING = 32
# who is in a pod is looked at again this often
MEMBERS_EVERY_S = 10.0
# an endpoint that was silent for longer counts no more in a host's sum
FRESH_MS = 10_000
LIMIT = METRICS.index("limit")


class StatsConsumer(LeanConsumer):
    """Query: `of`, once per subject (dashboard.streams.stats_subject), at most ten.

    To the browser: {"type": "sample", "at": ms, "of": {subject: [a value per metric] or null}};
    {"type": "status", "endpoint", "host", "state": connecting|live|away|refused, "cause"}.
    """

    found: list[StatsSubject]

    async def authorise(self) -> None:
        """container.stats on every subject, asked again with every change of access."""
        self.found = await in_rights_thread(self._fetch)

    def _fetch(self) -> list[StatsSubject]:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        found = subjects(self.person, query.get("of", []))
        if not found:
            raise NotVisible
        return found

    async def run(self) -> None:
        """Until the browser goes."""
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._latest: dict[int, StatsLine] = {}
        self._names = {e.pk: str(e) for one in self.found for e in one.endpoints}
        joined = []
        members = asyncio.create_task(self._keep_members(), name="stats members")
        try:
            for endpoint in {e.pk: e for one in self.found for e in one.endpoints}.values():
                source = sources.source(dial(endpoint, streams=True), endpoint.pk)
                source.join(self)
                joined.append(source)
            while True:
                await self.send_json(await self._waiting.get())
        finally:
            members.cancel()
            for source in joined:
                source.leave(self)

    async def _keep_members(self) -> None:
        while any(one.name.startswith("pod:") for one in self.found):
            await asyncio.sleep(MEMBERS_EVERY_S)
            try:
                await self.authorise()
            except NotVisible:
                await self.end(self.NOT_FOUND)

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
        self._offer(
            {
                "type": "status",
                "endpoint": endpoint_id,
                "host": self._names.get(endpoint_id, ""),
                **state,
            }
        )

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
