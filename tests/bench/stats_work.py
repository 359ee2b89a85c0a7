"""Child of bench_stats: gathers, writes, thins and reads on the database of HAULOUT_DATA.

Prints one JSON object. Time is not waited for: lines are made for the moments that are wanted.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import orjson

HOSTS, CONTAINERS = 1000, 50
# measured on so many endpoints, and counted for all: each costs the same
GATHERED = 30
READS = 40
BEGIN = 1_795_557_600
COLUMNS = "endpoint, container, at, cpu, memory, max, received, sent, read, written, pids"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of this process's processor time, and what came of it."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def main() -> None:
    django.setup()
    from django.conf import settings

    from hosts.models import StatsChunk

    endpoints = make_endpoints()
    gathered = gather()
    found: dict[str, Any] = {"gather_s": gathered["cpu_s"], "decode_s": gathered["decode_s"]}
    found |= write(endpoints, gathered)
    found |= thin_them()
    fill_month(endpoints[0])
    found["kept_bytes"] = kept_bytes(endpoints[0])
    found["rows"] = StatsChunk.objects.count()
    found |= read(endpoints, gathered["keys"])
    found |= rows_instead(Path(settings.HAULOUT_DATA) / "rows.sqlite3", gathered["lines"])
    json.dump(found, sys.stdout)


def make_endpoints() -> list[int]:
    from hosts.models import Endpoint, Host, Login

    hosts = Host.objects.bulk_create(Host(name=f"sim{n:04}") for n in range(HOSTS))
    logins = Login.objects.bulk_create(Login(host=host, user="root") for host in hosts)
    made = Endpoint.objects.bulk_create(
        Endpoint(host=host, login=login, socket="/run/podman/podman.sock", state="up")
        for host, login in zip(hosts, logins, strict=True)
    )
    return [endpoint.pk for endpoint in made]


def gather() -> dict[str, Any]:
    """An hour of some endpoints, as the link does it: from bytes of a line to packed chunks."""
    from hosts.podman import stats
    from hosts.stats import store
    from hosts.stats.gather import Gatherer
    from tests.bench.fleet import usage

    running = list(range(CONTAINERS))
    cpu_s = decode_s = 0.0
    packed, hours, first_lines = [], [], []
    for host in range(GATHERED):
        gatherer = Gatherer()
        moments = [BEGIN + 10 * turn for turn in range(361)]
        lines = [usage.line(host, running, interval_s=10, now_s=float(at)) for at in moments]
        took, _ = timed(lambda lines=lines: [orjson.loads(line) for line in lines])  # type: ignore[misc]
        decode_s += took

        def feed(
            gatherer: Gatherer = gatherer, lines: list[bytes] = lines, moments: list[int] = moments
        ) -> list[Any]:
            for at, line in zip(moments, lines, strict=True):
                gatherer.feed(stats.usages(orjson.loads(line)), at_s=float(at))
            return [store.pack_chunk(chunk) for chunk in gatherer.take(everything=True)]

        took, chunks = timed(feed)
        cpu_s += took
        # once a minute, sixty times in this hour
        took, hour = timed(lambda gatherer=gatherer: pack_hour(gatherer))  # type: ignore[misc]
        cpu_s += 60 * took
        packed.append(chunks)
        hours.append((hour, gatherer.latest))
        if host == 0:
            first_lines = [stats.usages(orjson.loads(line)) for line in lines]
    return {
        "cpu_s": cpu_s,
        "decode_s": decode_s,
        "packed": packed,
        "hours": hours,
        "lines": first_lines,
        "keys": hours[0][0][1],
    }


def pack_hour(gatherer: Any) -> tuple[bytes, bytes]:
    snapshot = gatherer.recent.snapshot()
    return snapshot.packed(), snapshot.keys


def write(endpoints: list[int], gathered: dict[str, Any]) -> dict[str, float]:
    """The hour into the database, for all endpoints in turn, as the link writes it."""
    from django.db import transaction

    from hosts.stats import store

    chunk_bytes = recent_bytes = 0
    cpu_s = 0.0
    for at, endpoint in enumerate(endpoints):
        chunks = gathered["packed"][at % GATHERED]
        (recent, keys), latest = gathered["hours"][at % GATHERED]

        def save(endpoint: int = endpoint, chunks: Any = chunks) -> None:
            for chunk in chunks:
                with transaction.atomic():
                    store.save_chunk(endpoint, chunk)

        took, _ = timed(save)
        cpu_s += took

        def save_recent(
            endpoint: int = endpoint, latest: Any = latest, keys: bytes = keys, recent: Any = recent
        ) -> None:
            store.save_recent(endpoint, at_s=BEGIN, sums=latest, keys=keys, recent=recent)

        took, _ = timed(save_recent)
        cpu_s += 60 * took
        chunk_bytes += sum(len(c.keys) + len(c.data) + len(c.summary) for c in chunks)
        recent_bytes += len(recent) + len(keys)
    return {
        "write_s": cpu_s,
        "chunks": len(gathered["packed"][0]),
        "chunk_bytes": chunk_bytes,
        "recent_bytes": recent_bytes,
    }


def thin_them() -> dict[str, float]:
    """One hour of some endpoints into a row each."""
    from hosts.stats.thin import thin

    took, done = timed(lambda: thin(now_s=BEGIN + 3600 + 700, most=GATHERED))
    return {"thin_s": took * HOSTS / done.made, "thinned": float(done.made)}


def fill_month(endpoint: int) -> None:
    """Thinned rows of two days and a month, as of a container that is never still."""
    from array import array
    from random import Random

    from hosts.models import StatsChunk
    from hosts.stats.codec import pack, unpack
    from hosts.stats.metrics import FIVE_MINUTES, HALF_HOURS, SPAN_S, STEP_S, THINNED

    source = StatsChunk.objects.filter(endpoint_id=endpoint, tier=FIVE_MINUTES).get()
    table = unpack(bytes(source.data))
    chance = Random(7)
    StatsChunk.objects.filter(endpoint_id=endpoint, tier=FIVE_MINUTES).delete()
    for tier, rows in ((FIVE_MINUTES, 48), (HALF_HOURS, 30)):
        span, step = SPAN_S[tier], STEP_S[tier]
        end = BEGIN // span * span
        for number in range(rows):
            start = end - number * span
            times = list(range(start, start + span, step))
            series = []
            for place in range(table.series):
                runs = [table.codes(metric, place) for metric in range(len(THINNED))]
                cells = [run[chance.randrange(len(run))] for _ in times for run in runs]
                series.append(array("H", cells))
            StatsChunk.objects.create(
                endpoint_id=endpoint,
                tier=tier,
                start=start,
                end=start + span,
                keys=source.keys,
                data=pack(times, metrics=len(THINNED), series=series),
            )


def kept_bytes(endpoint: int) -> dict[str, int]:
    from django.db.models import Sum
    from django.db.models.functions import Length

    from hosts.models import StatsChunk

    rows = StatsChunk.objects.filter(endpoint_id=endpoint).values_list("tier").annotate(
        size=Sum(Length("keys") + Length("data") + Length("summary"))
    )  # fmt: skip
    return {str(tier): size for tier, size in rows}


def read(endpoints: list[int], keys: bytes) -> dict[str, list[float]]:
    """Milliseconds of one container's hour and month, and of a page of sparklines."""
    from hosts.stats.history import RANGES, history
    from hosts.stats.metrics import TOTAL
    from hosts.stats.sparks import sparks

    key = next(keys[at : at + 8] for at in range(0, len(keys), 8) if keys[at : at + 8] != TOTAL)
    found: dict[str, list[float]] = {"hour_ms": [], "month_ms": [], "sparks_ms": []}
    for turn in range(READS):
        other = endpoints[turn * 17 % HOSTS]
        for name, endpoint, over in (
            ("hour_ms", other if turn % 2 else endpoints[0], "1h"),
            ("month_ms", endpoints[0], "30d"),
        ):
            began = time.perf_counter()
            points = history(endpoint, [key], over=RANGES[over], now_s=BEGIN + 3600)
            points[key].columns(over=RANGES[over])
            found[name].append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        sparks({endpoint: [key] for endpoint in endpoints[turn * 7 : turn * 7 + 50]})
        found["sparks_ms"].append((time.perf_counter() - began) * 1000)
    return found


