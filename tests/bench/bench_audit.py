"""`bench audit`: writing from four processes, verifying, the first page of a filter.

On SQLite in a folder of its own; on PostgreSQL too when HAULOUT_TEST_DATABASE_URL names one that
may be filled.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PROCESSES, RATE, SECONDS = 4, 200, 10
# the goal says ten million; run(entries=10_000_000) does that in some GB and half an hour
ENTRIES = 200_000


def run(options: object = None, *, entries: int = ENTRIES) -> list[dict[str, Any]]:
    """Figures of all databases that are there, one dict each."""
    with tempfile.TemporaryDirectory(prefix="haulout-bench-") as folder:
        found = measure(Path(folder), "SQLite", url="", entries=entries)
    if url := os.environ.get("HAULOUT_TEST_DATABASE_URL"):
        with tempfile.TemporaryDirectory(prefix="haulout-bench-") as folder:
            found += measure(Path(folder), "PostgreSQL", url=url, entries=entries)
    return found


def measure(folder: Path, database: str, *, url: str, entries: int) -> list[dict[str, Any]]:
    """Fill one database, then measure on it."""
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("HAULOUT_")},
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "HAULOUT_DATA": str(folder),
        "HAULOUT_RUN": str(folder / "run"),
        "HAULOUT_PROCESS": "bench",
        "DATABASE_URL": url,
    }
    only_child(environ, "fill", str(entries))
    verified = only_child(environ, "verify")
    searched = only_child(environ, "search")
    took = write_together(environ)
    entry_ms, plain_ms = p99(took["entry"]), p99(took["plain"])
    goal_ms = 5 if database == "SQLite" else 15
    return [
        figure(
            f"{database}: write p99 at {RATE}/s from {PROCESSES} processes",
            entry_ms, "ms", plain_ms, "a bare insert with its commit, same rate",
            goal=f"≤ {goal_ms} ms", holds=entry_ms <= goal_ms,
        ),
        figure(
            f"{database}: verify {entries:,} entries",
            verified["verify"], "entries/s", verified["bare"], "reading and hashing alone",
            goal="≥ 50,000 entries/s", holds=verified["verify"] >= 50_000,
        ),
        figure(
            f"{database}: first page of the slowest filter over {entries:,} entries",
            searched["search"], "ms", searched["bare"], "one filter without its index",
            goal="≤ 300 ms", holds=searched["search"] <= 300,
        ),
    ]  # fmt: skip


def figure(
    what: str, value: float, unit: str, baseline: float, name: str, *, goal: str, holds: bool
) -> dict[str, Any]:
    """One line of the bench's answer."""
    return {
        "bench": "audit",
        "what": what,
        "figure": round(value, 2),
        "unit": unit,
        "baseline": round(baseline, 2),
        "baseline_name": name,
        "ratio": round(value / baseline, 2) if baseline else None,
        "goal": goal,
        "holds": holds,
    }


def p99(values: list[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(values)[int(len(values) * 0.99)]


def child(environ: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    """Start audit_work with these words."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.audit_work", *words],
        cwd=CHECKOUT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def only_child(environ: dict[str, str], *words: str) -> Any:
    """The answer of one child that runs alone."""
    with child(environ, *words) as process:
        out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"bench audit: {words[0]} ended with {process.returncode}")
    return json.loads(out.splitlines()[-1])


def write_together(environ: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of all transactions of all writers."""
    writers = [
        child(environ, "write", str(SECONDS), str(RATE / PROCESSES)) for _ in range(PROCESSES)
    ]
    took: dict[str, list[float]] = {"entry": [], "plain": []}
    try:
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            out, _ = writer.communicate(timeout=SECONDS * 10)
            for kind, times in json.loads(out.splitlines()[-1]).items():
                took[kind] += times
    finally:
        for writer in writers:
            if writer.poll() is None:
                writer.kill()
            writer.wait()
    return took


if __name__ == "__main__":
    for line in run():
        print(json.dumps(line, ensure_ascii=False))
