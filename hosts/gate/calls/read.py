"""Requests that only look: the object is found and authorised, the answer is cut, and what pages write down
is written down here too.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from audit import write
from hosts.access import grounds, target_of
from hosts.access.fetch import HostObject
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.cuts import WHOLE
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.calls.relay import relay, send_inspect
from hosts.gate.calls.visibility import Visibility
from hosts.gate.routes.table import Answer
from hosts.gate.routes.values import checked, heed_narrowed
from hosts.podman import PodmanError, containers

ENVIRONMENT: Final = "container.environment"
# those of which an entry says that they were read, whoever asks and how often (below)
_WRITTEN: Final = frozenset({"container.logs", "container.files", "volume.files"})
# the cuts that hide the environment's values
_MASKED: Final = ("container", "image", "pod")
# one entry for the same in this time, however often a client asks
ENTRY_EVERY_S: Final = 600.0


@dataclass
class ReadingLog:
    """What was written of one connection, and when: by verb, object and what of it."""

    at: dict[tuple[str, ...], float] = field(default_factory=dict)

    def is_new(self, *what: str) -> bool:
        """True where an entry is due. Asking makes it so that none is for a while."""
        now = time.monotonic()
        if now - self.at.get(what, now - ENTRY_EVERY_S) < ENTRY_EVERY_S:
            return False
        if len(self.at) > 10_000:
            self.at.clear()
        self.at[what] = now
        return True


async def read(call: Call, written: ReadingLog) -> None:
    """Answer a request that only looks. Refused."""
    request = call.request
    query = checked(request)
    found = None
    if request.route.kind:
        also = ENVIRONMENT if request.route.cut in _MASKED else ""
        # asked once: who may have the answer is judged by the answer itself
        target = request.rebuilt(request.name, query) if request.plain_inspect else ""
        found = await call.find(
            request.route.kind, request.name, request.route.verb, also=also, target=target
        )
    seen = Visibility(call.person, call.endpoint)
    if found is not None:
        await _write_down(call, found.object, seen, written)
    elif request.route.verb and request.route.answer is Answer.PASSES:
        await call.permit(request.route.verb)
    if request.route.cut == "pod_stats":
        for verb in WHOLE["pod_stats"]:
            await call.permit(verb)
    if request.route.cut == "containers":
        seen.whole = await in_thread(seen.all_of, "container.view")
        if not seen.whole:
            heed_narrowed(request)
    if request.route.cut in ("info", "df", "stats"):
        await _look_at_containers(call, seen, query)
    if found is not None and found.answer is not None:
        await send_inspect(call, found.answer, seen)
        return
    target = request.rebuilt(found.known_as if found else request.name, query)
    await relay(call, target, seen, found.object if found else None)


async def _write_down(call: Call, told: HostObject, seen: Visibility, written: ReadingLog) -> None:
    """The entries of reading, before anything is read."""
    verb = call.request.route.verb
    if call.request.route.cut in _MASKED:
        seen.unmasked = call.granted
        if not seen.unmasked or told.kind != "container":
            return
        verb = ENVIRONMENT
    elif verb not in _WRITTEN:
        return
    path = call.request.one("path")
    if written.is_new(verb, told.podman_id, path):
        await in_thread(_event, call, verb, told, {"path": path} if path else {})


def _event(call: Call, verb: str, told: HostObject, params: dict[str, Any]) -> None:
    target = target_of(call.endpoint, kind=told.kind, object_id=told.podman_id, name=told.name)
    with transaction.atomic():
        grant = grounds(call.person, verb, call.endpoint, told.container).words
        write.event(call.person.who, verb, target, params=params, grant=grant)


async def _look_at_containers(call: Call, seen: Visibility, query: dict[str, list[str]]) -> None:
    """For what tells of containers by their ids alone: which of them the person sees."""
    if query.get("containers"):
        names = [name for one in query["containers"] for name in one.split(",") if name]
        found: list[ResolvedObject] = [
            await call.find("container", name, call.request.route.verb) for name in names
        ]
        query["containers"] = [one.known_as for one in found]
    if await in_thread(seen.all_of, "container.view"):
        return
    try:
        rows = await containers.list_containers(call.podman)
    except PodmanError as failed:
        raise refused_by(failed) from failed
    await in_thread(seen.learn, rows, call.request.route.verb)
