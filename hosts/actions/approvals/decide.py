"""guardrail.approve: approve or refuse another person's job that a guardrail holds back.

An approved job is queued. The worker lets through exactly what was approved (hosts.jobs.approvals).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import Denied, NotVisible, Person, require
from hosts.access.approvals import APPROVE, may_be_asker, may_decide, visible_approvals
from hosts.access.fetch import target_of
from hosts.jobs import approvals, wake
from hosts.models import Approval, Job
from hosts.refusals import FieldRefusal

VERB, REFUSE = APPROVE, "guardrail.refuse"
State = Approval.State


def approve(person: Person, approval_id: int, *, answer: str = "") -> Approval:
    """Let the job go on. NotVisible, Denied, FieldRefusal (it was decided meanwhile)."""
    authorise(person, approval_id)
    with transaction.atomic():
        row = _locked(approval_id)
        now = timezone.now()
        queued = Job.objects.filter(pk=row.job_id, state=Job.State.HELD).update(
            state=Job.State.QUEUED, published_at=now, changed_at=now
        )
        if not queued:
            raise FieldRefusal("", _("The job no longer waits for approval."))
        _decide(person, row, State.APPROVED, answer)
        write.event(person.who, VERB, target_of_job(row), params=_log_params(row))
        bells.ring("jobs", "access", "audit")
        wake.after_commit([row.job_id], row.job.queue)
    return row


def refuse(person: Person, approval_id: int, *, answer: str = "") -> Approval:
    """End the job, with an answer to the person. NotVisible, Denied, FieldRefusal."""
    authorise(person, approval_id)
    with transaction.atomic():
        row = _locked(approval_id)
        waiting = Job.objects.filter(pk=row.job_id, state=Job.State.HELD)
        words = _("%s did not approve it.") % person.who.name
        answer_words = f"{words} {answer.strip()[:300]}".strip()
        _decide(person, row, State.REFUSED, answer)
        if not approvals.end_unbegun(
            waiting, state=Job.State.DENIED, words=answer_words, approval=State.REFUSED
        ):
            raise FieldRefusal("", _("The job no longer waits for approval."))
        write.event(person.who, REFUSE, target_of_job(row), params=_log_params(row))
        bells.ring("jobs", "access", "audit")
    return row


def decide_together(
    deed: Callable[..., Approval],
    person: Person,
    approval_ids: Sequence[int],
    *,
    answer: str = "",
) -> list[Approval]:
    """`approve` or `refuse` the first of them, and of the others those that still wait. As these."""
    rows = [deed(person, approval_ids[0], answer=answer)]
    for other in approval_ids[1:]:
        with suppress(FieldRefusal):
            rows.append(deed(person, other, answer=answer))
    return rows


def authorise(person: Person, approval_id: int) -> Approval:
    """The approval, if this person may decide on it. NotVisible, Denied."""
    row = visible_approvals(person).filter(pk=approval_id).first()
    if row is None:
        raise NotVisible
    require(person, VERB, target_of_job(row), row.job.endpoint)
    if not may_decide(person, row):
        own = may_be_asker(person, row)
        reason = "it may be their own job" if own else "its host is no longer here"
        write.refusal(person.who, VERB, target_of_job(row), reason=reason)
        raise Denied(VERB, target_of_job(row))
    return row


def refuse_decided(row: Approval) -> None:
    """FieldRefusal unless it still waits."""
    if not row.waiting:
        values = {"name": row.decided_by_name or "Haulout", "state": row.get_state_display()}
        raise FieldRefusal("", _("This is already decided: %(state)s (%(name)s).") % values)


def _locked(approval_id: int) -> Approval:
    rows = Approval.objects.select_for_update(of=("self",)).select_related("job__endpoint__host")
    row = rows.get(pk=approval_id)
    refuse_decided(row)
    return row


def _decide(person: Person, row: Approval, state: State, answer: str) -> None:
    row.state = state
    row.decided_by_id = person.user.pk
    row.decided_by_name, row.decided_at = person.who.name, timezone.now()
    row.answer = answer.strip()[:300]
    row.save()


def target_of_job(row: Approval) -> Target:
    """The audit target of the job."""
    job = row.job
    if job.endpoint is None:
        return Target(kind="job", id=str(job.pk), name=str(job), host_name=job.host_name)
    return target_of(job.endpoint, kind="job", object_id=str(job.pk), name=str(job))


def _log_params(row: Approval) -> dict[str, object]:
    return {
        "job": row.job_id,
        "asked_by": row.job.asked_by_name,
        "rules": list(dict.fromkeys(one["rule"] for one in row.findings)),
        "reason": row.reason,
        "answer": row.answer,
    }
