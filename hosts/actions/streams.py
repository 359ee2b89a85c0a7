"""Streamed actions carry bytes to or from a person: with intent and outcome, without a job.

They run in the web process. If it dies, the chore `settle_lost` writes the outcome `unknown`, and nobody
sends it again. What it left on its host is removed (files.sweep) or looked for (builds.lost_uploads) later.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, NoReturn

from django.db import DatabaseError, transaction
from django.utils import timezone

from audit import write
from audit.shapes import AlreadySettled, Result, Target
from hosts import bells
from hosts.access import ContainerLike, Person, grounds
from hosts.cards import Lock, lock_of, road_of
from hosts.clocks import clock
from hosts.database_threads import in_thread
from hosts.guardrails import (
    GuardrailRefused,
    Proposal,
    Severity,
    Verdict,
    check,
    hits,
    locks,
    refuse,
)
from hosts.guardrails.blockers import Blockers
from hosts.jobs import approvals, held_requests
from hosts.jobs.errand import ActionFailed
from hosts.jobs.held_requests import ClientRequest
from hosts.jobs.locked_names import locked_name
from hosts.jobs.order import Order
from hosts.jobs.order_check import warnings_of
from hosts.models import Container, Endpoint, Job, OpenTransfer
from hosts.podman import Podman, PodmanError

log = logging.getLogger(__name__)
SEEN_EVERY_S: Final = clock(10.0, least=2.0)
LOST_AFTER: Final = timedelta(seconds=clock(60.0, least=12.0))


@dataclass
class StreamedAction:
    """Who does what, and what the code in the block reports. `committing`: from now on a broken connection
    means unknown. Before, it means that nothing was changed.
    """

    person: Person
    verb: str
    target: Target
    # those of the intent; locks read from them what goes along
    params: Mapping[str, Any] = field(default_factory=dict)
    # the container it is about, where the inventory may not have it yet
    container: ContainerLike | None = None
    # a client's, which can send it again after an approval, and the job that it then carries out
    request: ClientRequest | None = None
    job: Job | None = None
    # {"kind", "id"} of what came to be
    made: dict[str, str] = field(default_factory=dict)
    detail: str = ""
    committing: bool = False
    # the intent's number. `left`: a part noted with `note_part` could not be removed
    number: int = 0
    left: bool = False
    # rules that warned, each counted once
    _warned: set[int] = field(default_factory=set)
    # names of rules that warned about the content
    _inside: list[str] = field(default_factory=list)

    async def permit(self, proposal: Proposal, podman: Podman) -> None:
        """Ask the guardrails about what was not known before, and the host about locked image names.
        ActionFailed, with a refusal in the log.
        """
        beside = await in_thread(_permit, self, proposal)
        self._inside += [one for one in beside.get("warned", []) if one not in self._inside]
        endpoint = await in_thread(_endpoint, self.target)
        lock = await locked_name(podman, endpoint, proposal.given_names)
        if lock is not None:
            await in_thread(_stop, self, await in_thread(locks.lock_words_for, lock, self.person))

    def may_wait(self, verdict: Verdict) -> bool:
        """True where an approval lets it through, and there may be one."""
        new = self.request is not None and not self.number
        return verdict.worst is Severity.ASK and (new or self.job is not None)

    def order(self, endpoint: Endpoint, proposal: Proposal | None) -> Order:
        """What is asked for, as it can wait for an approval."""
        target = self.target
        # what is not there yet has the endpoint's own
        object_id = "" if str(target.id) == str(endpoint.pk) else str(target.id)
        return Order(
            endpoint,
            target.kind,
            object_id,
            target.name,
            params=dict(self.params),
            proposal=proposal,
            container=self.container,
        )

    def outcome_detail(self) -> str:
        """The outcome's detail."""
        words = [self.detail]
        if self._inside:
            words.append(f"warned: {', '.join(self._inside)}")
        return " · ".join(filter(None, words))[:1000]

    def new_warnings(self, verdict: Verdict) -> Verdict:
        """Warnings of rules that have not warned yet."""
        found = tuple(one for one in verdict.warnings if one.rule_id not in self._warned)
        self._warned |= {one.rule_id for one in found}
        return Verdict(found, verdict.rules)


