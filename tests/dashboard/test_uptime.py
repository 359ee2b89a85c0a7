"""Beat under a clock that is set 13 hours ahead and back: the same tasks, as often, at once again."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.schedules import schedule

from dashboard import health, uptime
from dashboard.beat import UptimeScheduler
from dashboard.celery import app, schedule_chores
from tests.dashboard.live.conftest import valkey

__all__ = ["valkey"]

JUMP = timedelta(hours=13)


class Clock:
    """A machine's clock, which can be set, and the seconds that pass beside it."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.set_by = timedelta()

    def elapsed_s(self) -> float:
        return uptime._BEGAN_AT_S + self.passed_s

    def says(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed_s) + self.set_by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(uptime, "elapsed_s", found.elapsed_s)
    return found


class Sending(UptimeScheduler):
    """Counts instead of sending."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: Counter[str] = Counter()
        super().__init__(*args, **kwargs)

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        self.sent[entry.name] += 1


@pytest.fixture
def beat(tmp_path: Path, clock: Clock) -> Callable[..., Sending]:
    """`beat(every)`: a scheduler with one task every ten seconds, its memory in one file."""

    def make(every: Callable[[float], schedule]) -> Sending:
        app = Celery("test", broker="memory://", set_as_current=False)
        app.now = clock.says  # type: ignore[method-assign]
        app.conf.beat_schedule = {"ten": {"task": "ten", "schedule": every(10.0)}}
        app.conf.result_expires = None
        # nothing is sent, so nothing is asked of a broker
        return Sending(app, schedule_filename=str(tmp_path / "beat.json"))

    return make


def run(scheduler: Sending, clock: Clock, seconds: int) -> int:
    before = scheduler.sent["ten"]
    for _ in range(seconds):
        clock.passed_s += 1
        for _again in range(10):
            if scheduler.tick():
                break
    return scheduler.sent["ten"] - before


def test_the_clock_goes_ahead_and_back(beat: Any, clock: Clock) -> None:
    scheduler = beat(uptime.every)
    assert run(scheduler, clock, 60) == 6
    clock.set_by = JUMP
    assert run(scheduler, clock, 60) == 6
    clock.set_by = timedelta()
    assert run(scheduler, clock, 60) == 6
    clock.set_by = -JUMP
    assert run(scheduler, clock, 60) == 6


def test_stock_celery_waits_for_that_hour(beat: Any, clock: Clock) -> None:
    """What this is for: without it the same walk sends nothing."""
    clocked = beat(lambda seconds: schedule(seconds, nowfun=clock.says))
    clock.set_by = JUMP
    run(clocked, clock, 60)
    clock.set_by = timedelta()
    assert run(clocked, clock, 60) == 0


def test_a_new_start_forgets_what_lies_ahead(beat: Any, clock: Clock) -> None:
    scheduler = beat(uptime.every)
    run(scheduler, clock, 60)
    # written down by a beat that was started while the clock was ahead
    scheduler.schedule["ten"].last_run_at = uptime.now() + JUMP
    scheduler.close()
    assert run(beat(uptime.every), clock, 60) in (6, 7)


def test_what_was_due_is_kept_as_json(beat: Any, clock: Clock, tmp_path: Path) -> None:
    scheduler = beat(uptime.every)
    run(scheduler, clock, 60)
    last = scheduler.schedule["ten"].last_run_at
    scheduler.close()
    assert json.loads((tmp_path / "beat.json").read_text()) == {"ten": last.isoformat()}
    clock.passed_s += 4
    again = beat(uptime.every)
    assert again.schedule["ten"].last_run_at == last
    # the four seconds count: not ten from the new start
    assert run(again, clock, 6) == 1


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\x80\x04}.",
        b"[]",
        b'{"ten": 5}',
        b'{"ten": "soon"}',
        b'{"ten": "2026-12-01T00:00:00"}',
    ],
)
def test_a_file_that_is_none_of_ours(beat: Any, clock: Clock, tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "beat.json").write_bytes(kept)
    scheduler = beat(uptime.every)
    assert run(scheduler, clock, 60) == 6
    scheduler.close()
    assert set(json.loads((tmp_path / "beat.json").read_text())) == {"ten"}


def test_a_disk_that_takes_nothing(beat: Any, clock: Clock, tmp_path: Path) -> None:
    scheduler = beat(uptime.every)
    # as good as a full one, also for root
    (tmp_path / "beat.new").mkdir()
    assert run(scheduler, clock, 60) == 6
    scheduler.close()


def test_the_tasks_of_haulout_count_seconds() -> None:
    schedule_chores()
    schedules = [one["schedule"] for one in app.conf.beat_schedule.values()]
    assert schedules
    assert {one.nowfun for one in schedules} == {uptime.now}


async def test_readyz_says_when_beat_sends_nothing(valkey: Any, tmp_path: Path) -> None:
    assert (await health._beat())["state"] == "down"
    app = Celery("test", broker="memory://", set_as_current=False)
    UptimeScheduler(app, schedule_filename=str(tmp_path / "beat.json")).tell()
    said = await health._beat()
    assert said["state"] == "up"
    assert said["sent_s_ago"] <= 5
