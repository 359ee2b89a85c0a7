"""Jobs that wait or run on the object of a page, for its live head."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Q

from dashboard.furniture.log.words import asked_words
from dashboard.live.spec import ListSpec
from dashboard.live.visibility import verbs_for
from hosts.access import Person
from hosts.models import Job

# several at once: a batch, or people in a hurry
MOST = 3


def with_jobs(spec: ListSpec, kind: str) -> ListSpec:
    """The spec of a head whose rows have `jobs_now`: jobs with `words`, in the order of work."""

    def prepare(rows: list[Any], person: Person) -> None:
        spec.prepare(rows, person)
        attach(rows, kind, person)

    def fingerprint(row: Any) -> str:
        return spec.fingerprint(row) + "".join(f".{job.pk}{job.state}" for job in row.jobs_now)

    topics = spec.topics | {"jobs"}
    return replace(spec, prepare=prepare, fingerprint=fingerprint, topics=topics)


def attach(rows: Iterable[Any], kind: str, person: Person) -> None:
    """Sets `jobs_now` on each row: those that this person may see. One query for each row."""
    for row in rows:
        about = Q(endpoint=row.endpoint_id, object_kind=kind, object_id=row.podman_id)
        taken = Job.objects.filter(about, state__in=Job.TAKEN).exclude(queue=Job.GATE)
        jobs = taken.only("verb", "state", "asked_by_id", "object_name")
        if "job.view" not in verbs_for(person, row):
            # one's own jobs are everyone's to look at
            jobs = jobs.filter(asked_by=person.user.pk)
        row.jobs_now = list(jobs.order_by("pk")[:MOST])
        for job in row.jobs_now:
            job.words = asked_words(job.verb)
