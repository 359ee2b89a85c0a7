"""From a click to a job row: intent and row in one transaction, then a wake-up call.

If the intent cannot be written, nothing is done.
"""

from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import IntentItem
from hosts import bells, vault
from hosts.access import HeldRole, Person, grounds
from hosts.guardrails import hits
from hosts.jobs import order_check, wake
from hosts.jobs.approvals import approval_row, override_row
from hosts.jobs.order import Order
from hosts.models import Approval, Batch, Job

# purpose of sealed job parameters (hosts.vault)
PURPOSE = "job"


@dataclass
class PendingOrder:
    """An order with the guardrails' clearance, the right behind it (`held`), and its row."""

    order: Order
    clearance: order_check.Clearance
    held: HeldRole
    job: Job = field(init=False)


def ask(person: Person, verb: str, order: Order, *, queue: str) -> Job:
    """Make one order a job. The caller has authorised it (hosts.access)."""
    return ask_all(person, verb, [order], queue=queue)[0]


def ask_batch(
    person: Person, verb: str, orders: list[Order], *, skipped: list[dict[str, str]], queue: str
) -> Batch:
    """Make many authorised orders one batch. `skipped`: targets that were left out, and why.

    An order that a guardrail stops is left out too.
    """
    skipped = list(skipped)
    orders = order_check.keep_permitted(person, verb, orders, skipped)
    with transaction.atomic():
        batch = Batch.objects.create(verb=verb, asked_by_name=person.who.name, skipped=skipped)
        ask_all(person, verb, orders, queue=queue, batch=batch)
    return batch


def ask_all(
    person: Person, verb: str, orders: list[Order], *, queue: str, batch: Batch | None = None
) -> list[Job]:
    """Rows and intents of all orders in one transaction; workers are woken after the commit.

    GuardrailRefused: a guardrail stops one of them. NeedsApproval: one needs a second person, and nobody has
    said why. In both cases none is asked. With a reason such a job is held.
    """
    allowed = order_check.require(person, verb, orders)
    asked = [
        PendingOrder(order, one, grounds(person, verb, order.endpoint, order.container))
        for order, one in zip(orders, allowed, strict=True)
    ]
    with transaction.atomic():
        # lock order: jobs, then inventory, then the audit head. A row needs its intent's number, an
        # entry needs the job's id. So rows come first, with intent 0.
        for one in asked:
            one.job = _row(person, verb, one, queue=queue, batch=batch)
            one.job.save(force_insert=True)
        jobs = [one.job for one in asked]
        numbers = write.intents(_intent(person, verb, one) for one in asked)
        for job, number in zip(jobs, numbers, strict=True):
            job.intent = number
        Job.objects.bulk_update(jobs, ["intent"])
        waiting = [
            approval_row(one.job, one.clearance.needs, one.order.proposal, reason=person.reason)
            for one in asked
            if one.clearance.needs
        ]
        lifted = [one for one in asked if one.clearance.lifted]
        overrides = [override_row(one.job, one.clearance.lifted, person) for one in lifted]
        Approval.objects.bulk_create([*waiting, *overrides])
        hits.record_hits(*(one.clearance.found for one in asked))
        for one in lifted:
            _tell_override(person, one)
        bells.ring("jobs", "audit", *(["access"] if waiting else []))
        wake.after_commit([job.pk for job in jobs if job.state == Job.State.QUEUED], queue)
    return jobs


def _row(person: Person, verb: str, asked: PendingOrder, *, queue: str, batch: Batch | None) -> Job:
    order, held, needs = asked.order, asked.held, asked.clearance.needs
    return Job(
        verb=verb,
        batch=batch,
        endpoint=order.endpoint,
        host_name=order.endpoint.host.name,
        endpoint_name=str(order.endpoint),
        object_kind=order.kind,
        object_id=order.object_id,
        object_name=order.name,
        asked_by_id=person.user.pk,
        asked_by_name=person.who.name,
        who=asdict(person.who),
        grant_id=held.grant.pk if held.grant and held.narrowing else None,
        intent=0,
        params=order.params,
        sealed_params=vault.seal(order.secrets, PURPOSE) if order.secrets else None,
        queue=queue,
        state=Job.State.HELD if needs else Job.State.QUEUED,
        published_at=None if needs else timezone.now(),
    )


def _intent(person: Person, verb: str, asked: PendingOrder) -> IntentItem:
    order = asked.order
    return IntentItem(
        person.who,
        verb,
        order.target,
        params=(order.params if order.log_params is None else order.log_params)
        | asked.clearance.beside,
        grant=asked.held.words,
        job_id=asked.job.pk,
    )


def _tell_override(person: Person, asked: PendingOrder) -> None:
    windows = [one.rule for one in asked.clearance.lifted]
    params = {
        "windows": windows,
        "reason": person.reason,
        "job": asked.job.pk,
        "deed": asked.job.verb,
    }
    write.event(person.who, order_check.OVERRIDE, asked.order.target, params=params)
