"""Ends this worker at a named step of a job, so that crashes can be tested. Off by default.

HAULOUT_CRASH_AT names a file with "STEP COUNT". The worker dies once COUNT jobs have reached STEP.
It removes the file first, so that its successor lives.
"""

import asyncio
import logging
import os
import signal
from pathlib import Path

from django.conf import settings

BEFORE_SEND = "before-send"
AFTER_SEND = "after-send"
# for verbs that make a container: before and after the second look
AFTER_CREATE = "after-create"
AFTER_LOOK = "after-look"
AFTER_REPLY = "after-reply"
BEFORE_OUTCOME = "before-outcome"
# a request that began this long ago has left this process; the host takes longer to answer
SENT_AFTER_S = 0.05

log = logging.getLogger(__name__)
_arrived: set[int] = set()


async def point(step: str, job_id: int) -> None:
    """`job_id` is at `step`. Returns at once, unless a crash is due here or has begun."""
    order: Path | None = settings.HAULOUT_CRASH_AT
    if order is None or (due := _due(order)) is None:
        return
    due_step, count = due
    if step == due_step and job_id not in _arrived:
        if step == AFTER_SEND:
            later = asyncio.get_running_loop().call_later
            later(SENT_AFTER_S, _arrive, job_id, count, order)
            return
        _arrive(job_id, count, order)
    if job_id in _arrived:
        # stop here: all wait for the last one, then end
        await asyncio.Event().wait()


def _due(order: Path) -> tuple[str, int] | None:
    try:
        step, count = order.read_text().split()
    except FileNotFoundError:
        return None
    return step, int(count)


def _arrive(job_id: int, count: int, order: Path) -> None:
    _arrived.add(job_id)
    if len(_arrived) == count:
        log.warning("ending here, as HAULOUT_CRASH_AT asks")
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
