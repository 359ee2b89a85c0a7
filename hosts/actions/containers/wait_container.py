"""container.wait: wait until the container ends, runs, is healthy, …, and get its exit code. Changes
nothing.

A lost worker, link or host does no harm: the next try looks at the state and waits on.
"""

import asyncio
import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state, is_new_process
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import READS, Lock, Right
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.queues import WAITS
from hosts.models import Endpoint, Job
from hosts.models.hosts import Transport
from hosts.podman import containers, system
from hosts.podman.errors import BadRequest, DeadlineExceeded, NotFound, Unavailable
from hosts.refusals import FieldRefusal

VERB = "container.wait"
# Podman's conditions that take time. 5.4 answers "stopping" and "configured" at once in any state.
# "created" and "initialized" follow from the person's own request.
CONDITIONS = (
    ("exited", gettext_lazy("it exits")),
    ("stopped", gettext_lazy("it is stopped, but not cleaned up yet")),
    ("running", gettext_lazy("it is running")),
    ("healthy", gettext_lazy("it is healthy")),
    ("unhealthy", gettext_lazy("it is unhealthy")),
    ("paused", gettext_lazy("it is paused")),
    ("removing", gettext_lazy("it is removed")),
)
_ENDS = ("exited", "stopped")
_HEALTH = ("healthy", "unhealthy")
# Waits on one endpoint at the same time. Each holds a connection. Over sessions of sshd (MaxSessions, ten
# at most) the changes need some too.
MOST = 50
MOST_OF_SESSIONS = 2
# the length of one call. Then it looks and calls again, in case the connection died silently.
LISTEN_S = 600.0
# how long a host may be away, and how often it is tried
AWAY_S = 3600.0
TRY_EVERY_S = (1.0, 30.0)


def ask(person: Person, ref: ObjectRef, *, condition: str = "exited") -> Job:
    """Request a wait. FieldRefusal (unknown condition, too many waits), NotVisible, Denied."""
    row = get_object(person, "container", *ref, verb=VERB)
    if condition not in dict(CONDITIONS):
        raise FieldRefusal("condition", _("“%s” is not a state to wait for.") % condition[:40])
    _judge_room(row.endpoint)
    order = order_for(row, "container", {"condition": condition})
    return ask_job(person, VERB, order, queue=WAITS)


def _judge_room(endpoint: Endpoint) -> None:
    most = MOST_OF_SESSIONS if endpoint.login.transport == Transport.STDIO else MOST
    if Job.objects.filter(endpoint=endpoint, verb=VERB, state__in=Job.OPEN).count() >= most:
        raise FieldRefusal(
            "condition",
            _("%d jobs are already waiting on this host, and each holds a connection.") % most,
            cure=_("Cancel one of them."),
        )


async def do(errand: Errand) -> dict[str, Any]:
    """Wait. The result is {"condition", "exit_code"}, without a code where there is none."""
    away_since: float | None = None
    delay_s = TRY_EVERY_S[0]
    while True:
        try:
            if (result := await _listen(errand)) is not None:
                return result
            away_since, delay_s = None, TRY_EVERY_S[0]
            await asyncio.sleep(delay_s)
        except (Unavailable, DeadlineExceeded) as away:
            now = time.monotonic()
            away_since = away_since or now
            if now - away_since > AWAY_S:
                raise ActionFailed(
                    _("Given up: the host has not answered for an hour."), away.message
                ) from away
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, TRY_EVERY_S[1])


async def _listen(errand: Errand) -> dict[str, Any] | None:
    """One look and one call. None: not yet. ActionFailed when it can no longer happen."""
    condition = str(errand.params["condition"])
    try:
        state = await inspect_state(errand)
        if not errand.before:
            await errand.remember(state)
            _judge(condition, state)
        if condition in _ENDS and state["running"] and is_new_process(errand.before, state):
            errand.say(_("It exited while Haulout was not connected, and was started again since."))
            return {"condition": condition}
        code = await _call(errand, condition)
        if code is not None and condition not in (*_ENDS, "removing"):
            # Podman also stops waiting when the container ends or is removed
            state = await inspect_state(errand)
            if condition in _HEALTH:
                return _well(errand, condition, state)
    except NotFound as gone:
        if condition == "removing":
            _tell(errand, condition)
            return {"condition": condition}
        raise ActionFailed(_("It was removed before that."), gone.message) from gone
    if code is None:
        return None
    if condition in _ENDS:
        errand.say(_("It exited with code %d.") % code)
        return {"condition": condition, "exit_code": code}
    _tell(errand, condition)
    return {"condition": condition}


def _tell(errand: Errand, condition: str) -> None:
    errand.say(_("Waited until %s.") % dict(CONDITIONS)[condition])


def _judge(condition: str, state: dict[str, Any]) -> None:
    """Raise ActionFailed for conditions that Podman would answer at once and wrongly."""
    if condition in _ENDS and state["status"] in ("created", "configured", "initialized"):
        raise ActionFailed(_("It was never started, so there is no exit to wait for."))
    if condition in _HEALTH and not state["health"]:
        raise ActionFailed(_("It has no health check: there is nothing to wait for."))
    if condition in _HEALTH and not (state["running"] or state["paused"]):
        raise ActionFailed(_("It is not running, so its health cannot change."))


async def _call(errand: Errand, condition: str) -> int | None:
    """Podman's own wait. None when the time of one call is over."""
    wanted = ("stopped", "exited") if condition == "exited" else (condition,)
    try:
        return await containers.wait(
            errand.podman, errand.object_id, conditions=wanted, timeout_s=LISTEN_S
        )
    except DeadlineExceeded:
        return None
    except BadRequest as refused:
        raise ActionFailed(_("This Podman cannot wait for that."), refused.message) from refused


def _well(errand: Errand, condition: str, state: dict[str, Any]) -> dict[str, Any] | None:
    if state["running"] or state["paused"]:
        if state["health"] != condition:
            return None
        _tell(errand, condition)
        return {"condition": condition}
    raise ActionFailed(_("It exited with code %d before that.") % state["exit_code"])


async def settle(errand: Errand) -> Settlement:
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue=WAITS,
    waits=True,
    right=Right(
        gettext_lazy("Wait"),
        gettext_lazy("Wait for its exit, its health or a state; changes nothing"),
    ),
    road=READS,
    lock=Lock.PASSES,
    words=(gettext_lazy("Wait for"), gettext_lazy("waited for")),
    params=("condition", "exit_code"),
    again=on_object(ask),
)
