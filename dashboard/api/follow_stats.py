"""Statistics as they come, for programs."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.follows import FOLLOWED, follow_lines
from dashboard.api.recheck import person_now
from dashboard.streams.stats import MEMBERS_EVERY_S
from dashboard.streams.stats_feed import StatsFeed
from dashboard.streams.stats_subject import MOST_SUBJECTS, subjects
from hosts.database_threads import in_thread
from hosts.stats.metrics import METRICS

router = Router()


class StatsQuery(Schema):
    """Whose."""

    of: list[str] = Field(
        min_length=1,
        max_length=MOST_SUBJECTS,
        description="container:ENDPOINT:ID, pod:ENDPOINT:ID or host:ID",
    )


@router.get(
    "/stats",
    tags=["stats"],
    summary="Follow statistics",
    openapi_extra=FOLLOWED | {"x-verb": "container.stats"},
)
def follow_stats(request: HttpRequest, asked: Query[StatsQuery]) -> HttpResponseBase:
    """JSON lines. `op` sample: `of` has for each subject its metrics, or null where it does not run; cpu
    in 0.01 % of a core, memory and limit in bytes, all else per second. `op` status: how the stream
    of an endpoint stands. Whoever reads slowly gets the newest only.
    """
    found = subjects(person_of(request), asked.of)

    async def lines() -> AsyncGenerator[dict[str, Any], None]:
        feed = StatsFeed(found)
        members = asyncio.create_task(keep_members(feed), name="stats members")
        try:
            with feed.joined():
                while True:
                    message = await feed.message()
                    if message["type"] == "sample":
                        message["of"] = {
                            name: values and dict(zip(METRICS, values, strict=True))
                            for name, values in message["of"].items()
                        }
                    yield {"op": message.pop("type"), **message}
        finally:
            members.cancel()

    async def keep_members(feed: StatsFeed) -> None:
        while any(one.is_pod for one in found):
            await asyncio.sleep(MEMBERS_EVERY_S)
            feed.found = await in_thread(lambda: subjects(person_now(request), asked.of))

    return follow_lines(request, lines, lambda now: subjects(now, asked.of))
