"""A subject's points over a range: from the database, and the newest from the link."""

import asyncio
import time
from typing import Any

from asgiref.sync import async_to_sync

from dashboard.streams.stats_subject import StatsSubject
from hosts import control
from hosts.stats.history import Points, Range, history, sum_of, tail_points
from hosts.stats.metrics import TOTAL, key_of


def series_of(found: list[StatsSubject], over: Range) -> list[dict[str, Any]]:
    """`{"of", "times": [s], "values": {metric: [value or None]}}` of each subject."""
    wanted: dict[int, set[bytes]] = {}
    for one in found:
        for endpoint_id, members in one.members.items():
            wanted.setdefault(endpoint_id, set()).update(_keys(members))
    tails = async_to_sync(_tails)(wanted)
    now_s = int(time.time())
    points = {
        endpoint_id: history(
            endpoint_id, sorted(keys), over=over, now_s=now_s, tails=tails.get(endpoint_id)
        )
        for endpoint_id, keys in wanted.items()
    }
    return [_series(one, points, over) for one in found]


def _keys(members: frozenset[str] | None) -> list[bytes]:
    if members is None:
        return [TOTAL]
    keys = []
    for podman_id in members:
        try:
            keys.append(key_of(podman_id))
        except ValueError:
            continue
    return keys


def _series(
    one: StatsSubject, found: dict[int, dict[bytes, Points]], over: Range
) -> dict[str, Any]:
    parts = [
        found[endpoint_id][key]
        for endpoint_id, members in one.members.items()
        for key in _keys(members)
    ]
    points = parts[0] if len(parts) == 1 else sum_of(parts, one_network=one.is_pod)
    times, values = points.columns(over=over)
    return {"of": one.name, "times": times, "values": values}


async def _tails(wanted: dict[int, set[bytes]]) -> dict[int, dict[bytes, Points]]:
    async def tail(endpoint_id: int, keys: set[bytes]) -> dict[bytes, Points]:
        try:
            told = await control.stats_tail(endpoint_id, [key.hex() for key in sorted(keys)])
            return tail_points(told)
        except (control.ControlError, KeyError, ValueError, TypeError):
            # without the link the newest minutes are missing
            return {}

    found = await asyncio.gather(*(tail(*pair) for pair in wanted.items()))
    return dict(zip(wanted, found, strict=True))
