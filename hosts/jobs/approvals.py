"""Jobs that wait for a second person. A held job has its row and its intent; no worker takes it.

Who finds out that a job needs approval: `order_check` at the click, `Errand.permit` in the worker.
An approval counts for the same proposal alone, and for no further rule.
"""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import write
from hosts import bells
from hosts.access import Person
from hosts.guardrails import Finding, Proposal, Severity, Verdict
from hosts.guardrails.digest import digest, facts
from hosts.jobs.save import ClaimLost
from hosts.models import Approval, Job

# after this time a question expires
UNDECIDED = timedelta(hours=24)
_KEY = ("rule", "rule_id", "field", "words")


class HeldForApproval(ClaimLost):
    """The job waits for an approval now. Its claim is given up: write nothing more."""


def findings_to_approve(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """The findings that ask for an approval, as an Approval keeps them."""
    return [
        {name: value for name, value in asdict(one).items() if name != "severity"}
        for one in findings
        if one.severity is Severity.ASK
    ]


def is_approved(job_id: int, verdict: Verdict, proposal: Proposal | None) -> bool:
    """True when all that `verdict` asks for was approved for this job and this proposal."""
    wanted = {_key(one) for one in findings_to_approve(verdict.findings)}
    approved = Approval.objects.filter(job=job_id, state=Approval.State.APPROVED)
    if proposal is not None:
        agrees = Q(digest=digest(proposal))
        if proposal.written:
            # an approval from before texts were kept
            agrees |= Q(text="", digest=digest(replace(proposal, written=None)))
        approved = approved.filter(agrees)
    given = {_key(one) for row in approved for one in row.findings}
    return wanted <= given


def is_overridden(job_id: int, findings: tuple[Finding, ...]) -> bool:
    """True when whoever asked overrode all of these findings."""
    rows = Approval.objects.filter(job=job_id, state=Approval.State.OVERRIDDEN)
    given = {_key(one) for row in rows for one in row.findings}
    return {_key(asdict(one)) for one in findings} <= given


def override_row(job: Job, findings: tuple[Finding, ...], person: Person) -> Approval:
    """The row that says so; unsaved."""
    return Approval(
        job=job,
        findings=[
            {name: value for name, value in asdict(one).items() if name != "severity"}
            for one in findings
        ],
        reason=person.reason[:300],
        state=Approval.State.OVERRIDDEN,
        decided_by_id=person.user.pk,
        decided_by_name=person.who.name,
        decided_at=timezone.now(),
    )


def _key(finding: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(finding.get(name)) for name in _KEY)


def approval_row(
    job: Job, verdict: Verdict, proposal: Proposal | None, *, reason: str = ""
) -> Approval:
    """The row that asks; unsaved."""
    return Approval(
        job=job,
        findings=findings_to_approve(verdict.findings),
        digest=digest(proposal) if proposal else "",
        proposed=facts(proposal) if proposal else [],
        text=proposal.text if proposal else "",
        reason=reason[:300],
        at_work=not reason,
    )


def hold(job: Job, verdict: Verdict, proposal: Proposal | None) -> None:
    """Let a job that a worker has begun wait, and give up its claim. Always raises HeldForApproval."""
    close_old_connections()
    with transaction.atomic():
        held = Job.objects.filter(
            pk=job.pk, claim=job.claim, state=Job.State.RUNNING, cancel_asked_at=None
        ).update(
            state=Job.State.HELD,
            worker="",
            lease_until=None,
            published_at=None,
            changed_at=timezone.now(),
        )
        if held:
            approval_row(job, verdict, proposal).save(force_insert=True)
            bells.ring("jobs", "access")
        else:
            # somebody cancelled it in this moment, and no worker would notice any more
            ours = Job.objects.filter(pk=job.pk, claim=job.claim, state=Job.State.RUNNING)
            for asked_by in ours.values_list("cancel_asked_by", flat=True):
                end_unbegun(ours, words=cancelled_words(asked_by))
    raise HeldForApproval(job.pk)


def cancelled_words(by: str) -> str:
    """Why a job ended that somebody of this name cancelled before it began."""
    return _("cancelled by %s before it began") % by


def end_unbegun(
    jobs: QuerySet[Job],
    *,
    words: str,
    state: Job.State = Job.State.CANCELLED,
    approval: Approval.State = Approval.State.WITHDRAWN,
) -> int:
    """End those of `jobs` that no worker carries out, each with its outcome. How many.

    `words`: why, for row and log. `approval`: what becomes of a question about a job.
    """
    ended = 0
    for pk, intent in list(jobs.values_list("pk", "intent")):
        with transaction.atomic():
            won = jobs.filter(pk=pk).update(
                state=state,
                error=words,
                finished_at=timezone.now(),
                changed_at=timezone.now(),
                sealed_params=None,
                lease_until=None,
            )
            if won:
                asked = Approval.objects.filter(job=pk, state=Approval.State.ASKED)
                write.outcome(intent, str(state), detail=words)
                bells.ring("jobs", "audit", *(["access"] if asked.update(state=approval) else []))
                ended += 1
    return ended


def expire() -> int:
    """A chore: cancel held jobs on which nobody decided in time, and approved requests through the gate that
    did not come again. How many.
    """
    return _expire_undecided() + _expire_unused()


def _expire_unused() -> int:
    late = Job.objects.filter(
        state=Job.State.QUEUED, queue=Job.GATE, published_at__lt=timezone.now() - UNDECIDED
    )
    words = _("It was approved, but the command did not come again within 24 hours.")
    return end_unbegun(late, words=words)


def _expire_undecided() -> int:
    old = Job.objects.filter(
        state=Job.State.HELD,
        approvals__state=Approval.State.ASKED,
        approvals__asked_at__lt=timezone.now() - UNDECIDED,
    )
    ids = list(old.values_list("pk", flat=True)[:200])
    if not ids:
        return 0
    words = _("Nobody approved it within 24 hours.")
    with transaction.atomic():
        waiting = Job.objects.filter(pk__in=ids, state=Job.State.HELD)
        return end_unbegun(waiting, words=words, approval=Approval.State.EXPIRED)
