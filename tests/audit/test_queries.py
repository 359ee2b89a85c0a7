"""Searching: each filter finds its lines, pairs come along, pages follow on, rights hold."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import write
from audit.models import Entry
from audit.queries import Filters, line, search
from audit.shapes import Target, Who

pytestmark = pytest.mark.django_db
BOB = Who("Bob", user_id=8, address="198.51.100.9", door="gate")
DB = Target("image", "cd" * 32, "postgres:17", 2, "db1", 5, "bob")


@pytest.fixture
def lines(alice: Who, web: Target) -> dict[str, int]:
    made = {"ok": write.intent(alice, "container.restart", web)}
    write.outcome(made["ok"], "ok", duration_ms=20)
    made["failed"] = write.intent(BOB, "image.remove", DB)
    write.outcome(made["failed"], "failed", detail="in use")
    made["resolved"] = write.intent(alice, "container.exec", web)
    write.outcome(made["resolved"], "unknown")
    write.resolution(made["resolved"], "failed", detail="gone")
    made["unknown"] = write.intent(alice, "container.exec", web)
    write.outcome(made["unknown"], "unknown")
    made["refused"] = write.refusal(BOB, "container.stop", web, reason="role lacks it")
    made["denied"] = write.intent(BOB, "container.stop", web)
    write.outcome(made["denied"], "denied")
    made["event"] = write.event(alice, "session.sign_in", Target("user", 7, "Alice"))
    made["seen"] = write.observed("container.kill", web, how="event die")
    made["open"] = write.intent(alice, "image.pull", DB)
    return made


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), "open seen event denied refused unknown resolved failed ok"),
        (Filters(person="Bob"), "denied refused failed"),
        (Filters(person_id=8), "denied refused failed"),
        (Filters(verb="container.exec"), "unknown resolved"),
        (Filters(verb="image.*"), "open failed"),
        (Filters(host="db1"), "open failed"),
        (Filters(host_id=2), "open failed"),
        (Filters(endpoint_id=5), "open failed"),
        (Filters(object="postgres:17"), "open failed"),
        (Filters(object="cd" * 32), "open failed"),
        (Filters(object="cd" * 6), "open failed"),
        (Filters(object="sha256:" + "cd" * 8), "open failed"),
        (Filters(object="postgres"), ""),
        (Filters(kind="observed"), "seen"),
        (Filters(door="gate"), "denied refused failed"),
        (Filters(result="ok"), "ok"),
        (Filters(result="failed"), "resolved failed"),
        (Filters(result="unknown"), "unknown"),
        (Filters(result="denied"), "denied refused"),
        (Filters(result="denied", person="Bob", verb="container.stop"), "denied refused"),
        (Filters(result="cancelled"), ""),
        (Filters(person="Alice", host="db1"), "open"),
    ],
)
def test_each_filter(lines: dict[str, int], filters: Filters, names: str) -> None:
    found = [item.entry.number for item in search(filters, visible=None).lines]
    assert found == [lines[name] for name in names.split()]


def test_how_it_ended(lines: dict[str, int]) -> None:
    ended = {i.entry.number: (i.result, i.open) for i in search(Filters(), visible=None).lines}
    assert {name: ended[number] for name, number in lines.items()} == {
        "ok": ("ok", False),
        "failed": ("failed", False),
        "resolved": ("failed", False),
        "unknown": ("unknown", False),
        "refused": ("denied", False),
        "denied": ("denied", False),
        "event": ("", False),
        "seen": ("", False),
        "open": ("", True),
    }


def test_by_time(lines: dict[str, int]) -> None:
    now = timezone.now()
    assert search(Filters(since=now + timedelta(hours=1)), visible=None).lines == []
    assert search(Filters(until=now - timedelta(hours=1)), visible=None).lines == []
    both = Filters(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert len(search(both, visible=None).lines) == len(lines)


@pytest.mark.parametrize("limit", [1, 2, 4, 9])
def test_pages_follow_on(lines: dict[str, int], limit: int) -> None:
    for filters in (Filters(), Filters(result="denied"), Filters(person="Alice")):
        whole = [item.key for item in search(filters, visible=None).lines]
        found: list[int] = []
        before = None
        while True:
            page = search(filters, visible=None, before=before, limit=limit)
            found += [item.key for item in page.lines]
            if (before := page.before) is None:
                break
        assert found == whole


@pytest.mark.parametrize("result", ["", "ok", "failed", "denied", "unknown"])
def test_only_what_is_visible(lines: dict[str, int], result: str) -> None:
    page = search(Filters(result=result), visible=Q(host_id=2))
    assert {item.entry.host_id for item in page.lines} <= {2}


def test_one_line(lines: dict[str, int]) -> None:
    whole = line(lines["resolved"], visible=None)
    assert (whole.outcome.result, whole.resolution.result) == ("unknown", "failed")
    assert line(whole.resolution.number, visible=None).entry.number == lines["resolved"]
    assert line(lines["resolved"], visible=Q(host_id=2)) is None
    assert line(9999, visible=None) is None


@pytest.mark.parametrize("filters", [Filters(), Filters(result="failed"), Filters(result="denied")])
def test_queries_do_not_grow_with_lines(fill: Callable[[int], None], filters: Filters) -> None:
    counts = []
    for _ in range(2):
        fill(60)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for item in search(filters, visible=None).lines:
                assert item.entry.verb
                assert item.result is not None
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(person="Alice"), "audit_who"),
        (Filters(person_id=7), "audit_who_id"),
        (Filters(verb="container.exec"), "audit_verb"),
        (Filters(host="db1"), "audit_host"),
        (Filters(host_id=2), "audit_host_id"),
        (Filters(object="shop-web"), "audit_target"),
        (Filters(object="ab" * 32), "audit_target_id"),
        (Filters(door="gate"), "audit_door"),
        (Filters(kind="observed"), "audit_kind"),
        (Filters(result="failed"), "audit_result"),
    ],
)
def test_each_filter_has_its_index(lines: dict[str, int], filters: Filters, index: str) -> None:
    """It is there, and used by SQLite's plan; on PostgreSQL plans of small tables say nothing."""
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, Entry._meta.db_table)
    assert there[index]["index"]
    assert there[index]["columns"][-1] == "number"
    if connection.vendor != "sqlite":
        return
    with CaptureQueriesContext(connection) as queries:
        search(filters, visible=None)
    first = queries.captured_queries[0]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + first)
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert f"USING INDEX {index} " in plan
    assert "TEMP B-TREE" not in plan


def test_lines_do_not_fetch_the_bytes(lines: dict[str, int]) -> None:
    item = search(Filters(), visible=None).lines[0]
    assert item.entry.get_deferred_fields() == {"canonical", "previous"}
    assert Entry.objects.get(pk=item.key).canonical
