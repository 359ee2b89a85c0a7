"""What a job's row and page show: text, progress, layers, steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dashboard.furniture.approvals import name_deciders, questions
from dashboard.furniture.log.words import asked_words
from dashboard.pages.jobs import again
from hosts.access import Person, visible_objects
from hosts.jobs.resolve import resolution_words
from hosts.models import Container, Job
from hosts.models.inventory import LIVE


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a pull. `share`: 0…1; None without a size from the registry."""

    id: str
    status: str
    current: int
    total: int
    share: float | None


@dataclass(frozen=True, slots=True)
class JobRow:
    words: str
    # its look, by name (dashboard.states)
    state: str
    share: float | None
    layers: list[Layer]
    steps: list[dict[str, Any]]
    current: int
    total: int
    object_url: str
    object_kind: str
    open: bool
    can_again: bool
    lasted_ms: float | None
    # the outcome found later of a job with an unknown end
    found: str
    # of a failed job: `found` or its error
    why: str


_DONE = ("complete", "exists", "already")


def _layer(told: dict[str, Any]) -> Layer:
    current, total = int(told.get("current") or 0), int(told.get("total") or 0)
    status = str(told.get("status") or "")
    share = min(1.0, current / total) if total else None
    if any(word in status.lower() for word in _DONE):
        share = 1.0
    return Layer(str(told.get("id") or "")[:12], status, current, total, share)


def job_row(job: Job) -> JobRow:
    progress = job.progress if isinstance(job.progress, dict) else {}
    layers = [_layer(told) for told in progress.get("layers") or []]
    known = [layer.share for layer in layers if layer.share is not None]
    share = sum(known) / len(layers) if layers and known else None
    if progress.get("of"):
        share = min(1.0, int(progress.get("done") or 0) / int(progress["of"]))
    if job.state == Job.State.OK:
        share = 1.0
    lasted = None
    if job.started_at and job.finished_at:
        lasted = (job.finished_at - job.started_at).total_seconds() * 1000
    return JobRow(
        words=asked_words(job.verb),
        state="approved" if job.awaits_client else job.state,
        share=share,
        layers=layers,
        steps=list(progress.get("steps") or []),
        current=sum(layer.current for layer in layers),
        total=sum(layer.total for layer in layers),
        object_url=object_url(job),
        object_kind=made_kind(job),
        open=job.state in Job.OPEN,
        can_again=again.can(job),
        lasted_ms=lasted,
        found=resolution_words(job),
        why=(resolution_words(job) or job.error.strip()) if job.state in Job.TROUBLE else "",
    )


ROOMS = {
    "container": "containers",
    "image": "images",
    "pod": "pods",
    "volume": "volumes",
    "network": "networks",
    "secret": "secrets",
    "unit": "units",
}


def made_kind(job: Job) -> str:
    """The kind of the object that the job made; else the kind of its object."""
    made = job.result if isinstance(job.result, dict) else {}
    return str(made.get("kind") or job.object_kind)


def object_url(job: Job) -> str:
    """The page of the object that the job made; else of its object. "" when there is none."""
    made = job.result if isinstance(job.result, dict) else {}
    object_id = str(made.get("id") or "") or job.object_id
    room = ROOMS.get(made_kind(job))
    if not (room and object_id and job.endpoint_id):
        return ""
    return f"/{room}/{job.endpoint_id}/{object_id.removeprefix('sha256:')}/"


def prepare(rows: Iterable[Any], person: Person) -> None:
    """Set `shown` on each job, and `question` on jobs that wait for an approval."""
    rows = list(rows)
    for row in rows:
        row.shown = job_row(row)
    questions(rows, person)


def prepare_whole(rows: Iterable[Any], person: Person) -> None:
    """As `prepare`, for a job's page: with the people who can approve, and `left`."""
    rows = list(rows)
    prepare(rows, person)
    name_deciders(rows, person)
    for row in rows:
        row.leftover = _leftover(row, person)


def _leftover(job: Job, person: Person) -> Container | None:
    """The container that a failed run left behind, if it still exists."""
    made = job.result if isinstance(job.result, dict) else {}
    if job.state != Job.State.FAILED or made.get("kind") != "container" or not made.get("id"):
        return None
    seen = Container.objects.filter(visible_objects(person, "container"), LIVE)
    return seen.filter(endpoint=job.endpoint_id, podman_id=made["id"]).first()
