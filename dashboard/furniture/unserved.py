"""Queues that no worker serves: said on the overview and above the list of jobs."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hosts.jobs import workers
from hosts.jobs.queues import QUEUES


@dataclass(frozen=True)
class Unserved:
    """One of them: what is wrong, and the command that starts a worker for it."""

    queue: str
    words: str
    command: str = ""


def unserved() -> list[Unserved]:
    """In the order of the queues."""
    return [_shown(queue, jobs) for queue, jobs in workers.unserved().items()]


def _shown(queue: str, jobs: int) -> Unserved:
    waiting = ngettext("%d job waits.", "%d jobs wait.", jobs) % jobs if jobs else ""
    if queue not in QUEUES:
        words = _("No worker of this version knows the queue “%s”.") % queue
        return Unserved(queue, f"{words} {waiting}".strip())
    words = _("No worker serves the queue “%s”.") % queue
    return Unserved(queue, f"{words} {waiting}".strip(), f"manage.py worker --queues {queue}")
