"""What is measured, in the order it is packed, and how long each resolution is kept."""

from typing import Final

# Rates are means since the sample before. Per second: bytes; `cpu` in 0.01 % of one core.
METRICS: Final = ("cpu", "memory", "limit", "received", "sent", "read", "written", "pids")
# thinned columns also hold the highest sample: a mean over half an hour hides peaks
PEAKS: Final = ("cpu_peak", "memory_peak")
THINNED: Final = (*METRICS, *PEAKS)
CPU_PER_CORE: Final = 10_000

INTERVAL_S: Final = 10
LIVE_INTERVAL_S: Final = 2

# tiers of StatsChunk.tier
FULL, FIVE_MINUTES, HALF_HOURS = 0, 1, 2
# seconds of a column in each tier; FULL has its samples' own times
STEP_S: Final = {FULL: INTERVAL_S, FIVE_MINUTES: 300, HALF_HOURS: 1800}
# the most seconds that a row of each tier covers, aligned to them
SPAN_S: Final = {FULL: 300, FIVE_MINUTES: 3600, HALF_HOURS: 86400}
KEPT_S: Final = {FULL: 3600 + 600, FIVE_MINUTES: 48 * 3600, HALF_HOURS: 31 * 86400}

# the last hour by the minute, for sparklines: cpu and memory
RECENT_COLUMNS: Final = 60
RECENT_STEP_S: Final = 60

KEY_BYTES: Final = 8
# the sum of all containers of an endpoint; its limit is the machine's memory
TOTAL: Final = bytes(KEY_BYTES)
# a hostile host does not fill our tables
MOST_SERIES: Final = 2000


def key_of(podman_id: str) -> bytes:
    """The key of a series in a chunk: the first 16 hex digits of the container's id.

    Raises ValueError for anything else.
    """
    key = bytes.fromhex(podman_id[: 2 * KEY_BYTES])
    if len(key) != KEY_BYTES or key == TOTAL:
        raise ValueError("not a container's id")
    return key
