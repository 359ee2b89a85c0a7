"""T18: two hundred forgeries by the database's owner; verify catches each and names it."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from django.db import transaction
from nacl.signing import SigningKey

from audit.checkpoints import CheckpointMark, _message, checkpoint, outside_file
from audit.models import Checkpoint, Entry
from audit.verify import Report, verify
from tests.audit.forge import Forger, sql

Catch = Callable[[Report], bool]


class Undo(Exception):
    """Ends a mutant's savepoint."""


@pytest.fixture
def log(fill: Callable[[int], None], db: None) -> tuple[list[int], int]:
    """A log with three checkpoints and an open tail: (numbers of the checkpoints, last number)."""
    marks = []
    for size in (20, 20, 10):
        fill(size)
        marks.append(checkpoint().number)
    fill(10)
    assert verify().ok
    return marks, Entry.objects.count()


def section(marks: list[int], number: int) -> tuple[int, int]:
    """First and last entry of what the checkpoint that covers `number` vouches for."""
    upper = next(mark for mark in marks if mark >= number)
    lower = max([mark for mark in marks if mark < number], default=0)
    return lower + 1, upper


def named(kind: str, number: int) -> Catch:
    return lambda report: (report.kind, report.first_bad) == (kind, number)


def within(marks: list[int], number: int, *kinds: str) -> Catch:
    """A perfect forgery: the checkpoint tells the stretch in which it begins."""
    first, last = section(marks, number)
    return lambda report: report.kind in kinds and first <= (report.first_bad or 0) <= last


def edits(
    f: Forger, marks: list[int], last: int
) -> Iterator[tuple[str, Callable[[], object], Catch]]:
    n = f.random.randint(1, last)
    yield f"edit {n}", lambda: f.edit(n), named("edited", n)

    def with_bytes() -> None:
        f.edit(n)
        f.restamp(n, with_hash=False)

    yield f"edit {n} with its bytes", with_bytes, named("edited", n)
    inner = f.random.randint(1, last - 1)

    def with_hash() -> None:
        f.edit(inner)
        f.restamp(inner, with_hash=True)

    at_mark = inner in marks
    first = section(marks, inner)[0] if at_mark else inner
    yield f"edit {inner} with its hash", with_hash, named("rewritten", first)
    c = f.random.randint(1, marks[-1])

    def perfect() -> None:
        f.edit(c)
        f.rechain(c)

    yield f"edit {c} and rechain", perfect, within(marks, c, "rewritten")


def removals(
    f: Forger, marks: list[int], last: int
) -> Iterator[tuple[str, Callable[[], object], Catch]]:
    n = f.random.randint(1, last - 1)
    yield (
        f"delete {n}",
        lambda: sql("DELETE FROM audit_entry WHERE number = %s", n),
        named("missing", n),
    )
    c = f.random.randint(1, marks[-1])

    def perfect() -> None:
        sql("DELETE FROM audit_entry WHERE number = %s", c)
        f.shift(c + 1, -1)
        f.rechain(c)

    yield f"delete {c} and rechain", perfect, within(marks, c, "rewritten", "pair")
    k = f.random.choice([*marks, f.random.randint(1, marks[-1])])
    yield f"cut from {k}", lambda: f.cut(k, head=True), named("cut", k)
    t = f.random.randint(1, last)
    yield f"cut from {t}, head left", lambda: f.cut(t, head=False), named("cut", t)

    def cut_all_inside() -> None:
        f.cut(k, head=True)
        Checkpoint.objects.all().delete()

    yield f"cut from {k} and checkpoints inside", cut_all_inside, named("cut", k)


def places(
    f: Forger, marks: list[int], last: int
) -> Iterator[tuple[str, Callable[[], object], Catch]]:
    a, b = sorted(f.random.sample(range(1, last + 1), 2))
    yield f"swap {a} and {b}", lambda: f.swap(a, b), named("moved", a)
    c = f.random.randint(1, marks[-1] - 1)

    def perfect_swap() -> None:
        f.swap(c, c + 1)
        f.rechain(c)

    yield f"swap {c} with the next and rechain", perfect_swap, within(marks, c, "rewritten", "pair")
    yield "insert at the end", lambda: f.forge(last + 1), named("inserted", last + 1)
    below = f.random.randint(-5, 0)
    yield f"insert at {below}", lambda: f.forge(below), named("inserted", below)

    def inserted(*, rechained: bool) -> None:
        f.shift(c, 1)
        f.forge(c)
        if rechained:
            f.rechain(c)

    # what was renumbered tells it, or the inserted entry's own checkpoint
    yield (
        f"insert at {c}",
        lambda: inserted(rechained=False),
        lambda report: report.first_bad in (section(marks, c)[0], c, c + 1),
    )
    yield (
        f"insert at {c} and rechain",
        lambda: inserted(rechained=True),
        within(marks, c, "rewritten", "pair"),
    )


