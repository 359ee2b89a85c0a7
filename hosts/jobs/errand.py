"""What an action gets for its work: the order, a Podman client, and ways to report."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.cards import road_of
from hosts.database_threads import in_thread
from hosts.guardrails import (
    Finding,
    GuardrailRefused,
    Proposal,
    Severity,
    Verdict,
    check,
    hits,
    locks,
)
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import privileged_field
from hosts.jobs import alarm, approvals, crash
from hosts.jobs.locked_names import locked_name
from hosts.jobs.request_guard import RequestGuard
from hosts.jobs.rights import may
from hosts.models import Endpoint, Job
from hosts.podman import Podman

PROGRESS_EVERY_S = 0.5
# characters of a job's output; a build can print a gigabyte
MAX_OUTPUT = 200_000


class ActionFailed(Exception):
    """An action's own failure: `message` in our words with a cure, `cause` in Podman's.

    `left`: what it made and leaves behind, {"kind", "id"} as in a result.
    """

    def __init__(
        self, message: str, cause: str = "", *, left: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.left = left or {}


class NotAllowed(ActionFailed):
    """Whoever asked has no right to this, as it turned out."""


@dataclass
class Errand:
    """One try at one job. It touches the database through the given functions alone."""

    job_id: int
    verb: str
    endpoint: Endpoint
    kind: str
    object_id: str
    name: str
    params: dict[str, Any]
    before: dict[str, Any]
    # True when an earlier try has sent something
    broken: bool
    podman: Podman
    _save: Callable[[Job, dict[str, Any]], Awaitable[None]]
    _job: Job
    _open_secrets: Callable[[], Awaitable[bytes | None]]
    progress: dict[str, Any] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)
    # True once this try has sent something that changes the host
    sent: bool = False
    # True once the guardrails let this try's request through
    permitted: bool = False
    # rules that this try broke and that were counted
    _met: set[int] = field(default_factory=set)
    # findings about the request that were let through, by a warning or an approval
    _let_through: set[tuple[int, str]] = field(default_factory=set)
    _saved_at: float = 0.0
    _said: int = 0

    def __post_init__(self) -> None:
        self.guard = RequestGuard(self.verb, self.object_id)
        if isinstance(self.podman, Podman):
            self.podman = self.podman.checked_by(self.guard.check_request)

    async def permit(self, proposal: Proposal, *, known_at_click: bool = True) -> None:
        """Ask the guardrails about what is really going to be sent.

        Rules may have changed since the click, and some specs are known here alone. GuardrailRefused.
        HeldForApproval: a second person has to say yes first. NotAllowed: it would be privileged, and
        whoever asked has no right to that. `known_at_click` False: nobody was asked about this before.
        """
        await self.check_names(proposal.given_names)
        verdict = await in_thread(check, self.endpoint, proposal)
        if verdict.worst is Severity.REFUSE:
            await self._count(verdict.findings)
            raise GuardrailRefused(verdict)
        if privileged_field(proposal) and not await self.allowed(PRIVILEGED):
            raise NotAllowed(
                _("%s may not create privileged containers there.") % self._job.asked_by_name
            )
        # findings at the click were counted there; approved ones when they were asked
        found_here = () if known_at_click and road_of(self.verb).at_click else verdict.warnings
        if verdict.blocking:
            if not await in_thread(approvals.is_approved, self.job_id, verdict, proposal):
                await self._count((*verdict.blocking, *found_here))
                await in_thread(approvals.hold, self._job, verdict, proposal)
        else:
            await self._count(found_here)
        for one in verdict.warnings:
            self._warn(one)
        self._let_through |= {(one.rule_id, one.words) for one in verdict.findings}
        self.permitted = True

    async def check_names(self, names: Iterable[str]) -> None:
        """NotAllowed where a locked image has one of these names, which another image is about to get."""
        given = [name for name in names if "@" not in name]
        lock = await locked_name(self.podman, self.endpoint, given)
        if lock is not None:
            seen = await self.allowed("image.view")
            raise NotAllowed(locks.lock_words(lock) if seen else locks.hidden_lock_words())
        self.guard.allow_names(given)

    async def confirm(
        self,
        found: Proposal,
        *,
        ids: Iterable[str],
        undo: Callable[[], Awaitable[str]],
        before: Proposal | None = None,
    ) -> None:
        """Ask the guardrails about what came to be, as Podman tells it, before any of it starts.

        What they refuse is undone; `undo` says in a sentence what became of it. Then NotAllowed, with
        an alarm in the log. HeldForApproval: only a second person's yes is missing; it is made anew.
        `ids`: containers and pods that may start from here on. `before`: the object that is changed;
        a rule that it broke already does not count.
        """
        field = privileged_field(found)
        if before is not None:
            was = await in_thread(check, self.endpoint, before)
            self._let_through |= {(one.rule_id, one.words) for one in was.findings}
            field = "" if privileged_field(before) else field
        verdict = alarm.new_findings(
            await in_thread(check, self.endpoint, found), self._let_through
        )
        lacking = field if field and not await self.allowed(PRIVILEGED) else ""
        if lacking or verdict.worst is Severity.REFUSE:
            await self._count(verdict.findings)
            await self._refuse_made(verdict, lacking, fate=await undo())
        if verdict.blocking and not await in_thread(
            approvals.is_approved, self.job_id, verdict, found
        ):
            await undo()
            await self._count(verdict.findings)
            await in_thread(approvals.hold, self._job, verdict, found)
        await self._count(verdict.warnings)
        for one in verdict.warnings:
            self._warn(one)
        self.guard.confirm(ids)

    async def _refuse_made(self, verdict: Verdict, lacking: str, *, fate: str) -> None:
        words = alarm.sentence(verdict, lacking, self._job.asked_by_name)
        await in_thread(alarm.write_alarm, self._job, verdict, lacking, words)
        raise NotAllowed(f"{words} {fate}".strip())

    def _warn(self, one: Finding) -> None:
        values = {"rule": one.rule, "field": one.field, "words": one.words}
        self.say(_("The guardrail “%(rule)s” warns (%(field)s): %(words)s") % values)

    async def _count(self, findings: tuple[Finding, ...]) -> None:
        fresh = [one for one in findings if one.rule_id not in self._met]
        if fresh:
            self._met |= {one.rule_id for one in fresh}
            await in_thread(hits.record_hits, fresh)

    @property
    def narrowed(self) -> bool:
        """True when a grant for some containers alone allowed it."""
        return self._job.grant_id is not None

    async def allowed(self, verb: str) -> bool:
        """Whether whoever asked may do this there too, with the rights of now."""
        return bool(await in_thread(may, self._job, verb))

    async def about_to_send(self, before: dict[str, Any] | None = None) -> None:
        """Write down that the next request changes the host, and how the object is before it."""
        if road_of(self.verb).at_work and not (self.permitted or self.broken):
            # an action of ours that forgot to ask must not get through
            raise RuntimeError(f"{self.verb} was about to send without asking the guardrails")
        if before is not None:
            self.before = before
        await self._save(self._job, {"step": "act", "before": self.before})
        self.sent = True
        await crash.point(crash.BEFORE_SEND, self.job_id)
        await crash.point(crash.AFTER_SEND, self.job_id)

    async def remember(self, before: dict[str, Any]) -> None:
        """Write down how the object is, for a later try; nothing is sent."""
        self.before = before
        await self._save(self._job, {"before": before})

    async def report(self, progress: dict[str, Any]) -> None:
        """Show progress; it is written at most twice a second."""
        self.progress = progress
        now = time.monotonic()
        if now - self._saved_at >= PROGRESS_EVERY_S:
            self._saved_at = now
            await self._save(self._job, {"progress": progress, "output": self.text()})

    def say(self, line: str) -> None:
        """Add a line to the job's output. The end of a long output is kept."""
        self.output.append(line[-MAX_OUTPUT:])
        self._said += len(self.output[-1]) + 1
        if self._said > 2 * MAX_OUTPUT:
            self.output[:] = self.text().split("\n")
            self._said = sum(len(one) + 1 for one in self.output)

    def text(self) -> str:
        """The output so far, or the end of it."""
        return "\n".join(self.output)[-MAX_OUTPUT:]

    async def secrets(self) -> bytes | None:
        """The sealed parameters, opened."""
        return await self._open_secrets()
