"""Seconds as they pass, for schedules under a clock that jumps.

Celery keeps by the clock when a task was last due. After a clock went 13 hours ahead and back,
nothing would be sent for 13 hours. A restart would not help, since beat.json remembers.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from celery.schedules import schedule


def elapsed_s() -> float:
    """Seconds of this machine's uptime, suspended ones too; no clock setting moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


_BEGAN: Final = datetime.now(UTC)
_BEGAN_AT_S: Final = elapsed_s()


def now() -> datetime:
    """The time as it was when this process began, and what has passed since."""
    return _BEGAN + timedelta(seconds=elapsed_s() - _BEGAN_AT_S)


def every(seconds: float) -> schedule:
    """A Celery schedule that counts seconds as they pass."""
    return schedule(seconds, nowfun=now)
