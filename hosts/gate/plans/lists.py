"""The plans of manifest lists and artifacts, in the words of the pages' own actions."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

from hosts.actions.artifacts.names import name_in_registry
from hosts.actions.artifacts.transfers import add_options
from hosts.actions.images.edit_list import VERB as EDIT
from hosts.actions.images.names import destination, new_name
from hosts.actions.images.references import parse
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import ResolvedObject, whole_name
from hosts.gate.plans.full_names import full_name
from hosts.gate.plans.plan import Plan, Planner
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.values import json_object
from hosts.guardrails import empty_proposal, from_request
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import text, texts
from hosts.podman import PodmanError, manifests
from hosts.podman.transports import transport_of

# images in one request
_MOST: Final = 100
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_LOCAL, _REGISTRY = "containers-storage:", "docker://"
_WORDS: Final = ("arch", "os", "os_version", "variant")
_NOTES: Final = ("annotation", "annotations", "index_annotation", "index_annotations")
_KNOWN: Final = ("operation", "images", "all", "features", "os_features", *_WORDS, *_NOTES)
# of the client's own machine: Podman's server reads none of them there
_CLIENTS: Final = ("authfile", "password", "skiptlsverify", "username")
# they make artifacts of files, or name other images
_NOT_OPEN: Final = (
    "artifact_annotations", "artifact_config", "artifact_config_type", "artifact_exclude_titles",
    "artifact_files", "artifact_layer_type", "artifact_subject", "artifact_type", "index_subject",
    "subject",
)  # fmt: skip


async def plan_list(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a new manifest list, and with `amend` of one that is there. Refused, Refusal."""
    if json_object(call.body or b"{}"):
        raise Refused(400, "A list is made of the images in the query; change it afterwards.")
    call.body = b""
    full = str(new_name(call.request.name))
    call.request = replace(call.request, name=full)
    try:
        if call.request.ticked("amend") and await manifests.exists(call.podman, full):
            await call.find("manifest", full, EDIT)
    except PodmanError as failed:
        raise refused_by(failed) from failed
    sources = [await _source(call, one) for one in _images(call.request.query.get("images"))]
    verb = call.request.route.verb
    proposal = from_request.images(verb, map(_named, sources), field="images", called=[full])
    params = {"name": full, "images": sources}
    return Plan(params, proposal=proposal, query={"images": sources}, known_as=full, name=full)


async def plan_edit(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a list to which images are added, or whose images are dropped or described. Refused, Refusal."""
    if any(b"multipart" in kind for kind in call.head.fields.get(b"content-type", [])):
        raise Refused(403, "Files do not go into a list: use podman artifact add.")
    reader = Reader()
    body = reader.mapping(json_object(call.body), (*_KNOWN, *_NOT_OPEN, *_CLIENTS), "")
    body = {name: value for name, value in body.items() if name not in _CLIENTS}
    for name in _NOT_OPEN:
        if body.pop(name, None):
            reader.add_unknown(name)
    if reader.unknown:
        raise Refused(400, f"Not open to clients: {', '.join(reader.unknown[:9])}.")
    operation = body.get("operation")
    params: dict[str, Any] = {name: text(body[name], limit=60) for name in _WORDS if body.get(name)}
    proposal = empty_proposal(EDIT)
    if operation == "update":
        body["images"] = [await _source(call, one) for one in _images(body.get("images"))]
        params |= {"operation": "add", "image": ", ".join(body["images"])}
        params["all_images"] = body.get("all") is True
        proposal = from_request.images(EDIT, map(_named, body["images"]))
    elif operation in ("remove", "annotate"):
        digests = _images(body.get("images"))
        if not all(map(_DIGEST.fullmatch, digests)):
            raise Refused(400, "Name the image by its digest, as podman manifest inspect shows it.")
        word = "drop" if operation == "remove" else operation
        params |= {"operation": word, "digest": ", ".join(digests)}
    else:
        raise Refused(400, "operation is update, remove or annotate.")
    call.body = json.dumps(body).encode()
    return Plan(params, proposal=proposal)


def _images(given: Any) -> list[str]:
    """Refused for what is no list of names."""
    names = texts(given, count=_MOST + 1, limit=1000)
    if len(names) > _MOST or (given and len(names) != len(given)):
        raise Refused(400, f"images is a list of at most {_MOST} names.")
    return names


async def _source(call: Call, typed: str) -> str:
    """Where the host takes an image from: what it has, else a registry; never a file. Refused, Refusal."""
    if typed.startswith(_REGISTRY):
        return _REGISTRY + str(parse(typed.removeprefix(_REGISTRY)))
    name = typed.removeprefix(_LOCAL)
    if transport_of(name):
        raise Refused(403, f"{typed[:100]!r} is neither an image of the host nor of a registry.")
    try:
        found = await call.find("image", name, "image.view")
    except Refused as none:
        if none.status != 404 or typed != name:
            raise
        return _REGISTRY + await full_name(call, name)
    # by full name: Podman 4.3 takes no ids here
    return _LOCAL + (whole_name(name, found.inspect) or found.known_as)


def _named(source: str) -> str:
    return source.removeprefix(_REGISTRY).removeprefix(_LOCAL)


async def plan_push_list(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a manifest list that goes to a registry. Refusal."""
    full = destination(call.request.to.removeprefix(_REGISTRY))
    call.request = replace(call.request, to=full)
    return Plan({"destination": full}, proposal=from_request.push(call.request.route.verb, full))


async def _pull(call: Call, _found: ResolvedObject | None) -> Plan:
    full = name_in_registry(call.request.one("name"))
    proposal = from_request.images(call.request.route.verb, [full], field="name")
    return Plan({"name": full}, proposal=proposal, query={"name": [full]}, name=full)


async def _push(call: Call, found: ResolvedObject | None) -> Plan:
    full = name_in_registry(found.object.name if found else "")
    return Plan({"name": full}, proposal=from_request.push(call.request.route.verb, full))


async def _remove(_call: Call, found: ResolvedObject | None) -> Plan:
    digest = text(found.inspect.get("Digest"), limit=80) if found else ""
    return Plan({"name": found.object.name if found else "", "digest": digest})


async def _extract(_call: Call, found: ResolvedObject | None) -> Plan:
    return Plan({"name": found.object.name if found else ""})


async def _add(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a file that becomes an artifact, or goes into one."""
    request = call.request
    if request.ticked("replace"):
        raise Refused(403, "replace would remove what is there: podman artifact rm does that.")
    kind = request.one("artifactmimetype")
    given = add_options(
        name=request.one("name"),
        file=request.one("filename"),
        kind=kind,
        append=request.ticked("append"),
    )

    async def body(_action: StreamedAction, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        # a blob in Podman's store, which nothing unpacks
        async for piece in pieces:
            yield piece

    proposal = from_request.archive(request.route.verb, file=given.file, names=[given.name])
    query = {"name": [given.name], "filename": [given.file], "replace": []}
    params = {"file": given.file, "append": given.append}
    return Plan(params, proposal=proposal, query=query, name=given.name, body=body)


LIST_PLANNERS: Final[dict[str, Planner]] = {
    "artifact.add": _add,
    "artifact.extract": _extract,
    "artifact.pull": _pull,
    "artifact.push": _push,
    "artifact.remove": _remove,
    "image.list_create": plan_list,
    EDIT: plan_edit,
}
