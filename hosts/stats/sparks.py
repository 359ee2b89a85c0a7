"""The last hour of many containers by the minute, from one row per endpoint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hosts.models import StatsStanding
from hosts.stats.codec import DamagedTable, place_of, unpack
from hosts.stats.metrics import RECENT_STEP_S


@dataclass(frozen=True, slots=True)
class Spark:
    """`cpu` in 0.01 % of a core and `memory` in bytes, by the minute until `until` (seconds)."""

    until: int
    cpu: list[int | None]
    memory: list[int | None]


def sparks(keys_of: Mapping[int, Iterable[bytes]]) -> dict[tuple[int, bytes], Spark]:
    """The last hour of each endpoint's keys, in one query; keys without a sample are left out."""
    rows = StatsStanding.objects.filter(pk__in=keys_of).values_list("pk", "keys", "recent")
    found = {}
    for endpoint_id, keys, recent in rows:
        try:
            table = unpack(bytes(recent))
        except DamagedTable:
            continue
        until = table.times[-1] + RECENT_STEP_S
        for key in keys_of[endpoint_id]:
            place = place_of(bytes(keys), key)
            if place is not None:
                spark = Spark(until, table.values(0, place), table.values(1, place))
                found[endpoint_id, key] = spark
    return found
