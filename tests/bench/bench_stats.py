"""`bench stats`: what it costs to keep the statistics of 50,000 containers, and how fast they are read.

Beside each figure the same done with a row per sample. Always 1,000 hosts × 50, whatever the options.
"""

import json
import statistics
from typing import Any

from tests.bench.figures import Options, figure, quantile
from tests.bench.running import Running
from tests.bench.stats_work import CONTAINERS, GATHERED, HOSTS

BENCH = "stats"
FLEET = HOSTS * CONTAINERS
SAMPLES_A_MINUTE = 6 * FLEET
ROWS = "a row per sample"


def run(options: Options) -> list[dict[str, Any]]:
    """Written, kept, gathered, read."""
    with Running() as haulout:
        found = json.loads(haulout.child("stats_work"))
    return [*written(found), *gathered(found), *read(found)]


def written(found: dict[str, Any]) -> list[dict[str, Any]]:
    rows = HOSTS * found["chunks"] / 60 + HOSTS
    bytes_a_minute = found["chunk_bytes"] / 60 + found["recent_bytes"]
    bare = SAMPLES_A_MINUTE * found["row_bytes"]
    kept = sum(found["kept_bytes"].values()) / CONTAINERS / 1024
    bare_kept = 30 * 8640 * found["row_bytes"] / 1024
    return [
        figure(
            BENCH,
            f"rows written a minute for {FLEET:,} containers (one an endpoint replaces its last)",
            rows,
            "rows",
            baseline=SAMPLES_A_MINUTE,
            baseline_name=ROWS,
            goal="≤ 2,000",
            holds=rows <= 2000,
        ),
        figure(
            BENCH,
            "bytes written a minute",
            bytes_a_minute / 2**20,
            "MiB",
            baseline=bare / 2**20,
            baseline_name=ROWS,
            goal="≤ 20 MiB",
            holds=bytes_a_minute <= 20 * 2**20,
        ),
        figure(
            BENCH,
            "kept of one container: an hour in full, two days by 5 min, 30 days by 30 min",
            kept,
            "KiB",
            baseline=bare_kept,
            baseline_name=f"{ROWS} for 30 days",
            goal="≤ 50 KiB",
            holds=kept <= 50,
        ),
    ]


def gathered(found: dict[str, Any]) -> list[dict[str, Any]]:
    scale = HOSTS / GATHERED / 3600 * 100
    cpu = found["gather_s"] * scale + found["write_s"] / 3600 * 100
    bare = (found["decode_s"] / GATHERED + found["row_s"]) * HOSTS / 3600 * 100
    return [
        figure(
            BENCH,
            f"processor time of the link to gather, pack and write for {FLEET:,} containers",
            cpu,
            "% of a core",
            baseline=bare,
            baseline_name=f"read the same JSON and write {ROWS}",
            goal="≤ 20 %",
            holds=cpu <= 20,
        ),
        figure(
            BENCH,
            "of that: lines to rates to codes to chunks, and the last hour each minute",
            found["gather_s"] * scale,
            "% of a core",
            baseline=found["decode_s"] * scale,
            baseline_name="reading the JSON alone",
            goal="(no goal)",
            holds=True,
        ),
        figure(
            BENCH,
            f"processor time of the worker to thin an hour of {HOSTS:,} hosts",
            found["thin_s"],
            "s",
            baseline=36.0,
            baseline_name="a hundredth of a core",
            goal="≤ 36 s",
            holds=found["thin_s"] <= 36,
        ),
    ]


def read(found: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [
        figure(
            BENCH,
            f"{what}, p95",
            quantile(found[mine], 0.95),
            "ms",
            baseline=statistics.median(found[bare]),
            baseline_name=name,
            goal=f"≤ {goal} ms",
            holds=quantile(found[mine], 0.95) <= goal,
        )
        for what, mine, bare, name, goal in (
            ("an hour of one container, 360 points", "hour_ms", "bare_hour_ms", ROWS, 50),
            (
                "30 days of one container",
                "month_ms",
                "bare_month_ms",
                f"{ROWS}, summed by SQL",
                100,
            ),
        )
    ]
    sparks = quantile(found["sparks_ms"], 0.95)
    return [
        *lines,
        figure(
            BENCH,
            "the last hour of 50 containers on 50 hosts, p95",
            sparks,
            "ms",
            baseline=50 * statistics.median(found["bare_hour_ms"]),
            baseline_name=f"50 × an hour of {ROWS}",
            goal="≤ 50 ms",
            holds=sparks <= 50,
        ),
    ]
