"""Statistics in a browser as they come: containers, pods and hosts, from streams shared by all."""

import asyncio
from urllib.parse import parse_qs

from dashboard.sockets.consumer import LeanConsumer
from dashboard.streams.stats_feed import StatsFeed
from dashboard.streams.stats_subject import StatsSubject, subjects
from hosts.access import NotVisible
from hosts.access.rights_threads import in_rights_thread

# who is in a pod is looked at again this often
MEMBERS_EVERY_S = 10.0


class StatsConsumer(LeanConsumer):
    """Query: `of`, once per subject (dashboard.streams.stats_subject), at most ten.

    To the browser: StatsFeed's messages.
    """

    feed: StatsFeed | None = None

    async def authorise(self) -> None:
        """container.stats on every subject, asked again with every change of access."""
        found = await in_rights_thread(self._fetch)
        if self.feed is None:
            self.feed = StatsFeed(found)
        self.feed.found = found

    def _fetch(self) -> list[StatsSubject]:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        found = subjects(self.person, query.get("of", []))
        if not found:
            raise NotVisible
        return found

    async def run(self) -> None:
        """Until the browser goes."""
        assert self.feed is not None
        members = asyncio.create_task(self._keep_members(self.feed), name="stats members")
        try:
            with self.feed.joined():
                while True:
                    await self.send_json(await self.feed.message())
        finally:
            members.cancel()

    async def _keep_members(self, feed: StatsFeed) -> None:
        while any(one.is_pod for one in feed.found):
            await asyncio.sleep(MEMBERS_EVERY_S)
            try:
                await self.authorise()
            except NotVisible:
                await self.end(self.NOT_FOUND)