@asynccontextmanager
async def streamed_action(
    person: Person,
    verb: str,
    target: Target,
    params: Mapping[str, Any],
    *,
    proposal: Proposal | None = None,
    container: ContainerLike | None = None,
    request: ClientRequest | None = None,
) -> AsyncIterator[StreamedAction]:
    """The block carries out an authorised action. An error or cancellation in it is the outcome. If the
    intent cannot be written, or a guardrail stops the proposal (ActionFailed), the block is not entered.
    With a `request` such a stop may wait for an approval.
    """
    action = StreamedAction(person, verb, target, params, container, request)
    beside = await in_thread(_permit, action, proposal)
    number = await in_thread(_begin, action, {**params, **beside})
    action.number = number
    seen = asyncio.create_task(_keep_seen(number), name=f"transfer {number}")
    began = time.monotonic()
    result = Result.FAILED
    try:
        yield action
        result = Result.OK
    except (asyncio.CancelledError, GeneratorExit, ConnectionResetError):
        # GeneratorExit: the reader of the block's output stopped. ConnectionResetError: it hung up; what
        # happens to the host's connection is a PodmanError, or Refused by the gate
        result = Result.UNKNOWN if action.committing else Result.CANCELLED
        raise
    except PodmanError as failed:
        result = Result.UNKNOWN if action.committing and failed.maybe_done else Result.FAILED
        action.detail = action.detail or failed.message
        raise
    except ActionFailed as trouble:
        action.detail = action.detail or " ".join(filter(None, (trouble.message, trouble.cause)))
        raise
    except Exception:
        # a bug ends in an outcome too; the request's handler logs its trace
        result = Result.UNKNOWN if action.committing else Result.FAILED
        raise
    finally:
        seen.cancel()
        duration_ms = round((time.monotonic() - began) * 1000)
        ending = asyncio.create_task(in_thread(_end, action, result, duration_ms))
        # a second cancellation must not stop the outcome
        await asyncio.shield(ending)


async def note_part(action: StreamedAction, container: str, path: str) -> None:
    """From now on `path` in that container is a part of a file. It is removed if the action is lost."""
    await in_thread(_note, action.number, {"container": container, "part": path})


async def note_build(action: StreamedAction, name: str, before: dict[str, str]) -> None:
    """From now on an image is built there as `name`. It is looked for if the action is lost. `before`: the
    result of builds.look_back.state_before.
    """
    await in_thread(_note, action.number, {"image": name, "before": before})


def _note(number: int, what: dict[str, Any]) -> None:
    OpenTransfer.objects.filter(intent=number).update(**what)


def _permit(action: StreamedAction, proposal: Proposal | None) -> dict[str, list[str]]:
    """What the intent adds to its parameters: the rules that warned."""
    standing = _standing(action, proposal)
    if standing.blocking and not action.may_wait(standing):
        _stop(action, standing.sentence())
    verdict = Verdict()
    if road_of(action.verb).when is not None:
        if proposal is None:
            raise RuntimeError(f"{action.verb} runs without what it would make (its card's road)")
        endpoint = _endpoint(action.target)
        verdict = check(endpoint, proposal)
        if verdict.blocking and not action.may_wait(verdict):
            refuse(action.person, endpoint, proposal, verdict, target=action.target)
            raise ActionFailed(str(GuardrailRefused(verdict)))
    if standing.blocking or verdict.blocking:
        whole = Verdict((*standing.findings, *verdict.findings), verdict.rules)
        _heed_approval(action, proposal, whole)
    fresh = action.new_warnings(verdict)
    hits.record_hits(fresh.findings)
    return warnings_of(fresh)


def _heed_approval(action: StreamedAction, proposal: Proposal | None, verdict: Verdict) -> None:
    """Pass where all that `verdict` asks for was approved. ActionFailed names the page where it waits."""
    if action.job is not None:
        if not approvals.is_approved(action.job.pk, verdict, None):
            raise ActionFailed(verdict.sentence())
        return
    order = action.order(_endpoint(action.target), proposal)
    if action.request is None or held_requests.may_start(
        action.person, action.verb, order, verdict
    ):
        return
    action.job = held_requests.take_or_ask(
        action.person, action.verb, order, verdict, action.request
    )