def rows_instead(path: Path, lines: list[Any]) -> dict[str, Any]:
    """The same hour as a row per sample: what it costs to write, to keep and to read."""
    database = sqlite3.connect(path)
    database.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        f"CREATE TABLE sample ({COLUMNS}); CREATE INDEX place ON sample (endpoint, container, at);"
    )
    marks = ",".join("?" * 11)

    def insert() -> None:
        for turn, usages in enumerate(lines):
            with database:
                database.executemany(
                    f"INSERT INTO sample VALUES ({marks})",
                    [(1, u.podman_id, BEGIN + 10 * turn, u.cpu_ns, *u[3:]) for u in usages],
                )

    took, _ = timed(insert)
    (count,) = database.execute("SELECT count(*) FROM sample").fetchone()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    row_bytes = path.stat().st_size / count
    one = lines[0][0].podman_id
    with database:
        database.executemany(
            f"INSERT INTO sample VALUES ({marks})",
            ((2, one, BEGIN - 10 * n, n % 977, *range(7)) for n in range(30 * 8640)),
        )
    hour = "SELECT * FROM sample WHERE endpoint = 1 AND container = ?"
    month = (
        "SELECT at / 1800, avg(cpu), avg(memory), max(cpu), max(memory), avg(received), avg(sent),"
        " avg(read), avg(written), avg(pids) FROM sample WHERE endpoint = 2 AND container = ?"
        " GROUP BY 1"
    )
    took_ms: dict[str, list[float]] = {"bare_hour_ms": [], "bare_month_ms": []}
    for _ in range(10):
        for name, sql in (("bare_hour_ms", hour), ("bare_month_ms", month)):
            began = time.perf_counter()
            assert database.execute(sql, [one]).fetchall()
            took_ms[name].append((time.perf_counter() - began) * 1000)
    database.close()
    return {"row_s": took, "row_bytes": row_bytes, "row_count": count, **took_ms}


if __name__ == "__main__":
    main()
