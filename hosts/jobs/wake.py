"""Messages to workers through Celery. A lost one costs at most 34 s: workers look by themselves."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from hosts.models import Job

log = logging.getLogger(__name__)

# jobs per message: one worker runs them as coroutines, and the task ends with the last
CHUNK = 50
TASK = "hosts.carry_out"


def after_commit(job_ids: list[int], queue: str) -> None:
    """Publish `job_ids` in chunks once the current transaction has committed."""
    transaction.on_commit(lambda: publish(job_ids, queue), robust=True)


def publish(job_ids: list[int], queue: str) -> None:
    """Publish now. Without Redis the rows stay queued, and workers find them."""
    from celery import current_app

    if queue == Job.GATE:
        # no worker's: the client brings it
        return
    for start in range(0, len(job_ids), CHUNK):
        try:
            current_app.send_task(TASK, [job_ids[start : start + CHUNK]], queue=queue, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("no message, workers will look by themselves: %s", error)
            return
