"""The making of an exec: judged here, entered in the log when it is started. And its end."""

import json
from typing import Any

from audit import write
from hosts.access import target_of
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.calls.relay import fields_of
from hosts.gate.plans import execs
from hosts.gate.routes.replies import Refused, whole
from hosts.guardrails import GuardrailRefused, from_request, require


async def make_exec(call: Call) -> None:
    """Answer the request. Refused."""
    verb = call.request.route.verb
    spec = execs.creation(call.body)
    found = await call.find("container", call.request.name, verb)
    told = found.object
    target = target_of(call.endpoint, kind="container", object_id=told.podman_id, name=told.name)
    if spec.get("Privileged"):
        await in_thread(
            lambda: write.refusal(call.person.who, verb, target, reason=execs.PRIVILEGED)
        )
        raise Refused(403, execs.PRIVILEGED)
    proposal = from_request.command(verb, user=str(spec.get("User", "")), name=told.name)
    try:
        await in_thread(lambda: require(call.person, call.endpoint, proposal, target=target))
    except GuardrailRefused as refused:
        raise Refused(403, str(refused)) from refused
    await _send_on(call, found, spec)


async def forget_exec(call: Call) -> None:
    """Answer the request to forget an exec that has ended. Refused."""
    spec = execs.removal(call.body)
    found = await call.find("exec", call.request.name, call.request.route.verb)
    await _send_on(call, found, spec)


async def _send_on(call: Call, found: ResolvedObject, spec: dict[str, Any]) -> None:
    async with HostConnection(call.endpoint) as host:
        fields = ["Content-Type: application/json"]
        body = json.dumps(spec).encode()
        head = await host.ask("POST", call.request.rebuilt(found.known_as), fields, body)
        content = await host.whole()
    await call.client.send(whole(head.status, content, fields_of(head)))
