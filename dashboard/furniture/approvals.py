"""Approvals beside the jobs that wait for them, and as rows of their own."""

from collections.abc import Iterable
from typing import Any

from dashboard.furniture.form_verdict import by_whom
from dashboard.furniture.log.words import asked_words
from hosts.access import Person
from hosts.access.approvals import may_decide
from hosts.jobs.approvals import UNDECIDED
from hosts.models import Approval


def prepare(rows: Iterable[Any], person: Person) -> None:
    """Sets on each row: `words`, `mine`, `can_decide`, `until`, `rules`."""
    for row in rows:
        row.words = asked_words(row.job.verb)
        row.mine = row.job.asked_by_id == person.user.pk
        row.can_decide = row.waiting and may_decide(person, row)
        row.until = row.asked_at + UNDECIDED
        row.rules = ", ".join(dict.fromkeys(one["rule"] for one in row.findings))


def questions(jobs: Iterable[Any], person: Person) -> None:
    """Sets on each job `question`: the approval that it waits for. One query, where any is held."""
    held = {job.pk: job for job in jobs if job.state == "held"}
    if not held:
        return
    rows = Approval.objects.filter(job__in=held, state=Approval.State.ASKED)
    found = list(rows.select_related("job__endpoint__host").defer("text"))
    prepare(found, person)
    for row in found:
        held[row.job_id].question = row


def name_deciders(jobs: Iterable[Any], person: Person) -> None:
    """Sets `by_whom` on each job's question: a sentence that says who can approve it."""
    for job in jobs:
        row = getattr(job, "question", None)
        if row is not None and job.endpoint is not None and job.asked_by is not None:
            row.by_whom = by_whom(person, job.endpoint, job.asked_by, shared=True)
