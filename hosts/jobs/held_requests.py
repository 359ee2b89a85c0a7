"""Changes through the gate that need a second person. Each is a job that no worker takes: once it is
approved, the same request of the same person passes once, and carries it out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.shapes import Result
from hosts import bells
from hosts.access import Denied, Person
from hosts.guardrails import GuardrailRefused, Proposal, Verdict
from hosts.jobs.approvals import is_approved
from hosts.jobs.ask import ask
from hosts.jobs.errand import ActionFailed
from hosts.jobs.order import Order
from hosts.models import Approval, Job, OpenTransfer
from hosts.own_address import own_address

# as dashboard.pages.approvals has it; a test compares them
PAGE: Final = "/access/requests/approvals/%d/"
# of one person, waiting at once
MOST: Final = 20
CREATE, START = "container.create", "container.start"
# how long what was made with an approval may be started with it
_STARTABLE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A change that a client asks for. `digest`: a keyed hash of all that would be sent. `content`: its body,
    for the eyes of whoever decides. `text`: makes the body with likely secrets hidden. `group`: what a
    client asks for together has the same one: "compose shop".
    """

    digest: str
    reason: str
    content: bytes = b""
    text: Callable[[], str] | None = None
    group: str = ""


class WaitsForApproval(ActionFailed):
    """Nothing was sent to the host. The words name the page where it is decided."""

    def __init__(self, verdict: Verdict, asked: Approval) -> None:
        self.verdict, self.asked = verdict, asked
        super().__init__(self.words())

    def words(self) -> str:
        """As of now: what is asked together with it may have become more."""
        return f"{self.verdict.sentence()} {_where(self.asked)}"


def take_or_ask(
    person: Person, verb: str, order: Order, verdict: Verdict, request: ClientRequest
) -> Job:
    """The job of this request if all that `verdict` asks for was approved; it runs from now on. Otherwise
    WaitsForApproval, or ActionFailed where it cannot wait.
    """
    mine = Job.objects.filter(
        queue=Job.GATE, verb=verb, endpoint=order.endpoint, asked_by=person.user.pk
    )
    same = mine.filter(approvals__digest=request.digest).distinct().order_by("pk")
    for job in same.filter(state=Job.State.QUEUED):
        if is_approved(job.pk, verdict, None) and _take(job):
            return job
    asked = Approval.objects.filter(
        job__in=same.filter(state=Job.State.HELD), state=Approval.State.ASKED
    ).first()
    if asked is None:
        job = _ask(person, verb, order, request)
        if job.state == Job.State.QUEUED and _take(job):
            # what stopped it ended meanwhile
            return job
        asked = job.approvals.get()
    raise WaitsForApproval(verdict, asked)


def may_start(person: Person, verb: str, order: Order, verdict: Verdict) -> bool:
    """True once, for the start of a container that this person made with an approval of all that `verdict`
    asks for.
    """
    if verb != START:
        return False
    since = timezone.now() - _STARTABLE
    made = _made(order).filter(asked_by=person.user.pk, finished_at__gt=since)
    return any(
        is_approved(job.pk, verdict, None)
        and _made(order).filter(pk=job.pk).update(result={**job.result, "started": True})
        for job in made
    )


def finish(job: Job, result: Result, detail: str, made: dict[str, Any]) -> None:
    """The request ended so; its outcome is in the log. `made`: {"kind", "id"} of what came to be."""
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(**_ended(result, detail, made))
    bells.ring("jobs")


def finish_lost(intent: int, detail: str) -> None:
    """As `finish`, of an intent whose process was lost, if it is of such a request."""
    running = Job.objects.filter(queue=Job.GATE, state=Job.State.RUNNING, intent=intent)
    if running.update(**_ended(Result.UNKNOWN, detail, {})):
        bells.ring("jobs")


def _ended(result: Result, detail: str, made: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": str(result),
        "error": "" if result is Result.OK else detail,
        "result": made,
        "finished_at": now,
        "changed_at": now,
        # whoever sent it has heard it
        "failure_seen_at": now,
    }


def _take(job: Job) -> bool:
    """Carry it out. If this process is lost, the transfer's row leads to an outcome."""
    now = timezone.now()
    with transaction.atomic():
        taken = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING, started_at=now, changed_at=now, sealed_params=None
        )
        if taken:
            OpenTransfer.objects.create(intent=job.intent, seen_at=now, endpoint_id=job.endpoint_id)
            bells.ring("jobs")
    return bool(taken)


def _ask(person: Person, verb: str, order: Order, request: ClientRequest) -> Job:
    waiting = Job.objects.filter(
        queue=Job.GATE, state=Job.State.HELD, asked_by=person.user.pk
    ).count()
    if waiting >= MOST:
        raise ActionFailed(
            _("%d of your requests wait for approval already, so this one was not kept.") % waiting
        )
    proposal = order.proposal
    if request.text is not None:
        proposal = replace(proposal or Proposal(verb), written=request.text)
    held = replace(order, proposal=proposal, secrets=request.content or None)
    try:
        with transaction.atomic():
            job = ask(replace(person, reason=request.reason), verb, held, queue=Job.GATE)
            job.approvals.update(digest=request.digest, group=request.group)
    except (GuardrailRefused, Denied) as refused:
        raise ActionFailed(str(refused)) from refused
    return job


def _made(order: Order) -> QuerySet[Job]:
    """The job whose container this is, while it was not started."""
    return Job.objects.filter(
        queue=Job.GATE,
        verb=CREATE,
        state=Job.State.OK,
        endpoint=order.endpoint,
        result={"kind": "container", "id": order.object_id},
    )


def _where(asked: Approval) -> str:
    values = {"number": asked.pk, "page": own_address(PAGE % asked.pk), "group": asked.group}
    together = asked_together(asked)
    if len(together) < 2:
        return (
            _(
                "Request %(number)d waits for approval: %(page)s. Once it is approved, run the same command "
                "again within 24 hours: it passes once."
            )
            % values
        )
    values["numbers"] = ", ".join(str(one.pk) for one in together)
    return (
        _(
            "Requests %(numbers)s (%(group)s) wait for approval: %(page)s. Once they are approved, run the "
            "same command again within 24 hours: each passes once."
        )
        % values
    )


def asked_together(asked: Approval) -> list[Approval]:
    """The questions of its group that wait, oldest first: of the same person, on the same endpoint. None
    where it has no group.
    """
    if not asked.group:
        return []
    same = Approval.objects.filter(
        group=asked.group,
        state=Approval.State.ASKED,
        job__endpoint=asked.job.endpoint_id,
        job__asked_by=asked.job.asked_by_id,
    )
    return list(same.select_related("job__endpoint__host").defer("text").order_by("pk"))
