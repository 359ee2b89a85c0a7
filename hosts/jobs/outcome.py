"""The end of a job: its row and the outcome's entry, together or not at all."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import write
from hosts import bells
from hosts.jobs import failures
from hosts.jobs.errand import MAX_OUTPUT
from hosts.models import Job


@dataclass(frozen=True)
class Outcome:
    """How a try ended. `state`: a final Job.State. `error`: our words; `cause`: Podman's.

    Empty `progress` or `output` leaves what the row shows.
    """

    job_id: int
    claim: int
    state: str
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    cause: str = ""
    progress: dict[str, Any] = field(default_factory=dict)
    output: str = ""
    duration_ms: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the spool."""
        return asdict(self)


def _shown(outcome: Outcome) -> dict[str, Any]:
    found = {"progress": outcome.progress, "output": outcome.output[-MAX_OUTPUT:]}
    return {name: value for name, value in found.items() if value}


def write_outcomes(outcomes: list[Outcome]) -> int:
    """Finish the jobs of `outcomes` in one transaction. How many were still ours.

    An outcome whose claim was taken over, or whose job has ended, is dropped: exactly one counts.
    """
    now = timezone.now()
    with transaction.atomic():
        ended: list[write.OutcomeItem] = []
        worked: dict[int, failures.Ref] = {}
        for outcome in outcomes:
            job = (
                Job.objects.filter(pk=outcome.job_id, claim=outcome.claim, state=Job.State.RUNNING)
                .values_list("intent", *failures.REF)
                .first()
            )
            if job is None:
                continue
            intent, *ref = job
            won = Job.objects.filter(
                pk=outcome.job_id, claim=outcome.claim, state=Job.State.RUNNING
            ).update(
                state=outcome.state,
                result=outcome.result,
                error=outcome.error[:4000],
                cause=outcome.cause[:8000],
                **_shown(outcome),
                finished_at=now,
                changed_at=now,
                # secrets live no longer than the job
                sealed_params=None,
                lease_until=None,
            )
            if won:
                if outcome.state == Job.State.OK:
                    worked[outcome.job_id] = tuple(ref)
                ended.append(
                    write.OutcomeItem(
                        intent=intent,
                        result=outcome.state,
                        detail=outcome.error[:1000],
                        duration_ms=outcome.duration_ms,
                    )
                )
        if ended:
            write.outcomes(ended)
            troubled = any(outcome.state in Job.TROUBLE for outcome in outcomes)
            news = troubled or (bool(worked) and failures.overtakes_any(worked))
            bells.ring("jobs", "audit", *(["failures"] if news else []))
    return len(ended)