def _endpoint(target: Target) -> Endpoint:
    return Endpoint.objects.select_related("host", "login").get(pk=target.endpoint_id or 0)


def _standing(action: StreamedAction, proposal: Proposal | None) -> Verdict:
    """What locks and freeze windows say."""
    target = action.target
    if lock_of(action.verb) in (None, Lock.PASSES) or target.endpoint_id is None:
        return Verdict()
    return Blockers().add(
        Verdict(),
        _endpoint(target),
        action.verb,
        kind=target.kind,
        object_id=str(target.id),
        name=target.name,
        params=action.params,
        person=action.person,
        named=proposal.given_names if proposal else (),
    )


def _stop(action: StreamedAction, reason: str) -> NoReturn:
    write.refusal(action.person.who, action.verb, action.target, reason=reason[:300])
    raise ActionFailed(reason)


def _begin(action: StreamedAction, params: dict[str, Any]) -> int:
    target = action.target
    if action.job is not None:
        # written when it was asked for
        return action.job.intent
    with transaction.atomic():
        grant = _grounds(action)
        number = write.intent(action.person.who, action.verb, target, params=params, grant=grant)
        OpenTransfer.objects.create(
            intent=number, seen_at=timezone.now(), endpoint_id=target.endpoint_id
        )
        bells.ring("audit")
    return number


def _grounds(action: StreamedAction) -> str:
    target, container = action.target, action.container
    endpoint = Endpoint.objects.filter(pk=target.endpoint_id or 0).first()
    if container is None and target.kind == "container" and endpoint:
        container = Container.objects.filter(endpoint=endpoint, podman_id=str(target.id)).first()
    return grounds(action.person, action.verb, endpoint, container).words


def _end(action: StreamedAction, result: Result, duration_ms: int) -> None:
    number = action.number
    try:
        with transaction.atomic():
            # a build with an unknown end is looked for too
            _close(number, stays=action.left or result is Result.UNKNOWN)
            write.outcome(number, result, detail=action.outcome_detail(), duration_ms=duration_ms)
            bells.ring("audit")
            if action.job is not None:
                held_requests.finish(action.job, result, action.outcome_detail(), action.made)
    except AlreadySettled:
        log.warning("transfer %s was given up while it still ran", number)
    except DatabaseError:
        # the row stays, and the chore writes the outcome later
        log.exception("the outcome of transfer %s (%s) cannot be written", number, result)


def _close(number: int, *, stays: bool) -> bool:
    """End the transfer. If it `stays`, its row does, for a part to remove or a build to find. False: it had
    ended before.
    """
    open_one = OpenTransfer.objects.filter(intent=number, lost_at=None)
    if stays and open_one.exclude(part="", image="").update(lost_at=timezone.now()):
        return True
    return bool(open_one.delete()[0])


async def _keep_seen(number: int) -> None:
    while True:
        await asyncio.sleep(SEEN_EVERY_S)
        try:
            await in_thread(_see, number)
        except DatabaseError as error:
            log.warning("transfer %s: %s", number, error)


def _see(number: int) -> None:
    OpenTransfer.objects.filter(intent=number).update(seen_at=timezone.now())


def settle_lost() -> int:
    """A chore: write the outcome of transfers whose process is gone. Returns how many."""
    lost = list(
        OpenTransfer.objects.filter(
            seen_at__lt=timezone.now() - LOST_AFTER, lost_at=None
        ).values_list("intent", flat=True)
    )
    words = "The process that ran it was lost; how far it came is unknown."
    for number in lost:
        try:
            with transaction.atomic():
                # checked again under the lock of the log's head, since the outcome may just have come
                if _close(number, stays=True):
                    write.outcome(number, Result.UNKNOWN, detail=words)
                    bells.ring("audit")
                    held_requests.finish_lost(number, words)
        except AlreadySettled:
            _close(number, stays=True)
    return len(lost)
