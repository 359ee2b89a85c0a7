"""Making containers, in both dialects: what is asked for is read anew and judged, and what came to be is
judged again before the client hears of it, and before anything there is started (turns.making).
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from hosts.access import NewContainer, allows
from hosts.actions.run.narrow_grants import image_reach, reaching
from hosts.actions.second_look_gate import at_container
from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import ResolvedObject, on_docker_hub, whole_name
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import json_object
from hosts.guardrails import Proposal, from_docker, from_inspect, from_spec, spec_fields
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import lacks_right
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import mapping, text
from hosts.inventory.job_marks import AT_GATE, JOB_LABEL, OURS, mark
from hosts.podman import PodmanError, containers, images
from hosts.podman.errors import NotFound
from hosts.podman.transports import transport_of

IMAGES: Final = ("image", "raw_image_name")
# what Podman's own client says of every container, and that gives it nothing
_PRIVATE: Final = ({"nsmode": "private"}, {"nsmode": "default"}, {"nsmode": ""})
_USUAL: Final[dict[str, tuple[Any, ...]]] = {
    "cgroupns": _PRIVATE,
    "healthLogDestination": ("local",),
    "httpproxy": (True,),
    "image_volume_mode": ("anonymous",),
    "ipcns": (*_PRIVATE, {"nsmode": "shareable"}),
    "log_configuration": tuple(
        {"driver": driver} for driver in ("k8s-file", "journald", "none", "")
    ),
    "pidns": _PRIVATE,
    "sdnotifyMode": ("container",),
    "seccomp_policy": ("default",),
    "systemd": ("true", "false"),
    "userns": _PRIVATE,
    "utsns": _PRIVATE,
}


@dataclass
class _Body:
    """`spec`: in Podman's words, to be judged. `body`: what is sent; `image_fields`: those for its image."""

    spec: dict[str, Any]
    body: dict[str, Any]
    image_fields: tuple[str, ...]
    label_field: str

    def labelled(self, name: str, value: str) -> bytes:
        """As it is sent, with one label more."""
        labels = {**(self.body.get(self.label_field) or {}), name: value}
        return json.dumps({**self.body, self.label_field: labels}).encode()


async def plan_creation(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a container that is to be made. Refused."""
    verb = call.request.route.verb
    body = _docker(call) if call.dialect is Dialect.DOCKER else _libpod(call)
    spec = body.spec
    heed_own(spec)
    pod = await call.find("pod", str(spec["pod"]), "pod.view") if spec.get("pod") else None
    if pod is not None:
        spec["pod"] = pod.known_as
    image = await _image(call, body)
    container = NewContainer(
        text(spec.get("name"), limit=255), mapping(spec.get("labels"), count=1000)
    )
    if not await in_thread(allows, call.person, verb, call.endpoint):
        _heed_reach(spec, image)
    proposal = from_spec.container(verb, spec)
    if proposal.unknown:
        raise Refused(400, f"Not understood: {', '.join(proposal.unknown[:9])}.")
    await call.permit(verb, container)
    if field := await in_thread(lacks_right, call.person, call.endpoint, proposal, container):
        raise Refused(403, f"{field} would make it privileged; {PRIVILEGED} is not held there.")
    call.body = json.dumps(body.body).encode()

    async def look(action: StreamedAction, answer: bytes) -> None:
        made = id_of(answer)
        await at_container(action, call.endpoint, call.podman, made, proposal)
        action.made = {"kind": "container", "id": made}

    def write_mark(number: int) -> None:
        call.body = body.labelled(JOB_LABEL, mark(number, AT_GATE))

    params = {
        "name": container.name,
        "image": text(spec.get("image"), limit=255),
        "pod": pod.known_as if pod is not None else "",
    }
    return Plan(
        {key: value for key, value in params.items() if value},
        proposal=proposal,
        name=container.name or params["image"],
        container=container,
        joins=await _joined(call, pod) if pod is not None else None,
        look=look,
        # Podman makes up a name, by which nobody could tell whose it is
        mark=None if container.name else write_mark,
    )


def _libpod(call: Call) -> _Body:
    reader = Reader()
    spec = reader.mapping(json_object(call.body), spec_fields.CONTAINER, "")
    if reader.unknown:
        raise Refused(400, f"Not understood: {', '.join(reader.unknown[:9])}.")
    return _Body(spec, spec, IMAGES, "labels")


def _docker(call: Call) -> _Body:
    found = from_docker.container(json_object(call.body), call.request.one("name"))
    if found.unknown:
        raise Refused(400, f"Not understood: {', '.join(found.unknown[:9])}.")
    return _Body(found.spec, found.body, ("Image",), "Labels")


def heed_own(spec: dict[str, Any], *, images: tuple[str, ...] = IMAGES) -> None:
    """Refused where it says what is Haulout's own, or takes its image from the host's disk."""
    for field in ("labels", "annotations"):
        told = spec.get(field)
        if isinstance(told, dict) and any(str(name).startswith(OURS) for name in told):
            raise Refused(400, f"{field}: those that begin with {OURS} are Haulout's own.")
    for field in images:
        if transport := transport_of(str(spec.get(field) or "")):
            raise Refused(400, f"{field}: {transport}: names a file or a store of the host.")


async def _image(call: Call, body: _Body) -> dict[str, Any]:
    """What the host tells of the image. Podman's client gives an id, and beside it the name as it was typed:
    where the image has that name there, its whole one is judged and sent. By a short name Docker's clients
    mean Docker Hub.
    """
    given = text(body.spec.get("image"), limit=1000)
    if not given:
        return {}
    found = await _inspected(call, given)
    is_id = bool(found) and text(found.get("Id"), limit=80).startswith(
        given.removeprefix("sha256:")
    )
    if call.dialect is Dialect.DOCKER and not is_id:
        given = on_docker_hub(given)
        found = await _inspected(call, given)
    name = whole_name(text(body.spec.get("raw_image_name"), limit=1000) or given, found)
    if call.dialect is Dialect.DOCKER and not is_id:
        name = given
    if name:
        body.spec |= {"image": name, "raw_image_name": name}
        body.body |= dict.fromkeys(body.image_fields, name)
    return found


async def _inspected(call: Call, image: str) -> dict[str, Any]:
    try:
        return await images.inspect(call.podman, image)
    except NotFound:
        # Podman says so when it is asked for the container
        return {}
    except PodmanError as failed:
        raise refused_by(failed) from failed


def _heed_reach(spec: dict[str, Any], image: dict[str, Any]) -> None:
    """For whoever may make some containers alone: nothing else on the host may be reached. Refused."""
    own = {name: value for name, value in spec.items() if value not in _USUAL.get(name, ())}
    own.pop("containerCreateCommand", None)
    if beyond := [*reaching(own), *image_reach(image)]:
        words = "With access to some containers alone one may not reach anything else on the host: "
        raise Refused(403, f"{words}{', '.join(beyond)}. Whoever has the whole of it can.")


async def _joined(call: Call, pod: ResolvedObject) -> Proposal | None:
    """What it gets from the pod that it joins."""
    infra = text(pod.inspect.get("InfraContainerID"), limit=80)
    if not infra:
        # without a container of its own a pod shares nothing
        return None
    try:
        carrier = await containers.inspect(call.podman, infra)
    except PodmanError as failed:
        raise refused_by(failed) from failed
    return from_inspect.joined_pod(call.request.route.verb, pod.inspect, carrier)


def id_of(answer: bytes) -> str:
    """The id that the host tells of what it made, or ""."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    return text(told.get("Id"), limit=80) if isinstance(told, dict) else ""
