"""One job from claim to outcome: authorise again, look or settle, act, refresh."""

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils.translation import gettext as _

from hosts import vault
from hosts.guardrails import GuardrailRefused, Severity, Verdict
from hosts.guardrails.blockers import Blockers
from hosts.guardrails.freezes import is_freeze
from hosts.jobs import approvals, crash
from hosts.jobs.ask import PURPOSE
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Handler, Settlement
from hosts.jobs.lease import MAX_LOST_WORKERS
from hosts.jobs.outcome import Outcome
from hosts.jobs.port_clash import is_port_clash, port_clash
from hosts.jobs.rights import may
from hosts.jobs.save import ClaimLost, Save, save
from hosts.models import Job
from hosts.podman import Podman
from hosts.podman.errors import (
    DeadlineExceeded,
    Interrupted,
    NoSocket,
    PodmanError,
    Unavailable,
)
from hosts.refusals import Refusal

log = logging.getLogger(__name__)

# how long a try that lost its host waits for it, to find out its effect
SETTLE_FOR_S = 90.0
# how long an unsent request waits for a link that is restarting
LINK_BACK_S = 30.0
# the most tries within one claim, if none had an effect
TRIES = 3
# characters of Podman's message in a headline; the whole message stands below
HEADLINE = 300


async def carry(  # noqa: C901 - one clause for each way to end
    job: Job, handler: Handler | None, podman: Podman | None
) -> Outcome:
    """Carry `job` out. Always returns an outcome, unless the worker's own end cancels it."""
    began = time.monotonic()
    errand: Errand | None = None
    state: str = Job.State.FAILED
    result: dict[str, Any] = {}
    error = cause = ""
    try:
        refused = await sync_to_async(_refused, thread_sensitive=False)(job, handler)
        if refused and await _sent_before(job, handler, podman):
            state, result = Job.State.OK, {"settled": True}
        elif refused:
            state, error = refused
            await _mend(job, handler, podman)
        elif handler is not None and podman is not None:
            errand = errand_for(job, podman)
            result = await _act(errand, handler)
            state = Job.State.OK
    except GuardrailRefused as refusal:
        state, error = Job.State.DENIED, str(refusal)
    except Refusal as refusal:
        error = str(refusal)
    except NotAllowed as denied:
        state, error = Job.State.DENIED, denied.message
    except ActionFailed as trouble:
        error, cause, result = trouble.message, trouble.cause, trouble.left
        # the reason comes first: it is the headline wherever the failure is shown
        why = await _clash(job, cause) or (_sentence(cause) if result else "")
        error = f"{why} {error}".strip()
    except OutcomeUnknown as undecided:
        state, error, cause = Job.State.UNKNOWN, str(undecided), undecided.cause
    except NoSocket as away:
        error = _("Haulout's link process has not answered for %d s; nothing more was sent.")
        error, cause = error % LINK_BACK_S, away.message
    except PodmanError as failure:
        error, cause = failure.message, failure.cause
        if clash := await _clash(job, error):
            error, cause = clash, failure.message
    except ClaimLost:
        raise
    except Exception as bug:
        # a job always ends: its trace goes to the log, one line to the person
        log.exception("job %s: %s failed", job.pk, job.verb)
        error = _("Internal error in Haulout; its log has the details.")
        cause = type(bug).__name__
    return Outcome(
        job_id=job.pk,
        claim=job.claim,
        state=state,
        result=result,
        error=error,
        cause=cause,
        progress=errand.progress if errand else {},
        output=errand.text() if errand else "",
        duration_ms=round((time.monotonic() - began) * 1000),
    )


async def _clash(job: Job, refusal: str) -> str:
    if not is_port_clash(refusal):
        return ""

    def asked() -> str:
        close_old_connections()
        return port_clash(job, refusal)

    return await sync_to_async(asked, thread_sensitive=False)()


def _sentence(cause: str) -> str:
    """The first line of Podman's message, short enough for a headline."""
    line = next(iter(cause.strip().splitlines()), "").strip()
    line = line if len(line) <= HEADLINE else f"{line[: HEADLINE - 1]}…"
    return line if not line or line.endswith((".", "…", ":")) else f"{line}."


