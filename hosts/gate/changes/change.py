"""Requests that do something: intent before effect, one outcome that holds the host's status."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from hosts.access import ContainerLike, Person, allows, target_of
from hosts.access.fetch import HostObject, get_endpoint, get_host_object
from hosts.actions.locked_dependents import OneRemoval, refuse_locked_dependents
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.database_threads import in_thread
from hosts.gate.calls import upgrades
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.lasting import Still, lasting
from hosts.gate.calls.names import NOBODY, ResolvedObject
from hosts.gate.calls.relay import cut_whole, fields_of, pass_on
from hosts.gate.calls.visibility import Visibility
from hosts.gate.changes.approval import client_request, words_of
from hosts.gate.changes.turns import turn
from hosts.gate.plans.by_route import plan_of
from hosts.gate.plans.images import called
from hosts.gate.plans.plan import Look, Plan
from hosts.gate.plans.uploads import upload
from hosts.gate.routes.replies import Refused, whole
from hosts.gate.routes.table import Answer, Takes
from hosts.gate.routes.values import checked
from hosts.jobs.errand import ActionFailed
from hosts.jobs.held_requests import WaitsForApproval
from hosts.link.framing import AnswerHead
from hosts.podman import PodmanError
from hosts.podman.errors import words
from hosts.refusals import Refusal

# those whose answer comes bit by bit
_STREAMS: Final = frozenset(
    {
        "artifact.extract",
        "container.export",
        "container.wait",
        "image.build",
        "image.pull",
        "image.push",
        "image.save",
    }
)
# those that may take any time, and are answered at the end
_PATIENT: Final = frozenset(
    {
        "artifact.add",
        "artifact.pull",
        "artifact.push",
        "container.commit",
        "container.files_edit",
        "image.import",
        "image.list_create",
        "image.list_edit",
        "image.load",
    }
)
# as long as Podman may take for the others: a container's own patience, and some
LIMIT_S: Final = 330.0
# those that change nothing, however they end
_HARMLESS: Final = frozenset(
    {"artifact.extract", "container.wait", "container.export", "image.save", "image.search"}
)
# the field with which a client says who it is in registries, of those that go to one
_ACCOUNTS: Final = {
    "artifact.pull": "X-Registry-Auth",
    "artifact.push": "X-Registry-Auth",
    "image.build": "X-Registry-Config",
    "image.list_create": "X-Registry-Auth",
    "image.list_edit": "X-Registry-Auth",
    "image.pull": "X-Registry-Auth",
    "image.push": "X-Registry-Auth",
    "image.search": "X-Registry-Auth",
}
# of the end of a stream, where the last line says how it ended
_LAST_BYTES: Final = 4096
_FULL_ID: Final = re.compile(r"[0-9a-f]{64}")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_=-]{1,16384}")


@dataclass
class HostAnswer:
    """What the host said, when it was read whole."""

    head: AnswerHead
    content: bytes


async def change(call: Call) -> bool:
    """Answer a request that does something. Refused. False: the connection was used up."""
    answered = await carry_out(call)
    if answered is not None:
        head, content = answered.head, answered.content
        if call.request.route.cut and head.status < 300:
            content = await cut_whole(call, content, Visibility(call.person, call.endpoint))
        await call.client.send(
            whole(head.status, content, fields_of(head), method=call.head.method)
        )
    return answered is not None or call.request.route.answer is not Answer.UPGRADE


async def carry_out(call: Call) -> HostAnswer | None:
    """Do it; what the host answered, or None where the client has heard it. Refused."""
    request = call.request
    query = checked(request)
    found = await _found(call)
    try:
        plan = await plan_of(call, found)
        if found is not None and plan.also:
            await call.find(request.route.kind, request.name, *plan.also)
    except Refusal as refusal:
        raise Refused(400, str(refusal)) from refusal
    request, found = call.request, plan.about or found
    if found is None:
        await call.permit(request.route.verb, plan.container)
    known_as = plan.known_as or (found.known_as if found else "")
    target = request.rebuilt(known_as, query | plan.query)
    said: list[HostAnswer] = []
    try:
        async with turn(call), _entered(call, found, plan, target) as action:
            await _heed_host(call, action, found, plan)
            told = found.object if found else None
            try:
                await _do(call, action, target, told, said, plan)
            except Refused as failed:
                action.detail = f"{failed.status} {failed.message}"
                raise
    except StreamFailed:
        return None
    except WaitsForApproval as waits:
        raise Refused(403, await words_of(waits)) from waits
    except ActionFailed as trouble:
        if not said:
            # a lock, a freeze or a rule
            raise Refused(
                403, " ".join(filter(None, (trouble.message, trouble.cause)))
            ) from trouble
    except PodmanError as failed:
        raise refused_by(failed) from failed
    return said[0] if said else None


async def _found(call: Call) -> ResolvedObject | None:
    route = call.request.route
    if not route.kind:
        return None
    name = called(call)
    try:
        return await call.find(route.kind, name, route.verb)
    except Refused as none:
        # Podman keeps the exit codes of containers that are gone, by their full ids
        kept = route.verb == "container.wait" and _FULL_ID.fullmatch(name)
        if none.status != 404 or not (kept or call.request.ticked("ignore")):
            raise
        if not await in_thread(allows, call.person, route.verb, call.endpoint):
            raise
    if kept:
        return ResolvedObject(HostObject(route.kind, name, name[:12]), name, {})
    # what is not there is no error then: the host says so of a name that nobody has
    return ResolvedObject(HostObject(route.kind, "", name), NOBODY, {})


def _entered(
    call: Call, found: ResolvedObject | None, plan: Plan, target: str
) -> AbstractAsyncContextManager[StreamedAction]:
    told = (
        found.object
        if found
        else HostObject(call.request.route.verb.partition(".")[0], "", plan.name)
    )
    container: ContainerLike | None = told.container if found else plan.container
    about = target_of(call.endpoint, kind=told.kind, object_id=told.podman_id, name=told.name)
    proposal = plan.proposal
    if proposal is not None and plan.joins is not None:
        # one question, where both need an approval
        proposal = replace(proposal, parts=(*proposal.parts, *plan.joins.parts))
    return streamed_action(
        call.person,
        call.request.route.verb,
        about,
        plan.params,
        proposal=proposal,
        container=container,
        request=client_request(call, target, found),
    )


async def _heed_host(
    call: Call, action: StreamedAction, found: ResolvedObject | None, plan: Plan
) -> None:
    """Locks of what only the host knows of. ActionFailed, PodmanError."""
    if plan.proposal is not None and plan.proposal.given_names:
        await action.permit(plan.proposal, call.podman)
    if plan.along and found is not None:
        told = found.object
        deed = OneRemoval(call.endpoint, call.podman, told.kind, told.podman_id, told.name)
        await refuse_locked_dependents(deed)


async def _do(
    call: Call,
    action: StreamedAction,
    target: str,
    told: HostObject | None,
    said: list[HostAnswer],
    plan: Plan,
) -> None:
    """Send it, and hear how it ended: ActionFailed, after the answer was kept in `said`, where not well."""
    verb, look = call.request.route.verb, plan.look
    upgraded = call.request.route.answer is Answer.UPGRADE
    streams = not upgraded and verb in _STREAMS
    limit_s = None if upgraded or streams or verb in _PATIENT else LIMIT_S
    async with HostConnection(call.endpoint) as host, _in_time(limit_s):
        fields = upgrades.asked_of_host(call) if upgraded else _fields(call)
        action.committing = verb not in _HARMLESS
        if plan.mark is not None:
            plan.mark(action.number)
        if plan.body is not None:
            asking = upload(call, action, host, target, fields, plan.body, _still(call, told))
        else:
            asking = host.ask(call.head.method, target, fields, call.body)
        waits = verb == "container.wait" or (verb in _PATIENT and plan.body is None)
        head = await (_waited(call, told, asking) if waits else asking)
        action.detail = str(head.status)
        if upgraded and upgrades.taken(head):
            await upgrades.join(call, host, head, _still(call, told))
        elif streams and head.status < 300:
            await _stream(call, action, host, head, told, look)
        else:
            said.append(HostAnswer(head, await host.whole()))
    action.committing = False
    if head.status < 300 and verb in _PATIENT and (failure := _failure(said[0].content)):
        # in the last line of an answer that had begun well
        action.detail = f"{head.status} {failure}"
        raise ActionFailed(action.detail)
    if look is not None and said and head.status < 300:
        answered = said.pop()
        await look(action, answered.content)
        said.append(answered)
    if said and head.status >= 400:
        cause, message = words(said[0].content)
        action.detail = f"{head.status} {message or cause}".strip()
        raise ActionFailed(action.detail)


@asynccontextmanager
async def _in_time(limit_s: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as late:
        said = "The host did not answer in time: nobody knows whether it was done."
        raise Refused(504, said) from late


async def _waited(
    call: Call, told: HostObject | None, asking: Coroutine[Any, Any, AnswerHead]
) -> AnswerHead:
    """The head of an answer that may take days: for as long as the client is there and may wait."""
    heard: list[AnswerHead] = []

    async def hear() -> None:
        heard.append(await asking)

    await lasting(call, _still(call, told), hear())
    return heard[0]


def _still(call: Call, told: HostObject | None) -> Still:
    verb = call.request.route.verb

    def still(person: Person) -> None:
        if told is not None:
            get_host_object(person, call.endpoint.pk, told, verb)
        elif verb in _STREAMS or verb in _PATIENT:
            get_endpoint(person, call.endpoint.pk, verb)

    return still


async def _stream(
    call: Call,
    action: StreamedAction,
    host: HostConnection,
    head: AnswerHead,
    told: HostObject | None,
    look: Look | None,
) -> None:
    """What takes long and says how far it is; its last line may say that it failed."""
    last = bytearray()
    failures: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in host.pieces():
            last.extend(piece)
            del last[:-_LAST_BYTES]
            yield piece
        if failure := _failure(bytes(last)):
            failures.append(failure)
        elif look is not None:
            try:
                await look(action, bytes(last))
            except (ActionFailed, PodmanError) as refused:
                failures.append(refused.message)
                if head.length is None:
                    detail = {"message": refused.message}
                    last_line = {"error": refused.message, "errorDetail": detail}
                    yield json.dumps(last_line).encode() + b"\n"

    try:
        with call.client.hurried():
            await lasting(call, _still(call, told), pass_on(call, head, pieces()))
    except ConnectionError:
        # docker hangs up as soon as it has read that it failed, podman where it has read a list's digest
        failures += filter(None, [_failure(bytes(last))])
        if not failures and not _last_line(bytes(last)).get("Id"):
            raise
    if failures:
        action.committing = False
        action.detail = f"{head.status} {failures[0]}"
        raise StreamFailed(failures[0])


class StreamFailed(ActionFailed):
    """The host said so in the midst of an answer; the client has heard it."""


def _failure(end: bytes) -> str:
    """What the last of some JSON lines says went wrong."""
    told = _last_line(end)
    # a push says at its end in another shape what the registry said, a build of 5.8 in a third
    detail = told.get("errorDetail")
    error = told.get("error") or (detail.get("message") if isinstance(detail, dict) else None)
    error = error or (None if "stream" in told else told.get("message"))
    return error[:1000] if isinstance(error, str) else ""


def _last_line(end: bytes) -> dict[str, Any]:
    try:
        told = json.loads(end.strip().rpartition(b"\n")[2])
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _fields(call: Call) -> list[str]:
    """Of the client's fields those that go on: who it is in a registry. And of what kind the body is."""
    fields = (
        ["Content-Type: application/x-tar"] if call.request.route.takes is Takes.ARCHIVE else []
    )
    name = _ACCOUNTS.get(call.request.route.verb, "")
    sent = call.head.fields.get(name.lower().encode(), []) if name else []
    if not sent or not sent[0]:
        return fields
    if len(sent) > 1 or not _BASE64.fullmatch(sent[0]):
        raise Refused(400, f"{name} is no base64.")
    return [*fields, f"{name}: {sent[0].decode('ascii')}"]
