"""Kube YAML that Podman generates of containers, pods and volumes; values only for whoever may see them."""

from typing import Final

from django.db import transaction

from audit import write
from hosts.access import allows, grounds, target_of
from hosts.actions.kube.generated_yaml import without_marks, without_values
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.calls.relay import fields_of
from hosts.gate.routes.replies import Refused, whole

VERB: Final = "kube.generate"
VALUES: Final = "container.environment"
# Podman looks for a name among these, in this order
_KINDS: Final = ("container", "pod", "volume")
_MOST: Final = 100


async def generate(call: Call) -> None:
    """Answer the request. Refused."""
    names = call.request.query.get("names", [])
    if not 0 < len(names) <= _MOST:
        raise Refused(400, f"Name what the YAML is to be made of, at most {_MOST}.")
    found = [await _find(call, name) for name in names]
    open_to_them = await in_thread(_with_values, call, found)
    query = {**call.request.query, "names": [one.known_as for one in found]}
    async with HostConnection(call.endpoint) as host:
        head = await host.ask("GET", call.request.rebuilt("", query), [])
        content = await host.whole()
    if head.status < 300:
        text = without_marks(content.decode(errors="replace"))
        content = (text if open_to_them else without_values(text)).encode()
        if not content:
            raise Refused(502, "The host's answer is no YAML.")
    await call.client.send(whole(head.status, content, fields_of(head)))


async def _find(call: Call, name: str) -> ResolvedObject:
    for kind in _KINDS:
        try:
            return await call.find(kind, name, f"{kind}.inspect")
        except Refused as none:
            if none.status != 404 or kind == _KINDS[-1]:
                raise
    raise Refused(404, f"no such object: {name}")


def _with_values(call: Call, found: list[ResolvedObject]) -> bool:
    """Whether they may see the values of all of them; then an entry for each says so."""
    person, endpoint = call.person, call.endpoint
    for one in found:
        container = one.object.container
        if not all(allows(person, verb, endpoint, container) for verb in (VERB, VALUES)):
            return False
    with transaction.atomic():
        for one in found:
            told = one.object
            target = target_of(endpoint, kind=told.kind, object_id=told.podman_id, name=told.name)
            grant = grounds(person, VERB, endpoint, told.container).words
            write.event(person.who, VERB, target, grant=grant)
    return True
