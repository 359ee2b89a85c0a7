"""Refusals: the first at once, equal ones counted, one more entry when the minute is over."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.models import Entry, RefusalCount
from audit.refusals import sum_refusals
from audit.shapes import Target, Who


def knock(who: Who, web: Target, *, reason: str = "role lacks container.stop") -> int:
    return write.refusal(who, "container.stop", web, reason=reason)


def next_minute() -> int:
    return sum_refusals(now=timezone.now() + timedelta(minutes=1))


@pytest.mark.django_db
def test_equal_ones_are_counted(alice: Who, web: Target) -> None:
    first = knock(alice, web)
    # a minute may turn within the loop, so what must add up is the count of all entries
    for _ in range(9):
        knock(alice, web)
    next_minute()
    entries = Entry.objects.filter(kind="refusal").order_by("number")
    assert sum(entry.count for entry in entries) == 10
    assert len(entries) <= 4
    assert entries[0].number == first
    assert {entry.detail for entry in entries} == {"role lacks container.stop"}
    assert entries.last().params == {"first": first} or len(entries) > 2
    assert not RefusalCount.objects.exists()


@pytest.mark.django_db
def test_a_single_one_needs_no_sum(alice: Who, web: Target) -> None:
    knock(alice, web)
    assert next_minute() == 0
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_the_running_minute_is_left_alone(alice: Who, web: Target) -> None:
    knock(alice, web)
    this_minute = RefusalCount.objects.get().minute
    RefusalCount.objects.update(more=5)
    assert sum_refusals(now=this_minute + timedelta(seconds=59)) == 0
    assert sum_refusals(now=this_minute + timedelta(seconds=60)) == 1
    assert Entry.objects.get(count=5).kind == "refusal"


@pytest.mark.django_db
@pytest.mark.parametrize("differs", ["person", "reason", "address", "target"])
def test_different_ones_stay_apart(alice: Who, web: Target, differs: str) -> None:
    first = knock(alice, web)
    bob = Who("Bob", user_id=8, address=alice.address, door="page")
    elsewhere = Who("Alice", user_id=7, address="198.51.100.1", door="page")
    second = {
        "person": lambda: knock(bob, web),
        "reason": lambda: knock(alice, web, reason="guardrail"),
        "address": lambda: knock(elsewhere, web),
        "target": lambda: knock(alice, Target("container", "cd" * 32, "other")),
    }[differs]()
    assert second == first + 1


@pytest.mark.django_db(transaction=True)
def test_it_opens_a_transaction_of_its_own(alice: Who, web: Target) -> None:
    with transaction.atomic():
        write.intent(alice, "container.stop", web)
        transaction.set_rollback(True)
    knock(alice, web)
    assert [entry.kind for entry in Entry.objects.all()] == ["refusal"]
