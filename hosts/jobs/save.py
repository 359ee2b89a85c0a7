"""Small writes to a running job's row, refused once the claim is lost."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from hosts import bells
from hosts.models import Job

Save = Callable[[Job, dict[str, Any]], Awaitable[None]]


class ClaimLost(Exception):
    """Another worker has taken the job: stop at once, write nothing."""


def _save(job: Job, values: dict[str, Any]) -> None:
    close_old_connections()
    won = Job.objects.filter(pk=job.pk, claim=job.claim, state=Job.State.RUNNING).update(
        **values, changed_at=timezone.now()
    )
    if not won:
        raise ClaimLost(job.pk)
    bells.ring("jobs")


async def save(job: Job, values: dict[str, Any]) -> None:
    """Write `values` to the row of `job`. ClaimLost when it is no longer ours."""
    await sync_to_async(_save, thread_sensitive=False)(job, values)


async def save_nothing(job: Job, values: dict[str, Any]) -> None:
    """In the place of `save` for a job that has ended: its row stays as it was."""
