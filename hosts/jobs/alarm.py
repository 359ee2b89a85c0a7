"""What came to be differs from what was permitted: the finding in words, and its alarm in the log."""

from typing import Any

from django.db import close_old_connections, transaction
from django.utils.translation import gettext as _

from audit import write
from audit.params import allow
from audit.shapes import Target, Who
from hosts import bells
from hosts.access.fetch import target_of
from hosts.guardrails import Severity, Verdict
from hosts.models import Job

VERB = "guardrail.alarm"
allow(VERB, "rules", "fields", "verb", "asked_by")
WORKER = Who(name="Haulout", door="worker")


def new_findings(verdict: Verdict, let_through: set[tuple[int, str]]) -> Verdict:
    """The verdict without findings that rules had about the request too, and let through."""
    fresh = tuple(one for one in verdict.findings if (one.rule_id, one.words) not in let_through)
    return Verdict(fresh, verdict.rules)


def sentence(verdict: Verdict, lacking: str, asker: str) -> str:
    """Which rule, which field of Podman's inspect, and why."""
    stops = [one for one in verdict.blocking if one.severity is Severity.REFUSE]
    if lacking and not stops:
        words = _(
            "Podman made it privileged (%(field)s), and %(name)s may not create privileged "
            "containers there."
        )
        return words % {"field": lacking, "name": asker}
    stops = stops or list(verdict.blocking)
    first = stops[0]
    values = {"rule": first.rule, "field": first.field, "words": first.words}
    said = _("The guardrail “%(rule)s” refuses what Podman created (%(field)s): %(words)s") % values
    if first.why:
        said = f"{said} {first.why}"
    if more := len(stops) - 1:
        said = f"{said} " + _("%d more problems.") % more
    return said


def write_alarm(job: Job, verdict: Verdict, lacking: str, words: str) -> None:
    """Write the alarm: an event beside the job's outcome, never counted together with others."""
    if job.endpoint is None:
        return
    target = target_of(
        job.endpoint, kind=job.object_kind, object_id=job.object_id, name=job.object_name
    )
    params = {"verb": job.verb, "job": job.pk, "asked_by": job.asked_by_name}
    raise_alarm(target, verdict, words, params, lacking=lacking)


def raise_alarm(
    target: Target, verdict: Verdict, words: str, params: dict[str, Any], *, lacking: str = ""
) -> None:
    """The alarm of something that is no job. `params`: for the entry, what it was and who asked."""
    close_old_connections()
    stops = verdict.blocking
    params = {
        "rules": list(dict.fromkeys(one.rule for one in stops)),
        "fields": list(dict.fromkeys([one.field for one in stops] or [lacking])),
        **params,
    }
    with transaction.atomic():
        write.event(WORKER, VERB, target, params=params, detail=words[:1000])
        bells.ring("audit")
