"""What somebody who owns the database could do to the log. For the mutants of test_mutants."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from audit import triggers
from audit.chain import FIELDS, GENESIS, canonical, digest
from audit.models import Entry, Head

COLUMNS: dict[str, Callable[[random.Random], Any]] = {
    "at": lambda r: f"2026-01-{r.randint(1, 28):02d} 10:00:00+00:00",
    "who_name": lambda r: f"Mallory {r.random()}",
    "who_id": lambda r: r.randint(1000, 2000),
    "session": lambda r: f"{r.getrandbits(64):x}",
    "token": lambda r: f"token {r.random()}",
    "address": lambda r: f"203.0.113.{r.randint(1, 250)}",
    "forwarded_for": lambda r: f"203.0.113.{r.randint(1, 250)}",
    "door": lambda r: f"door{r.randint(1, 99)}",
    "verb": lambda r: f"x.{r.randint(1, 99)}",
    "target_kind": lambda r: f"kind{r.randint(1, 99)}",
    "target_id": lambda r: f"{r.getrandbits(64):x}",
    "target_name": lambda r: f"name{r.random()}",
    "host_id": lambda r: r.randint(1000, 2000),
    "host_name": lambda r: f"host{r.random()}",
    "endpoint_id": lambda r: r.randint(1000, 2000),
    "endpoint_name": lambda r: f"endpoint{r.random()}",
    "params_text": lambda r: orjson.dumps({"timeout_s": r.random()}).decode(),
    "grant": lambda r: f"grant{r.random()}",
    "detail": lambda r: f"detail{r.random()}",
    "duration_ms": lambda r: r.randint(10**6, 10**7),
    "job_id": lambda r: r.randint(1000, 2000),
    "count": lambda r: r.randint(2, 99),
    "segment": lambda r: r.randint(2, 99),
    "version": lambda r: r.randint(2, 99),
}


def sql(statement: str, *values: Any) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


@dataclass
class Forger:
    """Works with the triggers gone; `done` puts them back, as somebody careful would."""

    random: random.Random

    def begin(self) -> None:
        triggers.remove(connection)
        sql("DROP INDEX IF EXISTS audit_one_outcome")

    def done(self) -> None:
        triggers.install(connection)

    def edit(self, number: int) -> str:
        """Change one column of an entry to something it surely was not. The column's name."""
        name = self.random.choice(sorted(COLUMNS))
        value = COLUMNS[name](self.random)
        if name == "at" and connection.vendor == "sqlite":
            value = value.removesuffix("+00:00")
        sql(f'UPDATE audit_entry SET "{name}" = %s WHERE number = %s', value, number)
        return name

    def restamp(self, number: int, *, with_hash: bool) -> None:
        """Make an entry's bytes anew from its columns; with its own hash, but no other's."""
        entry = Entry.objects.get(pk=number)
        data = canonical(values_of(entry))
        sql("UPDATE audit_entry SET canonical = %s WHERE number = %s", data, number)
        if with_hash:
            sql("UPDATE audit_entry SET hash = %s WHERE number = %s", digest(data), number)

    def rechain(self, start: int) -> None:
        """Make all bytes and hashes from `start` on anew, and the head: a perfect forgery."""
        before = Entry.objects.filter(number__lt=start).order_by("-number").first()
        previous, last = (bytes(before.hash), before.number) if before else (GENESIS, 0)
        for entry in Entry.objects.filter(number__gte=start).order_by("number"):
            data = canonical(values_of(entry) | {"previous": previous})
            sql(
                "UPDATE audit_entry SET previous = %s, canonical = %s, hash = %s WHERE number = %s",
                previous, data, digest(data), entry.number,
            )  # fmt: skip
            previous, last = digest(data), entry.number
        Head.objects.update(number=last, hash=previous)

    def shift(self, start: int, by: int) -> None:
        """Renumber all from `start` on, and what points at them."""
        sql("UPDATE audit_entry SET number = -(number + %s) WHERE number >= %s", by, start)
        sql("UPDATE audit_entry SET number = -number WHERE number < 0")
        sql("UPDATE audit_entry SET intent = intent + %s WHERE intent >= %s", by, start)

    def forge(self, number: int, **changes: Any) -> None:
        """A new entry at `number` modelled on the first, chained to the one before it."""
        model = Entry.objects.filter(kind="intent").order_by("number").first()
        before = Entry.objects.filter(number__lt=number).order_by("-number").first()
        assert model is not None
        values = values_of(model) | {"number": number, "who_name": "Mallory"} | changes
        values["previous"] = bytes(before.hash) if before else GENESIS
        data = canonical(values)
        columns = {("params_text" if n == "params" else n): values[n] for n in FIELDS}
        Entry.objects.bulk_create([Entry(**columns, canonical=data, hash=digest(data))])

    def swap(self, one: int, other: int) -> None:
        """Let two entries change places."""
        sql("UPDATE audit_entry SET number = -1 WHERE number = %s", one)
        sql("UPDATE audit_entry SET number = %s WHERE number = %s", one, other)
        sql("UPDATE audit_entry SET number = %s WHERE number = -1", other)

    def cut(self, first: int, *, head: bool) -> None:
        """Remove everything from `first` on, and with `head` also what counted it."""
        sql("DELETE FROM audit_entry WHERE number >= %s", first)
        if head:
            last = Entry.objects.order_by("-number").first()
            Head.objects.update(
                number=last.number if last else 0, hash=bytes(last.hash) if last else GENESIS
            )


def values_of(entry: Entry) -> dict[str, Any]:
    """The fields of an entry by the names that the chain has for them."""
    return {
        name: getattr(entry, "params_text" if name == "params" else name) for name in FIELDS
    } | {"previous": bytes(entry.previous)}
