"""Who stopped a container, if a job of Haulout did."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.furniture.container_ends import PATIENCE
from hosts.access import Person, allows
from hosts.models import Container, Job

_VERBS: Final = ("container.stop", "container.kill", "pod.stop", "pod.kill")
# a container's end is by the host's clock, a job's by the database's
_CLOCKS: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class StoppedBy:
    """ "stopped by Ada", when, and the job's URL."""

    words: str
    at: datetime
    url: str


def attach_stopped_by(rows: Iterable[Any], person: Person) -> None:
    """Set `stopped_by` on each row; None for a running one, without a job, or without `job.view`.

    One query; none when all rows run.
    """
    ended = []
    for row in rows:
        row.stopped_by = None
        has_ended = row.state in ("exited", "stopped") and row.exited_at is not None
        if has_ended and allows(person, "job.view", row.endpoint):
            ended.append(row)
    if not ended:
        return
    ids = {row.podman_id for row in ended} | {row.pod_id for row in ended if row.pod_id}
    found: defaultdict[tuple[int | None, str], list[Job]] = defaultdict(list)
    for job in Job.objects.filter(
        endpoint__in={row.endpoint_id for row in ended},
        object_kind__in=("container", "pod"),
        object_id__in=ids,
        verb__in=_VERBS,
        # a running job may have stopped the container already
        state__in=(Job.State.OK, Job.State.RUNNING),
        created_at__gte=min(row.exited_at for row in ended) - PATIENCE,
    ).order_by("pk"):
        found[job.endpoint_id, job.object_id].append(job)
    for row in ended:
        for job in found[row.endpoint_id, row.podman_id] + found[row.endpoint_id, row.pod_id]:
            if _ended_it(job, row):
                row.stopped_by = StoppedBy(
                    _words(job), row.exited_at, reverse("jobs:page", args=[job.pk])
                )


def _ended_it(job: Job, row: Container) -> bool:
    assert row.exited_at is not None
    if job.result.get("changed") is False:
        # the container had stopped before
        return False
    if job.verb.endswith(".kill") and (row.exit_code or 0) <= 128:
        # the container survived the signal
        return False
    finished = job.finished_at or timezone.now()
    if row.started_at is not None and row.started_at > finished:
        return False
    return job.created_at - _CLOCKS <= row.exited_at <= finished + _CLOCKS


def _words(job: Job) -> str:
    words = _("killed by %(name)s") if job.verb.endswith(".kill") else _("stopped by %(name)s")
    return words % {"name": job.asked_by_name}
