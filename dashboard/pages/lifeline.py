"""What happened to one object, newest first: its jobs, its audit entries, ends of a container."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit import queries
from audit.queries import Filters, Line
from dashboard.pages.audit.words import asked_words, said
from hosts.access import Person, allows, visible_entries, visible_jobs
from hosts.inventory.job_marks import JOB_LABEL
from hosts.models import HostEvent, InventoryRow, Job

MOST = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """One of: an entry of the log, a job, an end of a container as its host told it."""

    at: datetime
    line: Line | None = None
    job: Job | None = None
    end: HostEvent | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Jobs always; entries when this person may read the log, instead of the jobs where there are any."""

    jobs: list[Job]
    lines: list[Line]
    may_read: bool
    ends: list[HostEvent]

    @property
    def moments(self) -> list[Moment]:
        """All of it, newest first."""
        if self.lines:
            done = [Moment(line.entry.at, line=line) for line in self.lines]
        else:
            done = [Moment(job.created_at, job=job) for job in self.jobs]
        ends = [Moment(event.at, end=event) for event in self.ends]
        return sorted([*done, *ends], key=lambda moment: moment.at, reverse=True)


def past_of(person: Person, kind: str, row: InventoryRow) -> Past:
    """What Haulout knows of this object's past."""
    jobs = list(
        visible_jobs(person)
        .filter(endpoint_id=row.endpoint_id, object_kind=kind, object_id=row.podman_id)
        .order_by("-id")[:MOST]
    )
    maker = _maker(person, row)
    if maker and maker not in jobs:
        jobs.append(maker)
    for job in jobs:
        job.words = asked_words(job.verb)  # type: ignore[attr-defined]
    may_read = allows(person, "audit.read", row.endpoint)
    seen = visible_entries(person)
    lines: list[Any] = []
    if may_read:
        filters = Filters(endpoint_id=row.endpoint_id, object=row.podman_id)
        lines = queries.search(filters, visible=seen, limit=MOST).lines
        made = queries.line(maker.intent, visible=seen) if maker else None
        if made and made.entry.number not in {line.entry.number for line in lines}:
            lines.append(made)
            lines.sort(key=lambda line: -line.entry.number)
        for line in lines:
            line.entry.said = said(line)  # type: ignore[attr-defined]
    ends = HostEvent.objects.filter(
        endpoint=row.endpoint_id, kind=kind, podman_id=row.podman_id, action="died"
    )
    return Past(jobs, lines, may_read, list(ends.order_by("-at")[:MOST]))


def _maker(person: Person, row: InventoryRow) -> Job | None:
    """The job that made this object: asked for when it had no id yet, so found by its label.

    A label is the host's word; the job's own result says whether it is true.
    """
    number = str(row.labels.get(JOB_LABEL, "")).partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    job = visible_jobs(person).filter(endpoint_id=row.endpoint_id, pk=int(number)).first()
    if job is None:
        return None
    made = (job.result.get("id"), *job.result.get("pods", ()))
    return job if row.podman_id in made else None
