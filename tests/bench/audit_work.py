"""The child processes of bench_audit: each does one thing to the database of HAULOUT_DATA.

`audit_work.py fill N | write SECONDS RATE | verify | search` prints one line of JSON.
"""

import hashlib
import itertools
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

PLAIN_TABLE = "bench_plain"


def main(step: str, *words: str) -> None:
    django.setup()
    steps: dict[str, Callable[..., Any]] = {
        "fill": fill,
        "write": write_at_rate,
        "verify": verify_rate,
        "search": search_times,
    }
    print(json.dumps(steps[step](*words)), flush=True)


def who_and_target(pick: random.Random) -> tuple[Any, Any]:
    """A person out of 50 and a container out of 50,000 on 1,000 hosts, as the fleet of the goals."""
    from audit.shapes import Target, Who

    person, host = pick.randrange(50), pick.randrange(1000)
    container = pick.randrange(50)
    return (
        Who(f"person {person}", person, f"session {person}", address="192.0.2.1", door="page"),
        Target(
            "container",
            hashlib.sha256(f"{host} {container}".encode()).hexdigest(),
            f"shop-{container}",
            host,
            f"host{host}",
            host,
            "root",
        ),
    )


def fill(count: str) -> int:
    """Make the tables and write so many entries, half of them outcomes."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from audit import write
    from audit.checkpoints import checkpoint

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {PLAIN_TABLE} (body text)")
    pick, left = random.Random(1), int(count) // 2
    while left > 0:
        size = min(left, 2000)
        left -= size
        with transaction.atomic():
            asked = [
                write.IntentItem(
                    who, f"container.{pick.choice(['start', 'stop', 'restart'])}", target
                )
                for who, target in (who_and_target(pick) for _ in range(size))
            ]
            numbers = write.intents(asked)
            write.outcomes([write.OutcomeItem(n, pick.choice(["ok", "failed"])) for n in numbers])
        # a log of this length without one is found to be broken
        checkpoint()
    return int(count)


def write_at_rate(seconds: str, rate: str) -> dict[str, list[float]]:
    """Milliseconds of each transaction with one entry, and of one with a bare insert."""
    from django.db import connection, transaction

    from audit import write

    pick = random.Random()
    with transaction.atomic():
        write.event(*_event(pick))
    print("ready", flush=True)
    sys.stdin.readline()
    took: dict[str, list[float]] = {"entry": [], "plain": []}
    step_s = 1 / float(rate)
    for kind in ("entry", "plain"):
        number = 0
        start = time.perf_counter() + pick.random() * step_s
        for turn in range(int(float(seconds) * float(rate))):
            # arrivals of people are not in step with each other
            due = start + (turn + pick.random()) * step_s
            time.sleep(max(0.0, due - time.perf_counter()))
            before = time.perf_counter()
            with transaction.atomic():
                if kind == "plain":
                    with connection.cursor() as cursor:
                        cursor.execute(f"INSERT INTO {PLAIN_TABLE} VALUES (%s)", ["x" * 800])
                elif number:
                    number = 0 * write.outcome(number, "ok", duration_ms=12)
                else:
                    number = write.intent(*_event(pick), params={"timeout_s": 10})
            took[kind].append((time.perf_counter() - before) * 1000)
    return took


def _event(pick: random.Random) -> tuple[Any, str, Any]:
    who, target = who_and_target(pick)
    return who, "container.restart", target


def verify_rate() -> dict[str, float]:
    """Entries per second of verify, and of reading and hashing the stored bytes alone."""
    from django.db import connection

    from audit.verify import verify

    start = time.perf_counter()
    report = verify()
    rate = report.count / (time.perf_counter() - start)
    if not report.ok:
        raise SystemExit(report.words)
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT canonical FROM audit_entry ORDER BY number")
        for (data,) in itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(5000), [])):
            hashlib.sha256(data).digest()
    return {"verify": rate, "bare": report.count / (time.perf_counter() - start)}


def search_times() -> dict[str, float]:
    """Milliseconds: the slowest filter's median first page, and the same rows without an index."""
    from django.db import connection

    from audit.models import Entry
    from audit.queries import Filters, search

    target = Entry.objects.order_by("number").first()
    assert target is not None
    filters = [
        Filters(),
        Filters(person="person 7"),
        Filters(verb="container.stop"),
        Filters(host="host77"),
        Filters(object=target.target_id),
        Filters(object="shop-7"),
        Filters(door="nowhere"),
        Filters(result="failed"),
        Filters(result="cancelled"),
        Filters(person="person 7", host="host77"),
        Filters(person="nobody"),
        Filters(until=target.at),
    ]
    medians = []
    for wanted in filters:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            search(wanted, visible=None)
            times.append((time.perf_counter() - start) * 1000)
        medians.append(sorted(times)[2])
    start = time.perf_counter()
    with connection.cursor() as cursor:
        # the plus keeps SQLite and PostgreSQL from using the index on the name
        cursor.execute(
            "SELECT * FROM audit_entry WHERE host_name || '' = 'host77' AND intent IS NULL"
            " ORDER BY number + 0 DESC LIMIT 50"
        )
        cursor.fetchall()
    return {"search": max(medians), "bare": (time.perf_counter() - start) * 1000}


if __name__ == "__main__":
    main(*sys.argv[1:])
