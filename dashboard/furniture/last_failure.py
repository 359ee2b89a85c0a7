"""What failed last on an object, beside it until it next changes or is tried again.

“start failed: port 8080 is taken”.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.furniture.failures import why_of
from dashboard.furniture.log.words import asked_words
from hosts.inventory.job_marks import JOB_LABEL, job_of
from hosts.jobs.failures import NOT_DONE
from hosts.models import Job

SHOWN_FOR = timedelta(hours=24)
# the link may write what a failed try left behind a moment after the job has ended
GRACE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class LastFailure:
    """`words` as the row shows them, and the job's page."""

    words: str
    url: str


def attach(rows: Iterable[Any], kind: str) -> None:
    """Sets `last_failure` on each row, None for most. One query, and a second where something failed."""
    rows = list(rows)
    for row in rows:
        row.last_failure = None
    by_id = {(row.endpoint_id, row.podman_id): row for row in rows}
    made_by = {pk: row for row in rows if (pk := job_of(str(row.labels.get(JOB_LABEL, ""))))}
    about = Q(object_kind=kind, object_id__in={podman_id for _endpoint, podman_id in by_id})
    failed = (
        Job.objects.filter(about | Q(pk__in=made_by), endpoint__in={one for one, _id in by_id})
        .filter(
            NOT_DONE,
            state__in=(Job.State.FAILED, Job.State.UNKNOWN),
            finished_at__gt=timezone.now() - SHOWN_FOR,
        )
        .order_by("pk")
        .only("endpoint", "object_id", "finished_at", "verb", "error", "result")
    )
    found: dict[int, tuple[Any, Job]] = {}
    for job in failed:
        row = by_id.get((job.endpoint_id, job.object_id)) or made_by.get(job.pk)
        if row is not None and job.endpoint_id != row.endpoint_id:
            continue
        if row is not None and row.changed_at <= (job.finished_at or row.changed_at) + GRACE:
            found[row.pk] = (row, job)
    if not found:
        return
    ids = {row.podman_id for row, _job in found.values()}
    # one that worked, or whose end tells it anew
    again = Job.objects.filter(about, object_id__in=ids, state__in=(Job.State.OK, *Job.TAKEN))
    after = dict(again.order_by("pk").values_list("object_id", "pk"))
    for row, job in found.values():
        if after.get(row.podman_id, 0) < job.pk:
            words = _("%(verb)s failed: %(why)s") % {"verb": _verb(job), "why": why_of(job)}
            row.last_failure = LastFailure(words, reverse("jobs:page", args=[job.pk]))


def _verb(job: Job) -> str:
    words = str(asked_words(job.verb))
    return words[:1].lower() + words[1:]
