"""What happened to one object, newest first: its jobs, its audit entries, ends of a container."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit import queries
from audit.queries import Filters, Line
from audit.shapes import Kind
from dashboard.furniture.log.words import asked_words, entry_sentence
from hosts.access import Person, allows, visible_entries, visible_jobs
from hosts.inventory.job_marks import JOB_LABEL
from hosts.models import HostEvent, InventoryRow, Job

MOST = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """One of: an audit entry, a job, or an end of a container that its host reported."""

    at: datetime
    line: Line | None = None
    job: Job | None = None
    end: HostEvent | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The jobs of an object. Its audit entries instead, when this person may read the log and there
    are any.
    """

    jobs: list[Job]
    lines: list[Line]
    may_read: bool
    ends: list[HostEvent]
    # what else its host told, newest first
    events: list[HostEvent] = field(default_factory=list)

    @property
    def moments(self) -> list[Moment]:
        """All of it, newest first; an end stands above the stop that it came of."""
        if self.lines:
            done = [Moment(self._at(line), line=line) for line in self.lines]
        else:
            done = [Moment(job.created_at, job=job) for job in self.jobs]
        ends = [Moment(event.at, end=event) for event in self.ends]
        return sorted([*done, *ends], key=lambda one: (one.at, bool(one.end)), reverse=True)

    def _at(self, line: Line) -> datetime:
        """When it was done. The entry of what was seen on a host is later than the event itself."""
        entry = line.entry
        if entry.kind != Kind.OBSERVED:
            return entry.at
        action = entry.verb.rpartition(".")[2]
        told = self.ends + self.events if action == "stop" else self.events
        actions = ("stop", "died") if action == "stop" else (action,)
        times = [one.at for one in told if one.action in actions and one.at <= entry.at]
        return max(times, default=entry.at)


def history_of(person: Person, kind: str, row: InventoryRow) -> History:
    """The history of this object."""
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
            line.entry.said = entry_sentence(line)  # type: ignore[attr-defined]
    told = HostEvent.objects.filter(endpoint=row.endpoint_id, kind=kind, podman_id=row.podman_id)
    told = told.order_by("-at", "-id")
    ends = list(told.filter(action="died")[:MOST])
    events = list(told.exclude(action="died")[:MOST]) if lines else []
    return History(jobs, lines, may_read, ends, events)


def _maker(person: Person, row: InventoryRow) -> Job | None:
    """The job that made this object. It was asked for without an id, so it is found by its label.

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
