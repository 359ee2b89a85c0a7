"""guardrail.show: shows the approver what is hidden of a job. The entry is written first."""

from collections.abc import Collection, Mapping
from typing import Final

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils.translation import gettext as _

from audit import write
from hosts import control
from hosts.access import Person, allows, require
from hosts.access.approvals import may_decide
from hosts.actions.approvals.decide import authorise, refuse_decided, target_of_job
from hosts.guardrails.sealed_params import (
    ARGUMENTS,
    ENVIRONMENT,
    FILE,
    REQUEST,
    RUNS,
    SHOW,
    sealed_fields,
)
from hosts.models import Approval
from hosts.refusals import FieldRefusal

VERB = SHOW
# they contain environment values, which need a verb of their own
_WITH_VALUES: Final = dict.fromkeys((ENVIRONMENT, FILE, REQUEST), "container.environment")


def showable_fields(person: Person, row: Approval) -> list[str]:
    """What of it can be shown to this person."""
    job = row.job
    if not row.waiting or job.endpoint is None or not may_decide(person, row):
        return []
    fields = [ARGUMENTS] if job.verb in RUNS and not job.by_client else []
    fields += sealed_fields(job) if job.sealed_params is not None else ()
    return [
        name
        for name in fields
        if name not in _WITH_VALUES or allows(person, _WITH_VALUES[name], job.endpoint)
    ]


def show(
    person: Person, approval_id: int, fields: Collection[str] = ()
) -> tuple[Approval, Mapping[str, str]]:
    """The approval, and the text of each of `fields` (none: all that are offered). The text is "" for run
    parameters, which are not sealed. NotVisible, Denied, FieldRefusal (decided meanwhile, or the link is
    away).
    """
    row = authorise(person, approval_id)
    refuse_decided(row)
    for name in fields:
        if verb := _WITH_VALUES.get(name):
            require(person, verb, target_of_job(row), row.job.endpoint)
    wanted = [name for name in showable_fields(person, row) if not fields or name in fields]
    if not wanted:
        raise FieldRefusal("", _("It has no hidden values that you may see."))
    with transaction.atomic():
        params = {"job": row.job_id, "asked_by": row.job.asked_by_name, "fields": wanted}
        entry = write.event(person.who, VERB, target_of_job(row), params=params)
    found = dict.fromkeys(wanted, "")
    if set(wanted) & sealed_fields(row.job).keys():
        try:
            found |= async_to_sync(control.open_held)(entry)
        except control.ControlError as error:
            late = error.kind == "request"
            cause = _("The job no longer waits for approval.") if late else error.cause
            raise FieldRefusal("", cause, cure=error.cure, kind=error.kind) from error
    return row, found
