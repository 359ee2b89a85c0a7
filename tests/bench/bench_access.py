"""`bench access`: what it costs to see a part. The list of containers for a person with 200 grants
beside an administrator's, and a look at 200 people's rights. Always 1,000 hosts × 50 containers.

On SQLite; on PostgreSQL too when HAULOUT_TEST_DATABASE_URL names one that is empty and may be filled.
"""

import json
import os
from typing import Any

from tests.bench.access_work import GRANTS, GRANTS_EACH, HOSTS, TEAMS, WATCHERS
from tests.bench.figures import Options, figure, quantile
from tests.bench.running import Running

BENCH = "access"
MOST = 1.5
LOOK_MS = 1500


def run(options: Options) -> list[dict[str, Any]]:
    """Figures of all databases that are there."""
    databases = {"SQLite": ""}
    if url := os.environ.get("HAULOUT_TEST_DATABASE_URL"):
        databases["PostgreSQL"] = url
    lines = []
    for name, url in databases.items():
        with Running() as haulout:
            if url:
                haulout.environ["DATABASE_URL"] = url
            found = json.loads(haulout.child("access_work"))
        lines += [*lists(name, found["lists"]), *looks(name, found["rights"], found["looks"])]
    return lines


def lists(database: str, times: dict[str, list[float]]) -> list[dict[str, Any]]:
    """One list, two people."""
    what = f"{database}: first page of {HOSTS * 50:,} rows and their count, {GRANTS} grants"
    return [
        figure(
            BENCH,
            f"{what} through {TEAMS} teams, {words}",
            quantile(times["granted"], part),
            "ms",
            baseline=quantile(times["administrator"], part),
            baseline_name="an administrator's, by turns",
            goal=f"≤ {MOST} ×",
            holds=quantile(times["granted"], part) <= MOST * quantile(times["administrator"], part),
        )
        for words, part in (("p50", 0.5), ("p95", 0.95))
    ]


def looks(
    database: str, rights: dict[str, list[float]], times: dict[str, list[float]]
) -> list[dict[str, Any]]:
    """What rights themselves cost: of one request, and of everybody who watches."""
    found = [
        figure(
            BENCH,
            f"{database}: to know what a person with {GRANTS} grants holds, p50",
            quantile(rights["granted"], 0.5),
            "ms",
            baseline=quantile(rights["administrator"], 0.5),
            baseline_name="an administrator",
            goal="(no goal)",
            holds=True,
        )
    ]
    who = f"{WATCHERS} people with {GRANTS_EACH} grants each"
    quiet = quantile(times["quiet"], 0.5)
    for words, name in (("nothing changed", "quiet"), ("after a change of rights", "changed")):
        took = quantile(times[name], 0.95)
        found.append(
            figure(
                BENCH,
                f"{database}: a look at the rights of {who}, {words}, p95",
                took,
                "ms",
                baseline=quiet,
                baseline_name="nothing changed, p50",
                goal=f"≤ {LOOK_MS / 3:.0f} ms of the {LOOK_MS} between two",
                holds=took <= LOOK_MS / 3,
            )
        )
    return found
