"""Chores: one worker at a time, without beat and Redis too, under a clock that jumps, after a lost worker."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit import checkpoints, upkeep, write
from audit.checkpoints import outside_file
from audit.models import Checkpoint, Head
from audit.shapes import Target
from hosts.chores import CHORES
from hosts.jobs.chore_runner import LATE_S, ChoreRunner, ChoreSpec
from hosts.models import Chore
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


class Counted:
    """A chore that counts how often it was done; `during` runs in the middle of it."""

    def __init__(self) -> None:
        self.times = 0
        self.during: Callable[[], object] = lambda: None

    def __call__(self) -> None:
        self.times += 1
        self.during()


@pytest.fixture
def sweep() -> Counted:
    return Counted()


@pytest.fixture
def of(sweep: Counted) -> Callable[[str], ChoreRunner]:
    """`of("w1")`: the part of that worker in one chore, "sweep", each minute."""
    return lambda worker: ChoreRunner({"sweep": ChoreSpec(60.0, sweep)}, lambda: worker)


def set_row(**values: Any) -> None:
    Chore.objects.update_or_create(name="sweep", defaults=values)


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def test_it_is_done_once_in_its_time_whoever_thinks_of_it(of: Any, sweep: Counted) -> None:
    first, second = of("w1"), of("w2")
    assert first.overdue() == ["sweep"]
    assert first.do("sweep", asked=True)
    assert not second.do("sweep", asked=True)
    assert not second.do("sweep")
    assert second.overdue() == []
    assert sweep.times == 1


@pytest.mark.parametrize(
    ("began_s_ago", "by_beat", "by_itself"),
    [(10, False, False), (59, True, False), (61, True, False), (60 + LATE_S + 1, True, True)],
)
def test_beat_is_first_and_the_worker_comes_when_it_is_late(
    of: Any, began_s_ago: float, by_beat: bool, by_itself: bool
) -> None:
    set_row(began_at=ago(began_s_ago))
    assert of("w1").overdue() == (["sweep"] if by_itself else [])
    assert of("w1").do("sweep") is by_itself
    set_row(began_at=ago(began_s_ago))
    assert of("w1").do("sweep", asked=True) is by_beat


def test_one_at_a_time(of: Any, sweep: Counted) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        go_on.wait(20)

    def do() -> None:
        of("w1").do("sweep")
        connection.close()

    sweep.during = wait
    thread = threading.Thread(target=do)
    thread.start()
    try:
        assert inside.wait(10)
        set_row(began_at=ago(600))
        assert not of("w2").do("sweep", asked=True)
        assert of("w2").overdue() == []
    finally:
        go_on.set()
        thread.join()
    assert of("w2").do("sweep", asked=True)


def test_what_a_lost_worker_was_at_is_done_after_its_lease(of: Any, sweep: Counted) -> None:
    set_row(began_at=ago(600), worker="gone", lease_until=timezone.now() + timedelta(seconds=30))
    assert not of("w2").do("sweep")
    set_row(lease_until=ago(1))
    assert of("w2").overdue() == ["sweep"]
    assert of("w2").do("sweep")
    assert sweep.times == 1


def test_a_clock_that_was_13_hours_ahead_stops_nothing(of: Any, sweep: Counted) -> None:
    ahead = timezone.now() + timedelta(hours=13)
    set_row(began_at=ahead, worker="gone", lease_until=ahead)
    assert of("w2").overdue() == ["sweep"]
    assert of("w2").do("sweep")


def test_one_that_fails_is_tried_again_in_its_time(of: Any, sweep: Counted) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    sweep.during = fail
    with pytest.raises(OSError, match="disk is full"):
        of("w1").do("sweep")
    assert Chore.objects.get(name="sweep").lease_until is None
    assert not of("w1").do("sweep")
    set_row(began_at=ago(70))
    sweep.during = lambda: None
    assert of("w2").do("sweep")


def test_a_long_one_keeps_its_lease(of: Any, sweep: Counted) -> None:
    upkeep = of("w1")

    def meanwhile() -> None:
        set_row(lease_until=timezone.now() + timedelta(seconds=1))
        upkeep.renew()
        until = Chore.objects.get(name="sweep").lease_until
        assert until is not None
        left = until - timezone.now()
        assert left > timedelta(seconds=50)

    sweep.during = meanwhile
    assert upkeep.do("sweep")


def test_a_worker_does_them_without_beat_and_redis(sweep: Counted, worker: Any) -> None:
    """The one that fails is said and does not keep the others."""

    def fail() -> None:
        raise OSError("the disk is full")

    worker(chores={"fails": ChoreSpec(60.0, fail), "sweep": ChoreSpec(60.0, sweep)})
    # a row is there without a lease before its worker has taken it
    until("one is done", lambda: sweep.times == 1)
    until("both are left", lambda: Chore.objects.filter(lease_until=None).count() == 2)
    set_row(began_at=ago(70))
    until("and again", lambda: sweep.times == 2)


def test_200_entries_a_second_never_leave_more_than_1200_unsigned(
    worker: Any, keys: None, who_of: Any, cast: Any
) -> None:
    who, target = who_of(cast.bob), Target(kind="host", name="web1")
    worker(chores={"sign": CHORES["sign"]})
    most = 0
    for _ in range(130):
        began = time.monotonic()
        for _ in range(20):
            with transaction.atomic():
                write.event(who, "host.edit", target)
        signed = Checkpoint.objects.order_by("-number").values_list("number", flat=True).first()
        most = max(most, Head.objects.get(pk=1).number - (signed or 0))
        # 200 a second at most
        time.sleep(max(0.0, began + 0.1 - time.monotonic()))
    assert 900 < most <= 1200
    assert Checkpoint.objects.count() >= 3


def test_a_lost_file_is_said_once_a_minute_and_not_twice_a_second(
    monkeypatch: pytest.MonkeyPatch, keys: None, who_of: Any, cast: Any, caplog: Any
) -> None:
    monkeypatch.setattr(upkeep, "_not_before", [0.0])
    who, target = who_of(cast.bob), Target(kind="host", name="web1")
    with transaction.atomic():
        write.event(who, "host.edit", target)
    assert upkeep.must_sign()
    upkeep.sign()
    assert not upkeep.must_sign()
    outside_file().unlink()
    monkeypatch.setattr(checkpoints, "MAX_AGE", timedelta(0))
    with transaction.atomic():
        write.event(who, "host.edit", target)
    assert upkeep.must_sign()
    upkeep.sign()
    assert "nothing is signed any more" in caplog.text
    assert not upkeep.must_sign()
    assert Checkpoint.objects.count() == 1