class OutcomeUnknown(Exception):
    """A try was sent, and nobody can tell what became of it."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


def _refused(job: Job, handler: Handler | None) -> tuple[str, str] | None:
    """Why the job must not be done now: (state, words), or None."""
    if handler is None:
        return Job.State.FAILED, _("This version of Haulout does not know “%s”.") % job.verb
    if job.lost_workers >= MAX_LOST_WORKERS:
        return Job.State.FAILED, _("Given up: three workers were lost during this job.")
    if job.endpoint is None:
        return Job.State.FAILED, _("The host was removed from Haulout before this began.")
    if not (job.endpoint.enabled and job.endpoint.host.enabled):
        return Job.State.FAILED, _("The host was disabled before this began.")
    if not may(job, job.verb):
        return Job.State.DENIED, _("%s no longer has the right to do this.") % job.asked_by_name
    return _in_the_way(job)


def _in_the_way(job: Job) -> tuple[str, str] | None:
    """Locks and freezes since the click. A try that a lost worker began is settled first.

    HeldForApproval where a second person has to say yes now.
    """
    if job.endpoint is None or job.step == "act":
        return None
    verdict = Blockers().add(
        Verdict(),
        job.endpoint,
        job.verb,
        kind=job.object_kind,
        object_id=job.object_id,
        name=job.object_name,
        params=job.params,
    )
    if verdict.blocking and approvals.is_overridden(
        job.pk, tuple(filter(is_freeze, verdict.findings))
    ):
        verdict = Verdict(tuple(one for one in verdict.findings if not is_freeze(one)))
    if verdict.worst is Severity.REFUSE:
        return Job.State.DENIED, verdict.sentence()
    if verdict.blocking and not approvals.is_approved(job.pk, verdict, None):
        approvals.hold(job, verdict, None)
    return None


async def _sent_before(job: Job, handler: Handler | None, podman: Podman | None) -> bool:
    """True when an earlier try was sent while it was allowed, and the host did it.

    Then that is the job's end, though its right is gone since. OutcomeUnknown.
    """
    if job.step != "act" or handler is None or podman is None:
        return False
    words = _("It was sent before; its effect on the host is unknown.")
    return await _decide(errand_for(job, podman), handler, words) is Settlement.DONE


async def _mend(job: Job, handler: Handler | None, podman: Podman | None) -> None:
    """Let the action put in order what it left half-way and may no longer finish."""
    if (
        job.step == "act"
        and handler is not None
        and handler.mend is not None
        and podman is not None
    ):
        try:
            await handler.mend(errand_for(job, podman))
        except PodmanError as away:
            log.warning("job %s is left half-way: %s", job.pk, away)


def errand_for(job: Job, podman: Podman, *, keep: Save = save) -> Errand:
    """The errand of one try at `job`; `keep` writes to its row."""

    async def open_secrets() -> bytes | None:
        if job.sealed_params is None:
            return None
        return await sync_to_async(vault.open_sealed, thread_sensitive=False)(
            bytes(job.sealed_params), PURPOSE
        )

    assert job.endpoint is not None
    return Errand(
        job_id=job.pk,
        verb=job.verb,
        endpoint=job.endpoint,
        kind=job.object_kind,
        object_id=job.object_id,
        name=job.object_name,
        params=job.params,
        before=job.before,
        broken=job.step == "act",
        podman=podman,
        _save=keep,
        _job=job,
        _open_secrets=open_secrets,
    )


async def _act(errand: Errand, handler: Handler) -> dict[str, Any]:
    """Do it, at most TRIES times. A try that broke after sending is settled first."""
    if errand.broken:
        words = _("The worker was lost after sending; the effect on the host is unknown.")
        if await _decide(errand, handler, words) is Settlement.DONE:
            return {"settled": True}
    for left in reversed(range(TRIES)):
        try:
            result = await handler.do(errand)
            errand.guard.check_end()
            await crash.point(crash.AFTER_REPLY, errand.job_id)
            return result
        except PodmanError as lost:
            if not errand.sent and isinstance(lost, Interrupted) and left:
                # a read broke off: nothing was sent that changes the host
                continue
            if not (errand.sent and lost.maybe_done):
                raise
            words = _("The connection to the host was lost after sending; the effect is unknown.")
            if await _decide(errand, handler, words, cause=lost.message) is Settlement.DONE:
                return {"settled": True}
            if not left:
                raise
        except asyncio.CancelledError:
            # somebody cancelled. The true end counts, so look once before saying "cancelled"
            if errand.sent and await _settle(errand, handler, for_s=5.0) is Settlement.DONE:
                return {"settled": True, "cancel": "too late"}
            raise
    raise AssertionError("unreachable")


async def _decide(errand: Errand, handler: Handler, words: str, *, cause: str = "") -> Settlement:
    """DONE or AGAIN; OutcomeUnknown with `words` when nobody can tell."""
    settled = await _settle(errand, handler)
    if settled is Settlement.UNKNOWN:
        raise OutcomeUnknown(words, cause)
    return settled


async def _settle(errand: Errand, handler: Handler, *, for_s: float | None = None) -> Settlement:
    """Ask the handler until the host answers; UNKNOWN when it does not in time."""
    deadline = time.monotonic() + (SETTLE_FOR_S if for_s is None else for_s)
    delay_s = 0.5
    while True:
        try:
            return await handler.settle(errand)
        except (Unavailable, DeadlineExceeded) as away:
            if time.monotonic() + delay_s > deadline:
                log.info("job %s cannot be settled: %s", errand.job_id, away)
                return Settlement.UNKNOWN
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 5.0)