def pairs(
    f: Forger, marks: list[int], last: int
) -> Iterator[tuple[str, Callable[[], object], Catch]]:
    """Forged in the open tail, where no checkpoint helps."""

    def end(**changes: object) -> Callable[[], None]:
        def write() -> None:
            f.forge(last + 1, **changes)
            f.rechain(last + 1)

        return write

    settled = f.random.choice(
        list(Entry.objects.filter(kind="outcome").values_list("intent", flat=True))
    )
    event = Entry.objects.filter(kind="event").order_by("?").first().number
    certain = Entry.objects.filter(kind="outcome", result="ok").first().intent
    bad = named("pair", last + 1)
    yield "second outcome", end(kind="outcome", intent=settled, result="failed"), bad
    yield "outcome of nothing", end(kind="outcome", intent=last + 9, result="ok"), bad
    yield "outcome of an event", end(kind="outcome", intent=event, result="ok"), bad
    yield "resolution after ok", end(kind="resolution", intent=certain, result="ok"), bad


def witnesses(
    f: Forger, marks: list[int], last: int
) -> Iterator[tuple[str, Callable[[], object], Catch]]:
    m = f.random.choice(marks)
    flip = f"{f.random.getrandbits(512):0128x}"
    bad = named("signature", m)

    def inside(column: str, value: object) -> Callable[[], None]:
        return lambda: sql(f"UPDATE audit_checkpoint SET {column} = %s WHERE number = %s", value, m)

    yield f"checkpoint {m} with another signature", inside("signature", flip), bad
    yield f"checkpoint {m} with another hash", inside("hash", flip[:64]), bad
    c = f.random.randint(1, marks[-1])

    def with_own_key() -> None:
        f.edit(c)
        f.rechain(c)
        mallory = SigningKey.generate()
        for row in Checkpoint.objects.filter(number__gte=c):
            digest = bytes(Entry.objects.get(pk=row.number).hash).hex()
            message = _message(row.number, digest, row.at.isoformat())
            sql(
                "UPDATE audit_checkpoint SET hash = %s, signature = %s, key = %s WHERE id = %s",
                digest, mallory.sign(message).signature.hex(),
                mallory.verify_key.encode().hex(), row.pk,
            )  # fmt: skip

    yield f"edit {c}, rechain, sign anew", with_own_key, within(marks, c, "signature", "rewritten")

    def outside(change: Callable[[dict], dict]) -> Callable[[], None]:
        def rewrite() -> None:
            lines = [orjson.loads(line) for line in outside_file().read_bytes().splitlines()]
            changed = [change(line) if line["number"] == m else line for line in lines]
            outside_file().write_bytes(b"".join(orjson.dumps(x) + b"\n" for x in changed))

        return rewrite

    yield (
        f"line {m} outside with another signature",
        outside(lambda line: {**line, "signature": flip}),
        bad,
    )
    yield (
        f"line {m} outside is something else",
        outside(lambda line: {"number": "x"}),
        within(marks, m, "signature"),
    )


def seen(forger: Forger, change: Callable[[], object]) -> Report:
    """What verify says of a forgery, which is undone again."""
    try:
        with transaction.atomic():
            forger.begin()
            change()
            forger.done()
            raise Undo(verify())
    except Undo as undone:
        return undone.args[0]


def test_two_hundred_mutants(log: tuple[list[int], int], data: Path) -> None:
    marks, last = log
    forger = Forger(random.Random(18))
    kept = outside_file().read_bytes()
    tried, escaped = 0, []
    while tried < 200:
        for room in (edits, removals, places, pairs, witnesses):
            for name, change, caught in room(forger, marks, last):
                report = seen(forger, change)
                if report.ok or not caught(report):
                    escaped.append(f"{name}: {report.kind} {report.first_bad} {report.words}")
                outside_file().write_bytes(kept)
                tried += 1
    assert not escaped, "\n".join(escaped)
    report = verify()
    assert report.ok, report.words


def test_a_perfect_forgery_in_the_open_tail_is_stated(log: tuple[list[int], int]) -> None:
    """What no checkpoint covers yet cannot be seen; verify says how much that is."""
    marks, last = log
    report = verify()
    assert (report.checkpoint, report.last) == (marks[-1], last)
    assert f"{last - marks[-1]} after it would not be noticed" in report.words


def test_a_mark_that_was_signed_by_us_is_no_forgery() -> None:
    key = SigningKey.generate()
    mark = CheckpointMark(
        5, "ab", "2026-01-01", "", key.sign(_message(5, "ab", "2026-01-01")).signature.hex()
    )
    assert mark.holds(key.verify_key.encode().hex())
    assert not mark.holds(SigningKey.generate().verify_key.encode().hex())
