"""What happened to one object: its jobs and its audit entries, newest first, on one line of time."""

from dataclasses import dataclass
from typing import Any

from audit import queries
from audit.queries import Filters, Line
from dashboard.pages.audit.words import said
from hosts.access import Person, allows, visible_jobs
from hosts.models import InventoryRow, Job

MOST = 100


@dataclass(frozen=True, slots=True)
class Past:
    """Jobs always; entries when this person may read the log."""

    jobs: list[Job]
    lines: list[Line]
    may_read: bool


def past_of(person: Person, kind: str, row: InventoryRow) -> Past:
    """What Haulout knows of this object's past."""
    jobs = visible_jobs(person).filter(
        endpoint_id=row.endpoint_id, object_kind=kind, object_id=row.podman_id
    )
    may_read = allows(person, "audit.read")
    lines: list[Any] = []
    if may_read:
        filters = Filters(endpoint_id=row.endpoint_id, object=row.podman_id)
        lines = queries.search(filters, visible=None, limit=MOST).lines
        for line in lines:
            line.entry.said = said(line)  # type: ignore[attr-defined]
    return Past(list(jobs.order_by("-id")[:MOST]), lines, may_read)
