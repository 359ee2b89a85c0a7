"""Making secrets, in both dialects, and pods. The value of a secret goes to the host and nowhere else."""

import base64
import binascii
import json
from dataclasses import replace
from typing import Any, Final

from hosts.actions.second_look_gate import at_pod
from hosts.actions.secrets import replace_secret
from hosts.actions.secrets.secret_value import checked_value, log_hash
from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.containers import heed_own, id_of
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import json_object
from hosts.guardrails import from_spec, spec_fields
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import lacks_right
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import text
from hosts.inventory.job_marks import OURS
from hosts.podman import PodmanError, secrets
from hosts.podman.errors import NotFound

_DOCKER_SECRET: Final = ("Name", "Data", "Labels", "Driver", "Templating")
_OPTIONS: Final = (
    "A secret driver's options name folders and commands of the host: they are not open."
)


async def plan_secret(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a secret that is to be made, or to take the place of another. Refused, Refusal."""
    docker = call.dialect is Dialect.DOCKER
    name, driver, labels, value = _docker_secret(call) if docker else _libpod_secret(call)
    if any(label.startswith(OURS) for label in labels):
        raise Refused(400, f"Labels that begin with {OURS} are Haulout's own.")
    params = {
        "name": name,
        "driver": driver or "file",
        "labels": labels,
        **log_hash(checked_value(value)),
    }
    if call.request.ticked("replace") and await _is_there(call, name):
        verb = replace_secret.VERB
        there = await call.find("secret", name, "secret.view", verb)
        route = replace(call.request.route, verb=verb)
        call.request = replace(call.request, route=route)
        return Plan(params, about=there)
    return Plan(params, name=name)


def _libpod_secret(call: Call) -> tuple[str, str, dict[str, str], bytes]:
    reader = Reader()
    told = {
        name: json_object((call.request.one(name) or "{}").encode())
        for name in ("labels", "driveropts")
    }
    if told["driveropts"]:
        raise Refused(403, _OPTIONS)
    labels = reader.pairs(told["labels"], "labels")
    return call.request.one("name"), call.request.one("driver"), labels, call.body


def _docker_secret(call: Call) -> tuple[str, str, dict[str, str], bytes]:
    reader = Reader()
    body = reader.mapping(json_object(call.body), _DOCKER_SECRET, "")
    driver = reader.mapping(body.get("Driver"), ("Name", "Options"), "Driver")
    if driver.get("Options"):
        raise Refused(403, _OPTIONS)
    if body.pop("Templating", None):
        reader.add_unknown("Templating")
    labels = reader.pairs(body.get("Labels"), "Labels")
    try:
        value = base64.b64decode(reader.text(body.get("Data"), "Data"), validate=True)
    except binascii.Error as bad:
        raise Refused(400, "Data is no base64.") from bad
    if reader.unknown:
        raise Refused(400, f"Not understood: {', '.join(reader.unknown[:9])}.")
    call.body = json.dumps(body).encode()
    named = [reader.text(told, "Name") for told in (body.get("Name"), driver.get("Name"))]
    return named[0], named[1], labels, value


async def _is_there(call: Call, name: str) -> bool:
    try:
        found = await secrets.inspect(call.podman, name)
    except NotFound:
        return False
    except PodmanError as failed:
        raise refused_by(failed) from failed
    spec = found.get("Spec")
    # the host also finds one by the head of its id
    return isinstance(spec, dict) and spec.get("Name") == name


async def plan_pod(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a pod that is to be made. Refused."""
    verb = call.request.route.verb
    reader = Reader()
    spec = reader.mapping(json_object(call.body), spec_fields.POD, "")
    heed_own(spec, images=("infra_image",))
    proposal = from_spec.pod(verb, spec)
    if strange := [*reader.unknown, *proposal.unknown]:
        raise Refused(400, f"Not understood: {', '.join(strange[:9])}.")
    await call.permit(verb)
    if field := await in_thread(lacks_right, call.person, call.endpoint, proposal):
        raise Refused(403, f"{field} would make it privileged; {PRIVILEGED} is not held there.")
    call.body = json.dumps(spec).encode()

    async def look(action: StreamedAction, answer: bytes) -> None:
        await at_pod(action, call.endpoint, call.podman, id_of(answer), proposal)

    name = text(spec.get("name"), limit=255)
    return Plan(_pod_params(spec), proposal=proposal, name=name, look=look)


def _pod_params(spec: dict[str, Any]) -> dict[str, Any]:
    """In the words of the page's entry."""
    netns = spec.get("netns")
    mode = text(netns.get("nsmode"), limit=60) if isinstance(netns, dict) else ""
    networks = spec.get("Networks")
    given = {
        "name": text(spec.get("name"), limit=255),
        "hostname": text(spec.get("hostname"), limit=255),
        "network": ", ".join(networks) if isinstance(networks, dict) and networks else mode,
        "shared": spec.get("shared_namespaces"),
        "infra": not spec.get("no_infra"),
        "restart": text(spec.get("restart_policy"), limit=60),
    }
    return {key: value for key, value in given.items() if value not in (None, "")}
